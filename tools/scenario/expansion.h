// Series to records: what would arrive, in the order in which it would. The same series give the same bytes on every
// machine: integer sums, no library functions, scatter from low-discrepancy sequences instead of random numbers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "tools/scenario/series.h"

namespace foreshock {

struct TimedRecord {
    int64_t arrival_us = 0;  // when it would arrive
    uint64_t begin = 0;      // its bytes in Expansion::bytes
    uint32_t size = 0;
    uint32_t partition = 0;
};

// Set up by expand, then read-only.
struct Expansion {
    std::string bytes;                 // of all records, kRecordPadding more at the end
    std::vector<TimedRecord> records;  // ordered by arrival; ties in the order of the series
    uint32_t partitions = 1;
    Micros latest{0};                  // greatest lateness that a series declares

    std::string_view text(const TimedRecord& r) const { return std::string_view(bytes).substr(r.begin, r.size); }
};

Expansion expand(const std::vector<SeriesSpec>& series, EventTime start);

// An order in which the same records could have come as well: each record may be overtaken by others of its partition that
// arrive at most `within` later. Records of different partitions are interleaved anew in any case. `seed` picks the order.
std::vector<TimedRecord> shuffled(const Expansion& expansion, Micros within, uint64_t seed);

}  // namespace foreshock
