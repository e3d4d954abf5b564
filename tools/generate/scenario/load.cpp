#include "tools/generate/scenario/load.h"

#include <algorithm>
#include <cmath>

#include "tools/generate/scenario/demand.h"

namespace foreshock {
namespace {

template <typename Use>
void each_event(const ScenarioSpec& spec, uint32_t service, CapacityEvent::Type type, double t, uint64_t off, Use use) {
    for (size_t i = 0; i < spec.capacity.size(); ++i) {
        const CapacityEvent& e = spec.capacity[i];
        if (e.service == service && e.type == type && (off >> i & 1) == 0) use(e, height(e, t));
    }
}

void add_calls(std::vector<ServiceLoad>& loads, uint32_t caller, const CallSpec& call) {
    const ServiceLoad& from = loads[caller];
    ServiceLoad& to = loads[call.callee];
    double more = 0;
    for (size_t k = 0; k < kClasses; ++k) {
        to.rate[k] += from.rate[k] * call.per_transaction[k];
        more += from.rate[k] * call.per_transaction[k];
    }
    if (to.total + more <= 0) return;
    const double share = more / (to.total + more);
    to.value += (from.value - to.value) * share;
    to.campaign_share += (from.campaign_share - to.campaign_share) * share;
    to.total += more;
}

double calls_of_mean(const ServiceLoad& load, const CallSpec& call) {
    double calls = 0;
    for (size_t k = 0; k < kClasses; ++k) calls += load.rate[k] * call.per_transaction[k];
    return load.total > 0 ? calls / load.total : 0;
}

}  // namespace

double height(const CapacityEvent& e, double t) {
    if (e.period_s > 0 && t > e.start_s) t = e.start_s + std::fmod(t - e.start_s, e.period_s);
    if (t < e.start_s || t >= e.end_s) return 0;
    return e.ramp_s <= 0 ? 1 : std::min(1.0, (t - e.start_s) / e.ramp_s);
}

double miss_ratio(const ScenarioSpec& spec, uint32_t service, double campaign_share, double t, uint64_t off) {
    const ServiceSpec& s = spec.services[service];
    double miss = s.miss_rest + (s.miss_campaign - s.miss_rest) * campaign_share;
    each_event(spec, service, CapacityEvent::Type::cache_flush, t, off, [&](const CapacityEvent& e, double) {
        // All at once, then filled again within ramp_s.
        if (t >= e.start_s) miss += e.size * std::max(0.0, 1 - (t - e.start_s) / e.ramp_s);
    });
    return std::min(1.0, miss);
}

double mean_work(const ScenarioSpec& spec, uint32_t service, const ClassMix& rate, double value, double miss, double t,
                 uint64_t off) {
    const ServiceSpec& s = spec.services[service];
    double total = 0, work = 0;
    for (size_t k = 0; k < kClasses; ++k) {
        total += rate[k];
        work += rate[k] * s.work[k];
    }
    work = s.cpu_s * (total > 0 ? work / total : 1) * std::max(0.2, 1 + s.value_work * (value - 1)) *
           (1 + s.miss_cost * miss);
    each_event(spec, service, CapacityEvent::Type::regression, t, off,
               [&](const CapacityEvent& e, double h) { work *= 1 + e.size * h; });
    return work;
}

double own_wait(const ScenarioSpec& spec, uint32_t service, double t, uint64_t off) {
    double wait = spec.services[service].wait_s;
    each_event(spec, service, CapacityEvent::Type::slow_dependency, t, off,
               [&](const CapacityEvent& e, double h) { wait += e.size * h; });
    return wait;
}

double leaked_connections(const ScenarioSpec& spec, uint32_t service, double t, uint64_t off) {
    double leaked = 0;
    each_event(spec, service, CapacityEvent::Type::connection_leak, t, off, [&](const CapacityEvent& e, double) {
        if (t > e.start_s) leaked += spec.services[service].connections * e.size * (t - e.start_s);
    });
    return leaked;
}

std::vector<ServiceLoad> loads_at(const ScenarioSpec& spec, double t, uint64_t demand_off, uint64_t capacity_off) {
    std::vector<ServiceLoad> loads(spec.services.size());
    for (const EntryDemand& entry : spec.entries) {
        const DemandNow now = demand_at(spec, entry, t, demand_off);
        ServiceLoad& load = loads[entry.service];
        load.rate = now.rate;
        load.value = now.value;
        load.campaign_share = now.campaign_share;
        for (const double r : now.rate) load.total += r;
    }
    for (uint32_t s = 0; s < loads.size(); ++s)
        for (const CallSpec& call : spec.services[s].calls) add_calls(loads, s, call);
    for (uint32_t s = static_cast<uint32_t>(loads.size()); s-- > 0;) {
        ServiceLoad& load = loads[s];
        const double miss = miss_ratio(spec, s, load.campaign_share, t, capacity_off);
        load.work_s = mean_work(spec, s, load.rate, load.value, miss, t, capacity_off);
        load.cores = load.total * load.work_s;
        for (const CallSpec& call : spec.services[s].calls)
            if (!call.asynchronous && call.pooled)
                load.pooled_s += calls_of_mean(load, call) * loads[call.callee].hold_s;
        load.hold_s = load.work_s * 1.05 + own_wait(spec, s, t, capacity_off) + load.pooled_s;
        for (const CallSpec& call : spec.services[s].calls)
            if (!call.asynchronous && !call.pooled)
                load.hold_s += calls_of_mean(load, call) * loads[call.callee].hold_s;
        load.pooled_s += spec.services[s].connection_keep_s;
    }
    return loads;
}

}  // namespace foreshock
