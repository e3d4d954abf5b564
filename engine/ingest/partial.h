// Output of ingest: partial sums of one slot. They merge in any order to the same result: every sum is an integer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/base/histogram.h"
#include "engine/event/names.h"

namespace foreshock {

__extension__ using Wide = __int128;

// Metrics add up in fixed point of 2^-20, wide enough for any sum of samples.
inline constexpr double kFixedOne = 1048576.0;
inline Wide to_fixed(double x) { return static_cast<Wide>(x * kFixedOne); }
inline double from_fixed(Wide x) { return static_cast<double>(x) / kFixedOne; }

struct ServicePartial {
    int64_t count = 0;
    int64_t failed = 0;
    int64_t value_micro = 0;
    int64_t failed_value_micro = 0;
    int64_t span_us = 0;    // longest interval of a summarised row; 0: single events only
    uint64_t rows = 0;      // records behind it
    uint32_t currency = 0;  // the largest packed code seen
    Histogram latency;

    void merge(const ServicePartial& other);
    void clear();
};

// One metric instance in one slot. The last sample is the one with the greatest (time, value, limit).
struct MetricPartial {
    int64_t samples = 0;
    Wide sum = 0;
    double max = 0;
    int64_t last_us = 0;
    double last = 0;
    double limit = 0;  // of the last sample; NaN: none given
    int64_t span_us = 0;

    void add(const MetricPartial& other);
};

// One occurrence (by its names and labels) in one slot: how often, and when first and last.
struct OccurrencePartial {
    int64_t count = 0;
    int64_t first_us = 0, last_us = 0;

    void add(const OccurrencePartial& other);
};

// Sums per service and dimension value: open addressing, because a stream can have thousands of values.
class DimensionSums {
public:
    struct Entry {
        NameId service = kNoName;
        NameId value = kNoName;  // dimension_value id; kNoName: free
        int64_t count = 0;
        int64_t value_micro = 0;
    };
    void add(NameId service, NameId value, int64_t count, int64_t value_micro) {
        if (used_ * 2 >= entries_.size()) grow();
        Entry& e = find(service, value);
        e.count += count;
        e.value_micro += value_micro;
    }
    void merge(const DimensionSums& other);
    void clear();
    template <class F>
    void each(F&& f) const {
        for (const Entry& e : entries_) if (e.value != kNoName) f(e);
    }

private:
    Entry& find(NameId service, NameId value);
    void grow();
    std::vector<Entry> entries_;
    size_t used_ = 0;
};

// Offsets [first, next) that hold the records of one partition that were summed in a slot.
struct OffsetRange {
    int64_t first = INT64_MAX, next = INT64_MIN;

    bool empty() const { return next <= first; }
    void add(const OffsetRange& other) {
        first = std::min(first, other.first);
        next = std::max(next, other.next);
    }
};

// Partials by name id; entries without rows, samples or counts are unused.
struct SlotPartial {
    std::vector<ServicePartial> services;  // [service id]
    std::vector<MetricPartial> metrics;    // [metric instance id]
    std::vector<OccurrencePartial> occurrences;  // [occurrence id]
    DimensionSums dimensions;
    std::vector<OffsetRange> inputs;       // [partition id]
    uint64_t events = 0;                   // events used in it

    void merge(const SlotPartial& other);
    void rename(Renaming& to);  // which takes all that is in use
    void clear();  // keeps the memory
};

}  // namespace foreshock
