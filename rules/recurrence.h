// Times that come again and again, spread out to absolute ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/plan/model.h"

namespace foreshock {

// "sunday 02:00-04:00", "monday, friday", "workday 18:00-06:00", "day 23:30-24:00", "last friday", "first sunday 01:00-03:00": the days, if need
// be which of the month, and from when to when by the clocks of the zone, beyond midnight where the end is not after the start. Whole days
// without times. Where clocks go forward over the start it begins after the gap, and lasts as long as it would where nothing of it is left;
// of a time that comes twice, the first is meant. Of all of kFirstYear to kLastYear, in order. Empty when the text is no such time.
std::vector<CalendarEntry::Occurrence> recurring_times(const std::string& text, const std::vector<ZoneOffset>& zone);

// In order, those that overlap joined.
void join_occurrences(std::vector<CalendarEntry::Occurrence>& occurrences);

}  // namespace foreshock
