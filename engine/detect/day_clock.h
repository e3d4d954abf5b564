// The clock of a service for what is usual: local time, with holidays as Sundays. Set up before start, then read-only.
#pragma once

#include <algorithm>
#include <vector>

#include "engine/plan/calendar.h"
#include "engine/plan/model.h"

namespace foreshock {

struct DayClock {
    const std::vector<ZoneOffset>* zone = nullptr;    // null: UTC
    std::vector<const CalendarEntry*> holidays;

    EventTime local(EventTime t) const { return zone == nullptr ? t : to_local(*zone, t); }
    bool holiday(EventTime t) const {
        return std::ranges::any_of(holidays, [t](const CalendarEntry* e) { return occurrence_at(*e, t) != nullptr; });
    }
};

}  // namespace foreshock
