// Which share of the demand of each service comes from some of them, along the calls of the model. Pure functions.
#pragma once

#include <vector>

#include "engine/detect/signal.h"
#include "engine/plan/inventory.h"

namespace foreshock {

struct DemandShare {
    double share = 0;      // 0..1
    bool guessed = false;  // several callers with demand of their own, of which only some count: weighed by their volumes, as if each called as often
};

// [service]. Those of `from` have all of theirs. Calls with and without waiting carry demand.
std::vector<DemandShare> demand_shares(const Inventory& inventory, const Signals& signals, const std::vector<ServiceIndex>& from);

}  // namespace foreshock
