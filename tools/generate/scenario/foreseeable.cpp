#include "tools/generate/scenario/foreseeable.h"

#include <algorithm>
#include <cmath>

#include "tools/generate/scenario/demand.h"

namespace foreshock {
namespace {

const double kSure = std::log(1000.0);
constexpr double kNoiseOfLevel = 1.5, kUtilizationNoise = 0.04, kLatencyNoise = 0.1;

double evidence(const ScenarioSpec& spec, const EntryDemand& entry, const LiveRun& run, uint64_t event, int64_t t,
                std::vector<RecordedTransaction>& recorded) {
    const auto now = static_cast<double>(t);
    const DemandNow with = demand_at(spec, entry, now), usual = demand_at(spec, entry, now, event);
    double sum = 0;
    for (size_t k = 0; k < kClasses; ++k) sum -= spec.sampled * (with.rate[k] - usual.rate[k]);
    recorded.clear();
    record_transactions(spec, run, entry.service, t, recorded);
    const double shift = std::log(with.value / usual.value), variance = spec.value_sigma * spec.value_sigma;
    for (const RecordedTransaction& r : recorded) {
        const size_t k = r.transaction_class;
        sum += std::log((with.rate[k] + 1e-9) / (usual.rate[k] + 1e-9));
        const double z = std::log(r.value / (spec.value[k] * usual.value)) + 0.5 * variance;
        sum += (shift * z - 0.5 * shift * shift) / variance;
    }
    return sum;
}

}  // namespace

double utilization(const ServiceSpec& service, const ServiceMoment& state, SimulatedResource kind) {
    switch (kind) {
        case SimulatedResource::cpu:
            return state.cpu;
        case SimulatedResource::threads:
            return state.threads / service.threads;
        case SimulatedResource::connections:
            return state.connections / service.connections;
        case SimulatedResource::queue:
            return state.age_s / 60;
        case SimulatedResource::heap:
            return state.retained;
        case SimulatedResource::disk:
            return state.disk_mb / service.disk_mb;
        case SimulatedResource::rate_limit:
            return state.rate_used;
    }
    return 0;
}

int64_t demand_known(const ScenarioSpec& spec, const LiveRun& run, size_t event, int64_t until) {
    double ratio = 0;
    std::vector<RecordedTransaction> recorded;
    for (auto t = std::max<int64_t>(0, static_cast<int64_t>(onset(spec.demand[event]))); t < until; ++t) {
        for (const EntryDemand& entry : spec.entries)
            ratio += evidence(spec, entry, run, uint64_t{1} << event, t, recorded) / kNoiseOfLevel;
        ratio = std::max(ratio, -2.0);
        if (ratio >= kSure) return t + 1;
    }
    return until;
}

int64_t capacity_known(const ScenarioSpec& spec, const LiveRun& run, const LiveRun& sound, const CapacityEvent& event,
                       int64_t until) {
    double ratio = 0;
    const auto first = std::max<int64_t>(0, static_cast<int64_t>(event.start_s));
    for (int64_t t = first; t < until; t += spec.metric_interval_s) {
        const ServiceSpec& bottleneck = spec.services[spec.bottleneck];
        const double used = utilization(bottleneck, run.at(t, spec.bottleneck), spec.bottleneck_kind) -
                            utilization(bottleneck, sound.at(t, spec.bottleneck), spec.bottleneck_kind);
        const double slower = std::log(run.at(t, event.service).response_s / sound.at(t, event.service).response_s);
        ratio += 0.5 * (used * used / (kUtilizationNoise * kUtilizationNoise) +
                        slower * slower / (kLatencyNoise * kLatencyNoise));
        if (ratio >= kSure) return t + 1;
    }
    return until;
}

}  // namespace foreshock
