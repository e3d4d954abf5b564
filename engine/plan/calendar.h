// Questions to the calendar of the model. Pure functions.
#pragma once

#include <algorithm>
#include <string_view>

#include "engine/plan/model.h"

namespace foreshock {

// The occurrence that holds `t`; null when none does.
inline const CalendarEntry::Occurrence* occurrence_at(const CalendarEntry& e, EventTime t) {
    const auto next = std::ranges::upper_bound(e.occurrences, t, {}, &CalendarEntry::Occurrence::start);
    if (next == e.occurrences.begin()) return nullptr;
    return t < std::prev(next)->end ? &*std::prev(next) : nullptr;
}

// The occurrence that runs at `t`, else the next one; null when all are over.
inline const CalendarEntry::Occurrence* occurrence_from(const CalendarEntry& e, EventTime t) {
    const auto at = std::ranges::find_if(e.occurrences, [t](const auto& o) { return t < o.end; });
    return at == e.occurrences.end() ? nullptr : &*at;
}

// An entry that names neither services nor resources concerns all of them.
inline bool concerns_service(const CalendarEntry& e, std::string_view service) {
    return e.services.empty() ? e.resources.empty() : std::ranges::find(e.services, service) != e.services.end();
}
inline bool concerns_resource(const CalendarEntry& e, std::string_view resource) {
    return e.resources.empty() ? e.services.empty() : std::ranges::find(e.resources, resource) != e.resources.end();
}

// The first entry of a kind that concerns the service or the resource at `t`; null when there is none. No name: not that.
inline const CalendarEntry* entry_for(const Model& model, CalendarKind kind, std::string_view service, std::string_view resource, EventTime t) {
    for (const CalendarEntry& e : model.calendar) {
        if (e.kind != kind || occurrence_at(e, t) == nullptr) continue;
        if (concerns_service(e, service) || (!resource.empty() && concerns_resource(e, resource))) return &e;
    }
    return nullptr;
}
inline const CalendarEntry* entry_for_service(const Model& model, CalendarKind kind, std::string_view service, EventTime t) {
    return entry_for(model, kind, service, {}, t);
}

}  // namespace foreshock
