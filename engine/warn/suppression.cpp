#include "engine/warn/suppression.h"

#include <algorithm>
#include <utility>

#include "engine/plan/calendar.h"
#include "engine/plan/renumbering.h"

namespace foreshock {

using State = SuppressedWarning::State;

void Suppression::note(State state, ServiceIndex service, std::string slo, const std::string& by, EventTime end, double probability, bool breached, GaugeIndex gauge) {
    SuppressedWarning& w = noted_.emplace_back();
    w.state = state;
    w.time = end;
    w.by = by;
    if (service != kNoIndex) w.service = inventory_.services()[service].name;
    w.slo = std::move(slo);
    if (gauge != kNoIndex) w.resource = inventory_.resources()[inventory_.gauges()[gauge].resource].name;
    w.probability = probability;
    w.breached = breached;
}

Say Suppression::judge(const BreachForecast& f, Say say, EventTime end) {
    const ServiceEntry& service = inventory_.services()[f.service];
    const std::string slo = f.slo == kCapacityPromise || service.model == nullptr ? "capacity" : service.model->slos[f.slo].name;
    const CalendarEntry* entry = entry_for_service(inventory_.model(), CalendarKind::maintenance, service.name, end - Micros{1});
    const auto held = held_.find({f.service, f.slo});
    if (held == held_.end()) {
        if (entry == nullptr || say != Say::open) return entry != nullptr && say == Say::update ? Say::nothing : say;
        held_.emplace(std::pair{f.service, f.slo}, entry->name);
        note(State::suppressed, f.service, slo, entry->name, end, f.probability, f.violated, f.gauge);
        return Say::nothing;
    }
    const bool holds = f.violated || f.probability >= options_.raise_probability;
    if (say != Say::resolve && (entry != nullptr || !holds)) return Say::nothing;
    note(say == Say::resolve ? State::ended : State::released, f.service, slo, held->second, end, f.probability, f.violated, f.gauge);
    held_.erase(held);
    return say == Say::resolve ? Say::nothing : Say::open;
}

bool Suppression::silent(const BreachForecast& f, EventTime end) const {
    const std::string& service = inventory_.services()[f.service].name;
    return held_.contains({f.service, f.slo}) || entry_for_service(inventory_.model(), CalendarKind::maintenance, service, end - Micros{1}) != nullptr;
}

std::string Suppression::by_resource(GaugeIndex gauge, EventTime t) const {
    const ResourceEntry& r = inventory_.resources()[inventory_.gauges()[gauge].resource];
    const std::string_view service = r.service == kNoIndex ? std::string_view{} : inventory_.services()[r.service].name;
    const CalendarEntry* entry = entry_for(inventory_.model(), CalendarKind::maintenance, service, r.name, t);
    return entry == nullptr ? std::string{} : entry->name;
}

void Suppression::judge_resources(const std::vector<SuppressedForecast>& now, EventTime end) {
    for (const SuppressedForecast& f : now) {
        if (gauges_.contains(f.gauge)) continue;
        const std::string by = by_resource(f.gauge, end - Micros{1});
        gauges_.emplace(f.gauge, by);
        note(State::suppressed, inventory_.resources()[inventory_.gauges()[f.gauge].resource].service, "capacity", by, end, f.probability, false, f.gauge);
    }
    for (auto it = gauges_.begin(); it != gauges_.end();) {
        if (std::ranges::any_of(now, [&](const SuppressedForecast& f) { return f.gauge == it->first; })) {
            ++it;
            continue;
        }
        if (it->first < inventory_.gauges().size())
            note(State::ended, inventory_.resources()[inventory_.gauges()[it->first].resource].service, "capacity", it->second, end, 0, false, it->first);
        it = gauges_.erase(it);
    }
}

void Suppression::archive(Archive& a) {
    a(held_, gauges_);
    if (!a.restoring() || a.renumbering() == nullptr) return;
    const Renumbering& now = *a.renumbering();
    for (const auto& [key, by] : std::exchange(held_, {}))
        if (const auto at = now.keys.find(key); at != now.keys.end()) held_.emplace(at->second, by);
    for (const auto& [gauge, by] : std::exchange(gauges_, {}))
        if (gauge < now.gauges.size() && now.gauges[gauge] != kNoIndex) gauges_.emplace(now.gauges[gauge], by);
}

}  // namespace foreshock
