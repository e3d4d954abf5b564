// Kinds that never train anything.
#include <algorithm>
#include <cmath>

#include "tools/generate/scenario/draft.h"
#include "tools/generate/scenario/kinds.h"

namespace foreshock {

void build_rate_limit(ScenarioDraft& d) {
    d.map({.rate_limit = true});
    d.bottleneck(SimulatedResource::rate_limit);
    d.aim(1.15, 1.6);
    DemandEvent& e = d.event("email", d.random.chance(0.7) ? DemandForm::ramp : DemandForm::exponential, 1.1, 2.4);
    d.campaign_tag(e);
    d.announce(e, 0.3);
    d.decoys(0.6);
}

void build_herd_after_outage(ScenarioDraft& d) {
    d.map();
    d.bottleneck(d.random.chance(0.5) ? SimulatedResource::cpu : SimulatedResource::connections);
    d.aim(1.2, 1.8);
    d.event("herd_after_outage", DemandForm::herd, 1, 2.4);
    d.decoys(0.3);
}

void build_cascade_two_pools(ScenarioDraft& d) {
    d.map({.two_pools = true});
    // The deeper of the chain: the pool of who calls the database.
    d.bottleneck(SimulatedResource::connections);
    for (uint32_t s = 0; s < d.spec.services.size(); ++s)
        if (has_resource(d.spec.services[s], SimulatedResource::connections)) d.spec.bottleneck = s;
    d.aim(1.1, 1.5);
    for (ServiceSpec& s : d.spec.services)
        for (CallSpec& c : s.calls) c.retries = c.asynchronous ? 0 : 1;
    DemandEvent& e = d.event("email", d.random.chance(0.5) ? DemandForm::ramp : DemandForm::steps, 1.1, 2.4);
    d.announce(e, 0.2);
    d.decoys(0.5);
}

void build_node_loss_in_spike(ScenarioDraft& d) {
    d.map();
    const uint32_t s = d.bottleneck(SimulatedResource::cpu);
    ServiceSpec& service = d.spec.services[s];
    service.hosts = static_cast<uint32_t>(d.random.integer(3, 5));
    d.aim(1.06, 1.35);
    d.spec.overload *= static_cast<double>(service.hosts - 1) / service.hosts;  // with all hosts it would do
    DemandEvent& e = d.event("email", DemandForm::ramp, 1, 2);
    e.hold_s = std::max(e.hold_s, 1200.0);
    const double start = e.start_s + d.random.uniform(0.4, 1.1) * e.rise_s;
    d.fault(CapacityEvent::Type::lost_node, s, 1).start_s = start;
    d.decoys(0.5);
}

void build_payday_heap(ScenarioDraft& d) {
    d.map();
    const uint32_t s = d.bottleneck(SimulatedResource::heap);
    d.spec.services[s].heap_keep_s = d.random.uniform(900, 1800);
    d.aim(1.1, 1.4);
    DemandEvent& e = d.event("payday", DemandForm::ramp, 0.7, 1.6);
    e.rise_s = d.random.uniform(1200, 2400);
    e.hold_s = 5000;
    if (!d.spec.broad) e.start_s = d.random.uniform(900, 2200);
    d.announce(e, 0.2);
    d.decoys(0.3);
}

void build_bottleneck_shift(ScenarioDraft& d) {
    d.map();
    const uint32_t entry = d.spec.entries.front().service;
    ServiceSpec& scaled = d.spec.services[entry];
    scaled.hosts = static_cast<uint32_t>(d.random.integer(2, 4));
    scaled.scaling = {true, d.random.uniform(0.5, 0.62), std::round(d.random.uniform(60, 150)), scaled.hosts * 3};
    d.bottleneck(SimulatedResource::connections);
    for (uint32_t s = 0; s < d.spec.services.size(); ++s)
        if (d.spec.services[s].role == ServiceRole::database && d.random.chance(0.5)) {
            d.spec.bottleneck = s;
            d.spec.bottleneck_kind = SimulatedResource::cpu;
        }
    d.aim(1.08, 1.4);
    d.event("email", DemandForm::ramp, 1.1, 2.2);
    d.decoys(0.4);
}

void build_cancelled_near_capacity(ScenarioDraft& d) {
    d.map();
    d.bottleneck(d.random.chance(0.5) ? SimulatedResource::cpu : SimulatedResource::connections);
    d.aim(0.78, 0.87);
    DemandEvent& e = d.event("cancelled_campaign", DemandForm::ramp, 0.9, 2);
    d.campaign_tag(e);
    d.announce(e, 0.8);
    for (Announcement& entry : d.spec.calendar) entry.expected_ratio *= d.random.uniform(1.3, 1.7);  // what was planned
    e.hold_s = d.random.uniform(60, 300);
    e.fall_s = d.random.uniform(120, 400);
    d.decoys(0.4);
}

void build_cache_flush(ScenarioDraft& d) {
    d.map({.cache = true});
    uint32_t database = 0;
    while (d.spec.services[database].miss_cost <= 0) ++database;
    d.spec.bottleneck = database;
    d.spec.bottleneck_kind = SimulatedResource::cpu;
    d.aim(1.1, 1.6);
    CapacityEvent& e = d.fault(CapacityEvent::Type::cache_flush, database, d.random.uniform(0.5, 0.85));
    e.ramp_s = d.random.uniform(900, 2700);
    d.decoys(0.4);
}

}  // namespace foreshock
