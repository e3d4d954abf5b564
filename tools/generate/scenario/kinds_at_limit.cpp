// Kinds in which single resources are at their limit, always, often or for the first time, and mostly harm nobody.
#include <algorithm>
#include <array>
#include <cmath>

#include "tools/generate/scenario/draft.h"
#include "tools/generate/scenario/kinds.h"

namespace foreshock {
namespace {

constexpr std::array kForms{DemandForm::ramp, DemandForm::ramp, DemandForm::exponential, DemandForm::steps};
constexpr std::array kAny{SimulatedResource::cpu, SimulatedResource::cpu, SimulatedResource::connections, SimulatedResource::threads};

// A day like others, or one with a campaign that may or may not be too much.
void demand_beside(ScenarioDraft& d) {
    d.bottleneck(d.random.pick(kAny));
    d.aim(0.6, 1.35);
    if (d.random.chance(0.5)) {
        DemandEvent& e = d.event("campaign", d.random.pick(kForms), 0.5, 2);
        d.announce(e, 0.2);
    }
    if (d.random.chance(0.4)) d.spec.metric_interval_s = d.random.chance(0.5) ? 30 : 60;
}

uint32_t any_service(ScenarioDraft& d) {
    return static_cast<uint32_t>(d.random.integer(0, static_cast<int64_t>(d.spec.services.size()) - 1));
}

struct Work {
    double length, ramp, size, harm, period;
};

void background(ScenarioDraft& d, uint32_t service, double start, const Work& w) {
    CapacityEvent& e = d.fault(CapacityEvent::Type::background, service, w.size);
    e.start_s = start;
    e.ramp_s = w.ramp;
    e.end_s = start + w.length;
    e.harm = w.harm;
    e.period_s = w.period;
}

}  // namespace

void build_background_work(ScenarioDraft& d) {
    static constexpr std::array kPeriods{3600.0, 7200.0, 21600.0};
    d.map();
    demand_beside(d);
    const auto live = static_cast<double>(d.spec.live_s), history = static_cast<double>(d.spec.history_s);
    const double firm = d.random.chance(0.6) ? 0 : d.random.uniform(0, 0.6);
    const int64_t places = d.random.integer(1, 4);
    for (int64_t i = 0; i < places; ++i) {
        const uint32_t s = any_service(d);
        Work w{d.random.log_uniform(90, 2400), d.random.chance(0.5) ? 0 : d.random.uniform(20, 600), d.random.uniform(0.25, 1.1), firm, 0};
        const double first = d.random.uniform(0, live - 300);
        if (d.random.chance(0.5)) {  // what nobody has seen before, once or a few times
            const int64_t times = d.random.integer(1, 4);
            for (int64_t n = 0; n < times; ++n) background(d, s, n == 0 ? first : d.random.uniform(0, live - 300), w);
            continue;
        }
        w.period = d.random.pick(kPeriods);
        background(d, s, first - w.period * std::floor((first + history) / w.period), w);
    }
    d.decoys(0.5);
}

void build_soft_limit(ScenarioDraft& d) {
    d.map();
    demand_beside(d);
    const int64_t places = d.random.integer(1, 4);
    for (int64_t i = 0; i < places; ++i) {
        ServiceSpec& s = d.spec.services[any_service(d)];
        const double shown = d.random.uniform(0.8, 1.25);
        const SimulatedResource kind = d.random.pick(kAny);
        (kind == SimulatedResource::threads ? s.declared_threads
         : kind == SimulatedResource::connections ? s.declared_connections : s.declared_cpu).shown = shown;
    }
    d.decoys(0.5);
}

void build_session_pool(ScenarioDraft& d) {
    d.map();
    for (ServiceSpec& s : d.spec.services)
        if (s.connections > 0 && d.random.chance(0.7)) s.connection_keep_s = d.random.log_uniform(0.5, 20);
    ServiceSpec& full = d.spec.services[d.bottleneck(SimulatedResource::connections)];
    if (full.connections > 0) full.connection_keep_s = d.random.log_uniform(1, 20);
    d.aim(0.75, 1.5);
    d.spec.others_at_peak *= d.random.uniform(0.4, 1);
    if (d.random.chance(0.25) && full.connections > 0) {
        d.fault(CapacityEvent::Type::connection_leak, d.spec.bottleneck, 1 / d.random.log_uniform(900, 3600));
    } else {
        DemandEvent& e = d.event("campaign", d.random.pick(kForms), 0.5, 2.5);
        d.announce(e, 0.2);
    }
    d.decoys(0.6);
}

}  // namespace foreshock
