// IANA time zones, spread out to plain offsets and times, so that the engine needs no time-zone data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/plan/model.h"

namespace foreshock {

// Years for which time zones and monthly dates are spread out.
inline constexpr int kFirstYear = 1990, kLastYear = 2050;

// Offsets of a zone from kFirstYear to kLastYear; empty for UTC. Problems (without a place): no such zone, no time-zone data.
Result<std::vector<ZoneOffset>> zone_offsets(const std::string& zone);

// A day in a zone, from local midnight to the next, of every month; a month that has no such day gives its last one.
// `day` is 1..31.
std::vector<CalendarEntry::Occurrence> monthly_days(const std::vector<ZoneOffset>& zone, int day);

// The day "2026-12-25", or "12-25" of every year, from local midnight to the next. Empty when the text is no date.
std::vector<CalendarEntry::Occurrence> whole_days(const std::string& date, const std::vector<ZoneOffset>& zone);

// "2026-11-27", "2026-11-27T08:00" or "2026-11-27T08:00:00" by the clocks of a zone. Empty when the text is no such time.
std::optional<EventTime> parse_local_time(std::string_view text, const std::vector<ZoneOffset>& zone);

// Do the clocks of the zone ever show such a time? Not where they go forward over it.
bool exists_locally(std::string_view text, const std::vector<ZoneOffset>& zone);
// "03:30" by the clocks of a zone.
std::string to_local_text(EventTime t, const std::vector<ZoneOffset>& zone);

}  // namespace foreshock
