// The load that demand puts on each service when nothing is congested, by Little's law. Used to give resources their
// sizes.
#pragma once

#include <vector>

#include "tools/generate/scenario/spec.h"

namespace foreshock {

// Of one service.
struct ServiceLoad {
    ClassMix rate{};  // transactions a second by class
    double total = 0;
    double value = 1;  // mean value, as a multiple of the usual
    double campaign_share = 0;
    double work_s = 0;    // CPU seconds of a mean transaction
    double cores = 0;     // busy
    double hold_s = 0;    // a thread's time in a transaction
    double pooled_s = 0;  // of it with a connection
};

// Mean work of a transaction for this mix and value, with the capacity events (`off` marks those to leave out) and
// misses of the cache that hold at `t`.
double mean_work(const ScenarioSpec& spec, uint32_t service, const ClassMix& rate, double value, double miss, double t,
                 uint64_t off);
// Share of misses of the cache.
double miss_ratio(const ScenarioSpec& spec, uint32_t service, double campaign_share, double t, uint64_t off);
// Height of a capacity event, 0 to 1.
double height(const CapacityEvent& event, double t);
// Time of a transaction other than CPU and callees.
double own_wait(const ScenarioSpec& spec, uint32_t service, double t, uint64_t off);
double leaked_connections(const ScenarioSpec& spec, uint32_t service, double t, uint64_t off);

// Loads of all services at `t`.
std::vector<ServiceLoad> loads_at(const ScenarioSpec& spec, double t, uint64_t demand_off, uint64_t capacity_off);

}  // namespace foreshock
