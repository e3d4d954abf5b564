// Times by the clocks of a zone, from its offsets alone. Pure functions.
#pragma once

#include <algorithm>
#include <iterator>
#include <vector>

#include "engine/base/time.h"
#include "engine/plan/slo.h"

namespace foreshock {

// From `since` on, local time is UTC plus `offset`.
struct ZoneOffset {
    EventTime since;
    Micros offset;
};

// `offsets` in order of time; empty means UTC.
inline Micros utc_offset_at(const std::vector<ZoneOffset>& offsets, EventTime t) {
    const auto next = std::ranges::upper_bound(offsets, t, {}, &ZoneOffset::since);
    return next == offsets.begin() ? Micros{0} : std::prev(next)->offset;
}

inline EventTime to_local(const std::vector<ZoneOffset>& zone, EventTime t) { return t + utc_offset_at(zone, t); }
// A time that the clocks skip moves by the gap; of a time that comes twice, the first is meant.
EventTime from_local(const std::vector<ZoneOffset>& zone, EventTime local);

// Start of the calendar period that holds `t`, and of the one after it; weeks begin on Monday. Not for `rolling`.
EventTime period_start(const std::vector<ZoneOffset>& zone, PeriodKind kind, EventTime t);
EventTime next_period_start(const std::vector<ZoneOffset>& zone, PeriodKind kind, EventTime t);

}  // namespace foreshock
