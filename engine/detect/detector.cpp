#include "engine/detect/detector.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <optional>

#include "engine/detect/campaign_watch.h"
#include "engine/detect/composite.h"
#include "engine/detect/gauge_tracker.h"
#include "engine/detect/service_tracker.h"
#include "engine/detect/slo_watch.h"
#include "engine/plan/calendar.h"
#include "engine/plan/renumbering.h"

namespace foreshock {
namespace {

constexpr double kSeasonLow = 0.8, kSeasonHigh = 1.25;  // how far the time of day may move a gauge's baseline
constexpr double kSurprise = 30;     // expected transactions that did not come: now silence is a gap in the data …
constexpr double kAllSilent = 60;    // seconds without any event of any service
constexpr double kLongSilence = 3;   // … when it is also this many times longer than any that was usual

// Rows are ordered by number.
template <class Row>
const Row* row_of(const std::vector<Row>& rows, uint32_t Row::*number, uint32_t wanted) {
    const auto it = std::lower_bound(rows.begin(), rows.end(), wanted, [number](const Row& r, uint32_t n) { return r.*number < n; });
    return it != rows.end() && (*it).*number == wanted ? &*it : nullptr;
}

}  // namespace

struct Detector::State : UsualDemand {
    State(const Inventory& i, const EngineOptions& o) : inventory(i), options(o), campaigns(i) { signals.usual = this; }

    double at(ServiceIndex service, Measure m, EventTime t) const override {
        return (m == Measure::volume ? services[service].volume() : services[service].value()).usual(t);
    }

    const Inventory& inventory;
    const EngineOptions& options;
    Signals signals;
    std::vector<ServiceTracker> services;
    std::deque<DayClock> clocks;  // [service]; a deque, because trackers point at them
    std::vector<GaugeTracker> gauges;
    std::vector<SloWatch> watches;
    std::vector<uint32_t> in_order_of_keys;  // numbers of watches, as checkpoints have them
    std::optional<Composites> composites;
    CampaignWatch campaigns;
    bool started = false;
    SlotIndex last;
    std::vector<std::vector<uint8_t>> was_burning;  // [slo][burn rule] before this slot
    double silence = 0;          // seconds since any raw service had an event
    double usual_silence = 0;    // longest that turned out to be real

    void grow();
    DayClock clock_of(const ServiceEntry& service) const;
    void add_services(const ClosedSlot& slot, double seconds);
    void add_gauges(const ClosedSlot& slot, double seconds);
    void close_slos(const ClosedSlot& slot, double seconds);
    SloSight sight_of(const Slo& slo, const SloState& state, const ClosedSlot& slot) const;
    const Slo& slo_of(const SloState& state) const { return inventory.services()[state.service].model->slos[state.slo]; }
    bool is_gap(const ClosedSlot& slot, double seconds);
    void report_changes(EventTime at);
    void report_burns(EventTime at);
    std::string key_of(const SloState& state) const;
    void archive_watches(Archive& a);
    void report(SignalKind kind, bool opened, Measure m, ServiceIndex s, const DemandState& d, EventTime at);
};

Detector::Detector(const Inventory& inventory, const EngineOptions& options)
    : state_(std::make_unique<State>(inventory, options)) {}
Detector::~Detector() = default;

DayClock Detector::State::clock_of(const ServiceEntry& service) const {
    DayClock clock;
    if (service.model != nullptr) clock.zone = &service.model->utc_offsets;
    for (const CalendarEntry& e : inventory.model().calendar)
        if (e.kind == CalendarKind::holiday && concerns_service(e, service.name)) clock.holidays.push_back(&e);
    return clock;
}

void Detector::State::grow() {
    services.resize(inventory.services().size());
    while (clocks.size() < services.size()) clocks.push_back(clock_of(inventory.services()[clocks.size()]));
    signals.services.resize(services.size());
    if (const size_t wanted = inventory.gauges().size(); wanted > gauges.capacity()) gauges.reserve(wanted + gauges.size() / 4);
    for (size_t i = gauges.size(); i < inventory.gauges().size(); ++i) {
        gauges.emplace_back(inventory.resources()[inventory.gauges()[i].resource].kind);
    }
    signals.gauges.resize(gauges.size());
    if (!signals.slos.empty()) return;  // promises come from the model only
    for (ServiceIndex s = 0; s < inventory.services().size(); ++s) {
        const ServiceModel* model = inventory.services()[s].model;
        for (uint32_t k = 0; model != nullptr && k < model->slos.size(); ++k) {
            SloState state;
            state.service = s;
            state.slo = k;
            signals.slos.push_back(state);
        }
    }
    watches.resize(signals.slos.size());
    composites.emplace(inventory, signals.slos);
    was_burning.resize(signals.slos.size());
    std::map<std::string, uint32_t> keys;
    for (uint32_t k = 0; k < watches.size(); ++k) keys.emplace(key_of(signals.slos[k]), k);
    for (const auto& [key, k] : keys) in_order_of_keys.push_back(k);
}

// Silence of every service that sends single events: a gap in the data, or a quiet hour?
bool Detector::State::is_gap(const ClosedSlot& slot, double seconds) {
    bool any = false;
    double usual = 0;
    for (const ServiceSlot& s : slot.services) any = any || s.span_seconds <= to_seconds(slot.length) * 1.5;
    for (const ServiceTracker& s : services) {
        if (s.raw() && s.volume().state().level > 0) usual += s.volume().state().level;
    }
    if (any) {
        usual_silence = std::max(usual_silence, silence / 2);
        silence = 0;
        return false;
    }
    silence += seconds;
    return usual * silence > kSurprise && silence > kLongSilence * usual_silence;
}

void Detector::State::add_services(const ClosedSlot& slot, double seconds) {
    const double length = to_seconds(slot.length);
    for (size_t i = 0; i < services.size(); ++i) {
        services[i].set_clock(&clocks[i]);
        services[i].age(slot.end, seconds);
    }
    const bool gap = is_gap(slot, seconds);
    signals.all_silent = silence > kAllSilent;
    auto row = slot.services.begin();
    for (ServiceIndex i = 0; i < services.size(); ++i) {
        while (row != slot.services.end() && row->service < i) ++row;
        if (row != slot.services.end() && row->service == i) services[i].add(*row, slot.end, length);
        else if (services[i].raw() && !gap) services[i].add_nothing(slot.end, seconds);
        signals.services[i].service = i;
        services[i].close(slot.start, slot.end, options.dimensions, inventory.services()[i].model, signals.services[i]);
    }
}

void Detector::State::add_gauges(const ClosedSlot& slot, double seconds) {
    auto row = slot.gauges.begin();
    for (GaugeIndex i = 0; i < gauges.size(); ++i) {
        while (row != slot.gauges.end() && row->gauge < i) ++row;
        GaugeState& state = signals.gauges[i];
        state.gauge = i;
        gauges[i].age(seconds, state);
        if (row != slot.gauges.end() && row->gauge == i) gauges[i].add(*row, state);
        const ServiceIndex owner = inventory.resources()[inventory.gauges()[i].resource].service;
        const double season = owner == kNoIndex ? 1 : services[owner].volume().season();
        gauges[i].close(slot.start, slot.end, std::clamp(season, kSeasonLow, kSeasonHigh), state);
    }
}

SloSight Detector::State::sight_of(const Slo& slo, const SloState& state, const ClosedSlot& slot) const {
    SloSight sight;
    sight.start = slot.start;
    sight.end = slot.end;
    if (!slo.resource.empty()) {
        sight.gauge = row_of(slot.gauges, &GaugeSlot::gauge, inventory.find_gauge(slo.resource, slo.metric));
    } else {
        sight.service = row_of(slot.services, &ServiceSlot::service, state.service);
        sight.volume = &services[state.service].volume().state();
    }
    const ServiceModel& service = *inventory.services()[state.service].model;
    sight.excluded = slo.without_maintenance &&
                     entry_for_service(inventory.model(), CalendarKind::maintenance, service.name, slot.start) != nullptr;
    return sight;
}

void Detector::State::close_slos(const ClosedSlot& slot, double seconds) {
    for (const uint32_t k : composites->order()) {
        SloState& state = signals.slos[k];
        const Slo& slo = slo_of(state);
        SloSight sight = sight_of(slo, state, slot);
        sight.elapsed = from_seconds(seconds);
        if (slo.indicator == Indicator::composite) {
            sight.composed = composites->value(k, slo, signals.slos);
            sight.owed = composites->owed(k, slo, signals.slos);
            sight.excluded = sight.excluded || composites->excluded(k, signals.slos);
        }
        was_burning[k].assign(state.budget.burn.size(), 0);
        for (size_t i = 0; i < state.budget.burn.size(); ++i) was_burning[k][i] = state.budget.burn[i].burning;
        watches[k].close(sight, slo, inventory.services()[state.service].model->utc_offsets, state);
    }
}

void Detector::State::report_burns(EventTime at) {
    for (uint32_t k = 0; k < signals.slos.size(); ++k) {
        const SloState& state = signals.slos[k];
        for (uint32_t i = 0; i < state.budget.burn.size(); ++i) {
            const BurnState& b = state.budget.burn[i];
            if (b.burning == (i < was_burning[k].size() && was_burning[k][i] != 0)) continue;
            SignalChange c;
            c.kind = SignalKind::burn;
            c.opened = b.burning;
            c.service = state.service;
            c.slo = state.slo;
            c.rule = i;
            c.at = at;
            c.since = b.since;
            c.value = b.long_rate;
            c.baseline = b.factor;
            c.ratio = b.long_rate / b.factor;
            signals.changes.push_back(c);
        }
    }
}

void Detector::State::report(SignalKind kind, bool opened, Measure m, ServiceIndex s, const DemandState& d, EventTime at) {
    SignalChange c;
    c.kind = kind;
    c.opened = opened;
    c.measure = m;
    c.service = s;
    c.at = at;
    c.since = d.since;
    c.value = d.level;
    c.baseline = d.baseline;
    c.ratio = d.ratio;
    signals.changes.push_back(c);
}

void Detector::State::report_changes(EventTime at) {
    signals.changes.clear();
    for (ServiceIndex i = 0; i < services.size(); ++i) {
        for (const Measure m : {Measure::volume, Measure::value}) {
            const DemandTracker& d = m == Measure::volume ? services[i].volume() : services[i].value();
            if (d.spike_opened() || d.spike_closed()) report(SignalKind::spike, d.spike_opened(), m, i, d.state(), at);
            if (d.drop_opened() || d.drop_closed()) report(SignalKind::drop, d.drop_opened(), m, i, d.state(), at);
        }
    }
    for (GaugeIndex i = 0; i < gauges.size(); ++i) {
        const GaugeState& g = signals.gauges[i];
        if (g.pressure == gauges[i].was_pressure()) continue;
        SignalChange c;
        c.kind = SignalKind::pressure;
        c.opened = g.pressure;
        c.gauge = i;
        c.service = inventory.resources()[inventory.gauges()[i].resource].service;
        c.at = at;
        c.since = g.since;
        c.value = g.level;
        c.baseline = g.baseline;
        c.ratio = g.baseline > 0 ? g.level / g.baseline : kUnknown;
        signals.changes.push_back(c);
    }
}

const Signals& Detector::close(const ClosedSlot& slot) {
    State& s = *state_;
    const double length = to_seconds(slot.length);
    const auto slots = s.started ? std::max<int64_t>(1, slot.index.value - s.last.value) : 1;
    const double seconds = length * static_cast<double>(slots);
    s.started = true;
    s.last = slot.index;
    s.grow();
    s.signals.slot = slot.index;
    s.signals.start = slot.start;
    s.signals.end = slot.end;
    s.signals.decided_at = slot.decided_at;
    s.add_services(slot, seconds);
    s.add_gauges(slot, seconds);
    s.close_slos(slot, seconds);
    s.campaigns.close(slot, s.signals.services, s, s.signals.campaigns);
    s.report_changes(slot.end);
    s.report_burns(slot.end);
    return s.signals;
}

// What has been counted stays right only as long as it is counted in the same way.
std::string Detector::State::key_of(const SloState& state) const {
    const Slo& slo = slo_of(state);
    std::string key = inventory.services()[state.service].name + '\n' + slo.name;
    for (const int64_t n : {static_cast<int64_t>(slo.indicator), static_cast<int64_t>(slo.budgeting), static_cast<int64_t>(slo.period_kind), int64_t{slo.period.count()}})
        key += '\n' + std::to_string(n);
    return key;
}

// By name: budgets of weeks survive a change of the model.
void Detector::State::archive_watches(Archive& a) {
    if (!a.restoring()) {
        uint64_t n = in_order_of_keys.size();
        a(n);
        for (const uint32_t k : in_order_of_keys) {
            std::string key = key_of(signals.slos[k]);
            a(key, watches[k]);
        }
        return;
    }
    std::map<std::string, SloWatch> kept;
    a(kept);
    if (!a.ok()) return;
    grow();
    for (size_t k = 0; k < watches.size(); ++k) {
        const auto at = kept.find(key_of(signals.slos[k]));
        if (at == kept.end()) continue;
        watches[k] = std::move(at->second);
        watches[k].restore(slo_of(signals.slos[k]), signals.slos[k]);
    }
}

void Detector::archive(Archive& a) {
    State& s = *state_;
    a(s.started, s.last, s.silence, s.usual_silence);
    archive_numbered(a, s.services, &Renumbering::services);
    archive_numbered(a, s.gauges, &Renumbering::gauges);
    archive_numbered(a, s.signals.gauges, &Renumbering::gauges);
    for (GaugeIndex g = 0; a.restoring() && g < s.gauges.size() && g < s.inventory.gauges().size(); ++g)
        s.gauges[g].be(s.inventory.resources()[s.inventory.gauges()[g].resource].kind);
    a(s.campaigns);
    s.archive_watches(a);
}

}  // namespace foreshock
