// Kinds in which customers are the cause, or nobody is.
#include <algorithm>
#include <array>
#include <cmath>

#include "tools/generate/scenario/demand.h"
#include "tools/generate/scenario/draft.h"
#include "tools/generate/scenario/kinds.h"

namespace foreshock {
namespace {

constexpr std::array kWaitedFor{SimulatedResource::cpu, SimulatedResource::cpu, SimulatedResource::connections,
                                SimulatedResource::threads};

// A campaign by mail or a post, which ramps up against one resource.
DemandEvent& campaign_against(ScenarioDraft& d, SimulatedResource kind, const char* name, DemandForm form,
                              double announced) {
    d.bottleneck(kind);
    d.aim(1.08, 1.5);
    DemandEvent& e = d.event(name, form, 1.1, 2.4);
    d.campaign_tag(e);
    d.announce(e, announced);
    return e;
}

// Long enough to fill what fills slowly.
void lasting(ScenarioDraft& d, DemandEvent& e) {
    e.rise_s = d.random.uniform(400, 1000);
    e.hold_s = d.random.uniform(1800, 3600);
    const double latest = 0.45 * static_cast<double>(d.spec.live_s);
    if (!d.spec.broad) e.start_s = std::min(e.start_s, latest);
}

}  // namespace

void build_email_cpu(ScenarioDraft& d) {
    d.map();
    campaign_against(d, SimulatedResource::cpu, "email", DemandForm::ramp, 0.5);
    d.decoys(0.7);
}

void build_tv_pool(ScenarioDraft& d) {
    d.map();
    d.bottleneck(SimulatedResource::connections);
    d.aim(1.15, 1.6);
    DemandEvent& e = d.event("tv_spot", DemandForm::spot, 1.6, 3.6);
    d.campaign_tag(e);
    d.announce(e, 0.15);
    d.decoys(0.4);
}

void build_flash_threads(ScenarioDraft& d) {
    d.map();
    d.bottleneck(SimulatedResource::threads);
    d.aim(1.1, 1.6);
    DemandEvent& e = d.event("flash_sale", DemandForm::steps, 1.4, 2.8);
    d.campaign_tag(e);
    d.announce(e, 0.6);
    d.decoys(0.6);
}

void build_influencer_cpu(ScenarioDraft& d) {
    d.map();
    d.bottleneck(SimulatedResource::cpu);
    d.aim(1.08, 1.45);
    d.event("influencer", DemandForm::exponential, 1.0, 2.4);
    d.decoys(0.7);
}

void build_value_spike(ScenarioDraft& d) {
    d.map({.value_work = true});
    ScenarioSpec& spec = d.spec;
    const auto leaf = std::ranges::find_if(spec.services, [](const ServiceSpec& s) { return s.value_work > 0.5; });
    spec.bottleneck = static_cast<uint32_t>(leaf - spec.services.begin());
    spec.bottleneck_kind = SimulatedResource::cpu;
    d.aim(1.08, 1.4);
    DemandEvent& e = d.event("value_spike", d.random.chance(0.5) ? DemandForm::ramp : DemandForm::exponential, 0, 0);
    e.value_excess = d.random.uniform(1.4, 3);
    e.excess[kPremium] = d.random.uniform(0, 0.6);
    e.driver = "value";
    if (d.random.chance(0.7)) {  // one that harms nobody before it
        DemandEvent before = e;
        before.name = "decoy_campaign";
        before.decoy = true;
        before.fraction = d.random.uniform(0.28, 0.46) * (spec.broad ? d.random.uniform(0.7, 2.2) : 1);
        before.value_excess *= before.fraction;
        before.hold_s = d.random.uniform(200, 600);
        before.rise_s = before.fall_s = 300;
        before.start_s = std::max(200.0, e.start_s - d.random.uniform(1500, 2800));
        spec.demand.push_back(before);
    }
}

void build_mix_shift(ScenarioDraft& d) {
    d.map();
    d.bottleneck(d.random.chance(0.6) ? SimulatedResource::cpu : SimulatedResource::connections);
    d.aim(1.08, 1.4);
    DemandEvent& e = d.event("mix_shift", d.random.chance(0.6) ? DemandForm::ramp : DemandForm::exponential, 0, 0);
    // Who looked now buys: fewer views, more orders.
    const double buys = d.random.uniform(1.2, 2.4);
    e.excess = {-d.random.uniform(0.1, 0.35), buys, buys * d.random.uniform(1, 2), 0};
    e.driver = "mix";
    d.decoys(0.5);
}

void build_queue_backlog(ScenarioDraft& d) {
    d.map({.consumer = true});
    d.bottleneck(SimulatedResource::queue);
    d.aim(1.06, 1.5);
    DemandEvent& e = d.event("email", DemandForm::ramp, 0.7, 1.8);
    d.campaign_tag(e);
    lasting(d, e);
    d.announce(e, 0.4);
    d.decoys(0.7);
}

void build_disk_fill(ScenarioDraft& d) {
    d.map();
    d.bottleneck(SimulatedResource::disk);
    d.aim(1.1, 1.7);
    DemandEvent& e = d.event("email", d.random.chance(0.5) ? DemandForm::ramp : DemandForm::exponential, 1.2, 2.6);
    lasting(d, e);
    d.announce(e, 0.2);
    d.decoys(0.4);
}

void build_heap_growth(ScenarioDraft& d) {
    d.map();
    const uint32_t s = d.bottleneck(SimulatedResource::heap);
    d.spec.services[s].heap_keep_s = d.random.uniform(400, 1100);
    d.aim(1.1, 1.5);
    DemandEvent& e = d.event("email", DemandForm::ramp, 0.8, 2);
    lasting(d, e);
    d.announce(e, 0.2);
    d.decoys(0.7);
}

void build_cache_storm(ScenarioDraft& d) {
    d.map({.cache = true});
    ScenarioSpec& spec = d.spec;
    const auto database = std::ranges::find_if(spec.services, [](const ServiceSpec& s) { return s.miss_cost > 0; });
    spec.bottleneck = static_cast<uint32_t>(database - spec.services.begin());
    spec.bottleneck_kind = SimulatedResource::cpu;
    d.aim(1.08, 1.5);
    DemandEvent& e = d.event("email", DemandForm::ramp, 0.7, 1.8);
    d.campaign_tag(e);
    d.announce(e, 0.2);
    d.decoys(0.4);
}

void build_cascade_retry(ScenarioDraft& d) {
    d.map();
    d.bottleneck(SimulatedResource::connections);
    d.aim(1.08, 1.5);
    for (ServiceSpec& s : d.spec.services)
        for (CallSpec& c : s.calls)
            if (!c.asynchronous) c.retries = static_cast<uint32_t>(d.random.integer(1, 2));
    d.spec.client_retries = d.random.uniform(0.5, 0.85);
    DemandEvent& e = d.event("email", DemandForm::ramp, 1.1, 2.4);
    d.announce(e, 0.2);
    d.decoys(0.6);
}

void build_two_campaigns(ScenarioDraft& d) {
    d.spec.live_s += 2400;
    d.map();
    d.bottleneck(d.random.pick(kWaitedFor));
    d.aim(1.08, 1.4);
    DemandEvent first = d.event("email", DemandForm::ramp, 0.5, 1.1);
    first.hold_s += 1500;
    first.name = "first_campaign";
    d.spec.demand.back() = first;
    DemandEvent& second =
        d.event("second_campaign", d.random.chance(0.5) ? DemandForm::ramp : DemandForm::steps, 0.8, 1.8);
    d.campaign_tag(second);
    second.start_s = first.start_s + first.rise_s + d.random.uniform(200, 1500);
    d.announce(second, 0.3);
    d.decoys(0.4);
}

void build_failover_step(ScenarioDraft& d) {
    d.map();
    d.bottleneck(d.random.pick(kWaitedFor));
    d.aim(1.05, 1.5);
    DemandEvent& e = d.event("failover", DemandForm::ramp, 0.6, 1.4);
    e.rise_s = d.random.uniform(5, 60);
    e.hold_s = d.random.uniform(900, 3000);
    e.excess[kBot] = e.excess[kBrowse];
    d.decoys(0.4);
}

void build_evening_overload(ScenarioDraft& d) {
    d.map();
    d.bottleneck(d.random.pick(kWaitedFor));
    d.aim(1.05, 1.3);
    DemandEvent& e = d.event("evening_peak", DemandForm::bell, 0.6, 1.4);
    if (!d.spec.broad) e.start_s = std::min(e.start_s, 1800.0);
    d.decoys(0.3);
}

void build_any_campaign(ScenarioDraft& d) {
    static constexpr std::array kForms{DemandForm::ramp,  DemandForm::ramp,        DemandForm::spot,
                                       DemandForm::steps, DemandForm::exponential, DemandForm::bell};
    static constexpr std::array kAny{
        SimulatedResource::cpu,  SimulatedResource::cpu,  SimulatedResource::connections, SimulatedResource::threads,
        SimulatedResource::heap, SimulatedResource::disk, SimulatedResource::queue};
    d.map();
    const SimulatedResource kind = d.random.pick(kAny);
    DemandEvent& e = campaign_against(d, kind, "campaign", d.random.pick(kForms), 0.4);
    if (kind == SimulatedResource::heap || kind == SimulatedResource::disk || kind == SimulatedResource::queue) {
        e.form = DemandForm::ramp;
        lasting(d, e);
    }
    d.decoys(0.6);
}

void build_bots(ScenarioDraft& d) {
    d.map();
    d.bottleneck(SimulatedResource::cpu);
    d.aim(0.6, 0.84);
    DemandEvent& e = d.event("bots", d.random.chance(0.5) ? DemandForm::ramp : DemandForm::steps, 0, 0);
    e.rise_s = d.random.uniform(60, 600);
    e.excess[kBot] = d.random.uniform(0.7, 2) / d.spec.entries.front().share[kBot];
    e.hold_s = d.random.uniform(1200, 4000);
    d.decoys(0.2);
}

void build_evening_peak(ScenarioDraft& d) {
    d.map();
    d.bottleneck(d.random.pick(kWaitedFor));
    d.aim(0.62, 0.84);
    DemandEvent& e = d.event("evening_peak", DemandForm::bell, 0.4, 1);
    e.start_s = d.spec.broad ? e.start_s : d.random.uniform(0, 1500);
    d.decoys(0.2);
}

void build_payday(ScenarioDraft& d) {
    d.map();
    d.bottleneck(d.random.pick(kWaitedFor));
    d.aim(0.65, 0.85);
    DemandEvent& e = d.event("payday", DemandForm::ramp, 0.5, 1.2);
    e.rise_s = d.random.uniform(1200, 2700);
    e.hold_s = 4000;
    e.excess[kPremium] *= 1.5;
    d.announce(e, 0.3);
    d.decoys(0.2);
}

void build_headroom(ScenarioDraft& d) {
    d.map();
    const SimulatedResource kind = d.random.pick(kWaitedFor);
    campaign_against(d, kind, "headroom", d.random.chance(0.7) ? DemandForm::ramp : DemandForm::exponential, 0.6);
    d.aim(0.5, 0.82);
    d.decoys(0.6);
}

void build_calendar_false(ScenarioDraft& d) {
    d.map();
    d.bottleneck(d.random.pick(kWaitedFor));
    d.aim(0.5, 0.8);
    DemandEvent& small = d.event("decoy_campaign", DemandForm::ramp, 0.3, 0.8);
    small.decoy = true;
    small.hold_s = d.random.uniform(200, 1200);
    d.spec.calendar.push_back({"cancelled" + std::to_string(d.random.integer(10, 99)), d.spec.entries.front().service,
                               d.onset() + 600, d.random.uniform(2, 3.5)});
    d.decoys(0.4);
}

void build_quiet(ScenarioDraft& d) {
    d.map();
    d.bottleneck(d.random.pick(kWaitedFor));
    d.aim(0.55, 0.86);
    d.decoys(0.6);
}

void build_autoscale_ok(ScenarioDraft& d) {
    d.map();
    ServiceSpec& s = d.spec.services[d.bottleneck(SimulatedResource::cpu)];
    d.aim(1.1, 1.7);
    s.hosts = static_cast<uint32_t>(d.random.integer(3, 5));
    s.scaling = {true, d.random.uniform(0.55, 0.66), std::round(d.random.uniform(45, 110)), s.hosts * 3};
    DemandEvent& e = d.event("autoscale_ok", DemandForm::ramp, 1, 2.2);
    e.rise_s = d.random.uniform(800, 1700);
    d.decoys(0.3);
}

void build_autoscale_late(ScenarioDraft& d) {
    d.map();
    ServiceSpec& s = d.spec.services[d.bottleneck(SimulatedResource::cpu)];
    d.aim(1.2, 1.7);
    s.hosts = static_cast<uint32_t>(d.random.integer(2, 4));
    s.scaling = {true, d.random.uniform(0.65, 0.78), std::round(d.random.uniform(200, 420)), s.hosts * 3};
    DemandEvent& e = d.event("autoscale_late", d.random.chance(0.7) ? DemandForm::ramp : DemandForm::steps, 1.2, 2.4);
    e.rise_s = e.form == DemandForm::ramp ? d.random.uniform(150, 500) : e.rise_s;
    d.decoys(0.3);
}

void build_sensor_gap(ScenarioDraft& d) {
    d.map();
    const DemandEvent e = campaign_against(d, d.random.pick(kWaitedFor), "email", DemandForm::ramp, 0.3);
    const double from = e.start_s + d.random.uniform(-60, 0.4 * e.rise_s);
    d.nuisance(Nuisance::Type::sensor_gap, d.spec.bottleneck, 0, from, from + d.random.uniform(120, 420));
    d.decoys(0.6);
}

void build_late_events(ScenarioDraft& d) {
    d.map();
    const DemandEvent e = campaign_against(d, SimulatedResource::cpu, "email", DemandForm::ramp, 0.2);
    const auto live = static_cast<double>(d.spec.live_s);
    const double from = e.start_s - d.random.uniform(0, 600);
    const double length = d.random.uniform(900, 3000);
    d.nuisance(Nuisance::Type::late_flush, d.spec.bottleneck, 0, from, from + length, d.random.uniform(60, 300));
    if (d.random.chance(0.6)) d.nuisance(Nuisance::Type::clock_skew, 0, 0, 0, live, d.random.uniform(20, 80));
    if (d.random.chance(0.6)) d.nuisance(Nuisance::Type::clock_skew, 0, 1, 0, live, -d.random.uniform(15, 50));
    d.decoys(0.6);
}

void build_clock_skew(ScenarioDraft& d) {
    d.map();
    const SimulatedResource kind = d.random.pick(kWaitedFor);
    campaign_against(d, kind, "email", d.random.chance(0.5) ? DemandForm::ramp : DemandForm::exponential, 0.2);
    const auto live = static_cast<double>(d.spec.live_s);
    for (uint32_t s = 0; s < d.spec.services.size(); ++s) {
        const double ahead = d.random.uniform(-150, 150);
        if (d.random.chance(0.4)) d.nuisance(Nuisance::Type::clock_skew, s, 0, 0, live, ahead);
    }
    d.decoys(0.4);
}

void build_host_rename(ScenarioDraft& d) {
    d.map();
    const DemandEvent e = campaign_against(d, SimulatedResource::cpu, "email", DemandForm::ramp, 0.2);
    const double at = e.start_s + d.random.uniform(-900, 0.6 * e.rise_s);
    for (uint32_t s = 0; s < d.spec.services.size(); ++s)
        d.nuisance(Nuisance::Type::rename, s, 0, at + d.random.uniform(0, 30), static_cast<double>(d.spec.live_s));
    d.decoys(0.4);
}

}  // namespace foreshock
