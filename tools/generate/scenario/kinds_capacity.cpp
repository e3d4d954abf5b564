// Kinds in which the system is the cause.
#include "tools/generate/scenario/draft.h"
#include "tools/generate/scenario/kinds.h"

namespace foreshock {

void build_deploy_regression(ScenarioDraft& d) {
    d.map();
    const uint32_t s = d.bottleneck(SimulatedResource::cpu);
    d.aim(1.06, 1.5);
    CapacityEvent& e = d.fault(CapacityEvent::Type::regression, s, d.random.uniform(0.5, 1.6));
    e.ramp_s =
        d.random.chance(0.5) ? d.random.uniform(20, 90) : d.random.uniform(200, 900);  // at once, or host by host
    d.decoys(0.5);
}

void build_connection_leak(ScenarioDraft& d) {
    d.map();
    const uint32_t s = d.bottleneck(SimulatedResource::connections);
    d.spec.overload = d.random.uniform(0.3, 0.6);
    d.spec.others_at_peak = d.random.uniform(0.4, 0.6);
    const double full_after = d.random.uniform(900, 2600) * (d.spec.broad ? d.random.uniform(1, 3) : 1);
    d.fault(CapacityEvent::Type::connection_leak, s, (1 - d.spec.overload) / full_after);
    d.decoys(0.5);
}

void build_lost_node(ScenarioDraft& d) {
    d.map();
    const uint32_t s = d.bottleneck(SimulatedResource::cpu);
    ServiceSpec& service = d.spec.services[s];
    service.hosts = static_cast<uint32_t>(d.random.integer(2, 5));
    const auto lost = static_cast<double>(d.random.integer(1, service.hosts - 1));
    d.aim(1.04, 1.3);
    d.spec.overload *= (service.hosts - lost) / service.hosts;
    CapacityEvent& e = d.fault(CapacityEvent::Type::lost_node, s, lost);
    e.end_s = e.start_s + d.random.uniform(900, 6000);
    d.decoys(0.5);
}

void build_slow_dependency(ScenarioDraft& d) {
    d.map({.leaf = true});
    uint32_t leaf = 0;
    while (d.spec.services[leaf].role != ServiceRole::leaf) ++leaf;
    d.bottleneck(d.random.chance(0.5) ? SimulatedResource::connections : SimulatedResource::threads);
    for (uint32_t s = 0; s < leaf; ++s)  // who waits for it
        for (const CallSpec& c : d.spec.services[s].calls)
            if (c.callee == leaf) d.spec.bottleneck = s;
    d.spec.bottleneck_kind = SimulatedResource::connections;
    d.aim(1.05, 1.5);
    CapacityEvent& e = d.fault(CapacityEvent::Type::slow_dependency, leaf, d.random.uniform(0.6, 3));
    e.ramp_s = d.random.uniform(60, 1500);
    e.driver = "dependency_latency";
    d.decoys(0.5);
}

void build_log_burst(ScenarioDraft& d) {
    d.map();
    const uint32_t s = d.bottleneck(SimulatedResource::disk);
    d.aim(1.1, 1.8);
    CapacityEvent& e = d.fault(CapacityEvent::Type::log_burst, s, d.random.uniform(1.5, 6));
    e.ramp_s = d.random.uniform(5, 120);
    e.end_s = e.start_s + d.random.uniform(2400, 6000);
    d.decoys(0.5);
}

}  // namespace foreshock
