// From when on an observer who knows the baseline and the exact shape of the event is sure of it: a likelihood ratio of
// 1000:1.
#pragma once

#include "tools/generate/scenario/live_run.h"

namespace foreshock {

// Utilization of a resource, 0..1 (of the queue: its age of the 60 s it promises).
double utilization(const ServiceSpec& service, const ServiceMoment& state, SimulatedResource kind);

// Approximation: the transactions recorded at the entries are Poisson by class, at the usual rates or with the event,
// and their values log-normal; the logarithms of the ratios add up from the onset. The noise of the level of demand
// divides them by 1.5. Returns `until` where it is never sure before.
int64_t demand_known(const ScenarioSpec& spec, const LiveRun& run, size_t event, int64_t until);

// Approximation: at each reading of the bottleneck, and of the latency of the service that the event strikes, the
// difference between the runs with and without the event counts in deviations of the reading (0.04 of the utilization,
// 0.1 of the latency).
int64_t capacity_known(const ScenarioSpec& spec, const LiveRun& run, const LiveRun& sound, const CapacityEvent& event,
                       int64_t until);

}  // namespace foreshock
