#include "tools/generate/scenario/draft.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tools/generate/scenario/demand.h"

namespace foreshock {

void ScenarioDraft::map(const MapNeeds& needs) { build_map(spec, random, needs); }

uint32_t ScenarioDraft::bottleneck(SimulatedResource kind) {
    std::vector<uint32_t> able;
    const std::vector<uint32_t> reached = waits_for(spec, spec.entries.front().service);
    for (uint32_t s = 0; s < spec.services.size(); ++s) {
        const bool waited_for = std::ranges::find(reached, s) != reached.end();
        if (!has_resource(spec.services[s], kind) || (!waited_for && kind != SimulatedResource::queue)) continue;
        able.push_back(s);
        // Behind the entry the breach has further to go: likelier.
        if (spec.services[s].role != ServiceRole::entry) able.push_back(s);
    }
    if (able.empty()) {  // any map has CPU
        spec.bottleneck_kind = SimulatedResource::cpu;
        return spec.bottleneck = static_cast<uint32_t>(random.integer(0, static_cast<int64_t>(reached.size()) - 1));
    }
    spec.bottleneck_kind = kind;
    spec.bottleneck = able[static_cast<size_t>(random.integer(0, static_cast<int64_t>(able.size()) - 1))];
    if (!spec.broad) spec.services[spec.bottleneck].job_minute = -1;
    return spec.bottleneck;
}

void ScenarioDraft::aim(double low, double high) {
    const double planned = random.uniform(low, high), headroom = random.uniform(0.55, 1.05),
                 others = random.uniform(0.35, 0.62);
    const double crowded = random.uniform(0.3, 0.8), just = random.uniform(0.98, 1.2);
    spec.overload = spec.broad ? just * headroom : planned;
    spec.others_at_peak = spec.broad ? crowded : others;
}

double ScenarioDraft::onset() {
    const auto live = static_cast<double>(spec.live_s);
    return std::round(spec.broad ? random.uniform(0.12, 0.7) * live : random.uniform(0.28, 0.5) * live);
}

void ScenarioDraft::times(DemandEvent& e) {
    switch (e.form) {
        case DemandForm::ramp:
            e.rise_s = random.log_uniform(300, 1500);
            e.hold_s = random.uniform(600, 2400);
            e.fall_s = random.uniform(400, 1500);
            break;
        case DemandForm::spot:
            e.rise_s = random.uniform(60, 220);
            e.fall_s = random.uniform(220, 700);
            break;
        case DemandForm::steps:
            e.rise_s = random.uniform(50, 260);
            e.hold_s = random.uniform(300, 1300);
            e.fall_s = random.uniform(200, 600);
            break;
        case DemandForm::exponential:
            e.rise_s = random.uniform(700, 2000);
            e.hold_s = random.uniform(600, 2400);
            e.fall_s = random.uniform(600, 2000);
            break;
        case DemandForm::bell:
            e.rise_s = e.hold_s = e.fall_s = random.uniform(1200, 2400);
            break;
        case DemandForm::herd:
            e.hold_s = random.uniform(240, 900);  // the outage
            e.rise_s = random.uniform(15, 90);
            e.fall_s = random.uniform(250, 900);
            break;
    }
}

DemandEvent& ScenarioDraft::event(const std::string& name, DemandForm form, double low, double high) {
    DemandEvent e;
    e.name = name;
    e.form = form;
    e.start_s = onset();
    times(e);
    const double excess = random.uniform(low, high);
    e.excess = {excess, excess * random.uniform(0.85, 1.15), excess * random.uniform(0.85, 1.15), 0};
    return spec.demand.emplace_back(e);
}

void ScenarioDraft::campaign_tag(DemandEvent& e) {
    static constexpr std::array kTags{"spring", "winter", "members", "launch", "app", "night", "double", "vip"};
    e.campaign = std::string(random.pick(kTags)) + std::to_string(random.integer(10, 99));
}

void ScenarioDraft::announce(const DemandEvent& e, double probability) {
    // Broad: true, of wrong size, or missing; the false ones come in `false_entries`.
    const bool told = random.chance(spec.broad ? 0.45 : probability);
    const double wrong = random.uniform(0.8, 1.25), shift = random.uniform(-90, 90), small = random.uniform(0.3, 0.8);
    if (!told) return;
    const double most = std::max(e.excess[kBrowse], e.excess[kOrder]);
    Announcement entry;
    entry.name = e.campaign.empty() ? e.name : e.campaign;
    entry.service = spec.entries.front().service;
    entry.start_s = foreshock::onset(e) + (spec.broad ? std::round(shift) : 0);
    entry.expected_ratio = 1 + most * wrong * (spec.broad && random.chance(0.15) ? small : 1);
    spec.calendar.push_back(entry);
    if (!e.decoy) main_announced_ = true;
}

CapacityEvent& ScenarioDraft::fault(CapacityEvent::Type type, uint32_t service, double size) {
    CapacityEvent e;
    e.type = type;
    e.service = service;
    e.start_s = onset();
    e.size = size;
    return spec.capacity.emplace_back(e);
}

void ScenarioDraft::nuisance(Nuisance::Type type, uint32_t service, uint32_t host, double start, double end,
                             double size) {
    spec.nuisances.push_back({type, service, host, std::round(start), std::round(end), size});
}

void ScenarioDraft::decoy(size_t number) {
    const auto live = static_cast<double>(spec.live_s);
    double main = 0, main_start = live;
    for (const DemandEvent& e : spec.demand)
        if (!e.decoy) {
            main = std::max({main, e.excess[kBrowse], e.excess[kOrder]});
            main_start = std::min(main_start, e.start_s);
        }
    if (main <= 0) main = spec.capacity.empty() ? random.uniform(0.8, 1.8) : random.uniform(0.3, 0.9);
    static constexpr std::array kForms{DemandForm::ramp,  DemandForm::ramp,        DemandForm::spot,
                                       DemandForm::steps, DemandForm::exponential, DemandForm::bell};
    DemandEvent e;
    e.form = random.pick(kForms);
    e.name = "decoy_campaign";
    e.decoy = true;
    times(e);
    e.hold_s = e.form == DemandForm::bell ? e.hold_s : random.uniform(200, 900);
    e.rise_s = std::min(e.rise_s, 700.0);
    const double wild = random.uniform(0.7, 2.2);
    e.fraction = random.uniform(0.28, 0.46) * (spec.broad ? wild : 1);
    e.excess = {main * e.fraction, main * e.fraction, main * e.fraction, 0};
    // Before the main event as a rule; broad: anywhere.
    const double length = ending(e) - e.start_s;
    const double first =
        spec.broad ? random.uniform(200, live - 600) : random.uniform(300, 1100) + 1800.0 * static_cast<double>(number);
    e.start_s = std::round(first);
    if (!spec.broad && e.start_s + length > main_start - 240) return;
    if (random.chance(0.5)) campaign_tag(e);
    spec.demand.push_back(e);
    if (spec.broad && random.chance(0.25)) announce(e, 0);
}

void ScenarioDraft::decoys(double probability) {
    if (!spec.broad) {
        if (random.chance(probability)) decoy(0);
        return;
    }
    const std::array weights{0.35, 0.4, 0.2, 0.05};
    const size_t count = random.weighted(weights);
    for (size_t i = 0; i < count; ++i) decoy(i);
}

void ScenarioDraft::false_entries() {
    if (!spec.broad || !random.chance(0.15)) return;
    spec.calendar.push_back({"postponed" + std::to_string(random.integer(10, 99)), spec.entries.front().service,
                             std::round(random.uniform(600, static_cast<double>(spec.live_s) - 300)),
                             random.uniform(1.4, 3.2)});
}

// Some systems have been through campaigns before, and had them in their calendar or not.
void ScenarioDraft::past_campaigns() {
    const auto history = static_cast<double>(spec.history_s);
    if (!spec.broad || history < 8 * 3600 || !random.chance(0.35)) return;
    const int64_t count = random.integer(1, 3);
    for (int64_t i = 0; i < count; ++i) {
        DemandEvent& e =
            event("past_campaign", random.chance(0.6) ? DemandForm::ramp : DemandForm::exponential, 0.2, 1);
        e.start_s = std::round(-random.uniform(3 * 3600, history - 3600));
        e.decoy = true;
        campaign_tag(e);
        if (random.chance(0.5)) announce(e, 0);
    }
}

void ScenarioDraft::stray_nuisances() {
    if (!spec.broad) return;
    const auto live = static_cast<double>(spec.live_s);
    const auto any = [&] {
        return static_cast<uint32_t>(random.integer(0, static_cast<int64_t>(spec.services.size()) - 1));
    };
    const double start = random.uniform(0.1, 0.8) * live, gap = random.uniform(60, 400),
                 buffered = random.uniform(300, 2400);
    const double ahead = random.uniform(-60, 60), flush = random.uniform(40, 240);
    if (random.chance(0.1)) nuisance(Nuisance::Type::sensor_gap, any(), 0, start, start + gap);
    if (random.chance(0.1)) nuisance(Nuisance::Type::late_flush, any(), 0, start, start + buffered, flush);
    if (random.chance(0.15)) nuisance(Nuisance::Type::clock_skew, any(), 1, 0, live, ahead);
    if (random.chance(0.08)) nuisance(Nuisance::Type::rename, any(), 0, start, live);
}

void ScenarioDraft::finish() {
    past_campaigns();
    false_entries();
    stray_nuisances();
    spec.calendar_true = main_announced_;
    std::ranges::stable_sort(spec.calendar, {}, &Announcement::start_s);
}

}  // namespace foreshock
