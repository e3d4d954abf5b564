// Output of ingest: partial sums of one slot. They merge in any order to the same result: every sum is an integer.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "engine/base/archive.h"
#include "engine/base/histogram.h"
#include "engine/event/names.h"

namespace foreshock {

__extension__ using Wide = __int128;

// Metrics add up in fixed point of 2^-20, wide enough for any sum of samples.
inline constexpr double kFixedOne = 1048576.0;
inline Wide to_fixed(double x) { return static_cast<Wide>(x * kFixedOne); }
inline double from_fixed(Wide x) { return static_cast<double>(x) / kFixedOne; }

struct DimensionPartial {
    NameId value = kNoName;  // dimension_value id
    int64_t count = 0;
    int64_t value_micro = 0;
};

struct ServicePartial {
    int64_t count = 0;
    int64_t failed = 0;
    int64_t value_micro = 0;
    int64_t span_us = 0;     // longest interval of a summarised row; 0: single events only
    uint32_t currency = 0;   // the largest packed code seen
    Histogram latency;
    std::vector<DimensionPartial> dimensions;  // unordered

    bool used() const { return count != 0 || span_us != 0; }
};

// One metric instance in one slot. `last` is the sample with the greatest (time, value).
struct MetricPartial {
    int64_t samples = 0;
    Wide sum = 0;
    double min = 0, max = 0;
    int64_t last_us = 0;
    double last = 0;
    double limit = 0;        // of the last sample; NaN: none given
    int64_t span_us = 0;
};

// Partials by name id; entries that were never touched are unused.
struct SlotPartial {
    std::vector<ServicePartial> services;  // [service id]
    std::vector<MetricPartial> metrics;    // [metric instance id]
    uint64_t events = 0;                   // events used in it

    void merge(const SlotPartial& other);
};

}  // namespace foreshock
