#include "engine/warn/suppression.h"

#include <algorithm>
#include <utility>

#include "engine/plan/calendar.h"
#include "engine/plan/renumbering.h"

namespace foreshock {

using State = SuppressedWarning::State;

std::string Suppression::resource_of(GaugeIndex gauge) const {
    return gauge == kNoIndex ? std::string{} : inventory_.resources()[inventory_.gauges()[gauge].resource].name;
}

SuppressedWarning& Suppression::note(State state, const Held& held, std::string slo, EventTime end) {
    SuppressedWarning& w = noted_.emplace_back();
    w.state = state;
    w.time = end;
    w.by = held.by;
    w.slo = std::move(slo);
    w.resource = held.resource;
    return w;
}

void Suppression::note(State state, const Held& held, const BreachForecast& f, EventTime end) {
    const ServiceEntry& service = inventory_.services()[f.service];
    SuppressedWarning& w = note(state, held, f.slo == kCapacityPromise || service.model == nullptr ? "capacity" : service.model->slos[f.slo].name, end);
    w.service = service.name;
    w.probability = f.probability;
    w.breached = f.violated;
}

SuppressedWarning& Suppression::note(State state, GaugeIndex gauge, const std::string& by, EventTime end) {
    SuppressedWarning& w = note(state, {by, resource_of(gauge)}, "capacity", end);
    const ServiceIndex service = inventory_.resources()[inventory_.gauges()[gauge].resource].service;
    if (service != kNoIndex) w.service = inventory_.services()[service].name;
    return w;
}

void Suppression::hold(const BreachForecast& f, const std::string& by, EventTime end) {
    const auto [held, anew] = held_.try_emplace({f.service, f.slo}, Held{by, resource_of(f.gauge)});
    if (anew) note(State::suppressed, held->second, f, end);
}

void Suppression::let_go(HeldPromises::iterator held, State state, const BreachForecast& f, EventTime end) {
    note(state, held->second, f, end);
    held_.erase(held);
}

const CalendarEntry* Suppression::maintenance(const BreachForecast& f, EventTime end) const {
    return entry_for_service(inventory_.model(), CalendarKind::maintenance, inventory_.services()[f.service].name, end - Micros{1});
}

Say Suppression::judge(const BreachForecast& f, Say say, EventTime end) {
    const CalendarEntry* entry = maintenance(f, end);
    const auto held = held_.find({f.service, f.slo});
    if (held == held_.end()) {
        if (entry == nullptr || say != Say::open) return entry != nullptr && say == Say::update ? Say::nothing : say;
        hold(f, entry->name, end);
        return Say::nothing;
    }
    const bool stays = entry != nullptr || held->second.by == kBeyondBound || !likely(f);
    if (say != Say::resolve && stays) return Say::nothing;
    let_go(held, say == Say::resolve ? State::ended : State::released, f, end);
    return say == Say::resolve ? Say::nothing : Say::open;
}

bool Suppression::silent(const BreachForecast& f, EventTime end) const {
    return holds_back(f) || maintenance(f, end) != nullptr;
}

bool Suppression::waits_for_room(const BreachForecast& f, EventTime end) const {
    const auto held = held_.find({f.service, f.slo});
    return held != held_.end() && held->second.by == kBeyondBound && likely(f) && maintenance(f, end) == nullptr;
}

void Suppression::keep_for_room(const BreachForecast& f, EventTime end) {
    hold(f, kBeyondBound, end);
}

void Suppression::let_in(const BreachForecast& f, EventTime end) {
    if (const auto held = held_.find({f.service, f.slo}); held != held_.end()) let_go(held, State::released, f, end);
}

bool Suppression::forget(const std::pair<std::string, std::string>& promise, EventTime end) {
    const auto held = withdrawn_.extract(promise);
    if (held.empty()) return false;
    note(State::ended, held.mapped(), promise.second.empty() ? "capacity" : promise.second, end).service = promise.first;
    return true;
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
        note(State::suppressed, f.gauge, by, end).probability = f.probability;
    }
    for (auto it = gauges_.begin(); it != gauges_.end();) {
        if (std::ranges::any_of(now, [&](const SuppressedForecast& f) { return f.gauge == it->first; })) {
            ++it;
            continue;
        }
        if (it->first < inventory_.gauges().size()) note(State::ended, it->first, it->second, end);
        it = gauges_.erase(it);
    }
}

void Suppression::archive(Archive& a) {
    a(held_, gauges_);
    if (!a.restoring() || a.renumbering() == nullptr) return;
    const Renumbering& now = *a.renumbering();
    for (const auto& [key, by] : std::exchange(held_, {}))
        if (const auto at = now.keys.find(key); at != now.keys.end()) held_.emplace(at->second, by);
        else withdrawn_.emplace(now.promise_then(key), by);
    for (const auto& [gauge, by] : std::exchange(gauges_, {}))
        if (gauge < now.gauges.size() && now.gauges[gauge] != kNoIndex) gauges_.emplace(now.gauges[gauge], by);
}

}  // namespace foreshock
