// Whose demand drives a resource: its owner's, or that of the services at the entry of the call trees that wait for the owner.
// Set up before start, then read-only between growths of the inventory; one worker only.
#pragma once

#include <vector>

#include "engine/correlate/incident.h"
#include "engine/detect/signal.h"
#include "engine/plan/inventory.h"

namespace foreshock {

struct Drive {
    DriverKind kind = DriverKind::other;
    ServiceIndex service = kNoIndex;
    bool demand = false;  // a demand above its usual stands behind it
};

class DriverFinder {
public:
    explicit DriverFinder(const Inventory& inventory) : inventory_(inventory) {}

    void grow();
    // Services that wait for `s`, directly or not, and for which nobody waits; `s` itself when nobody waits for it.
    const std::vector<ServiceIndex>& entries(ServiceIndex s) const { return entries_[s]; }
    // Services that call `s` without waiting, so that what they complete feeds its queue.
    const std::vector<ServiceIndex>& feeders(ServiceIndex s) const { return feeders_[s]; }
    // The service whose demand a resource of `s` is learned against: `s` itself if it has transactions, else its busiest caller.
    ServiceIndex demand_of(ServiceIndex s, const Signals& signals) const;
    // Where the demand of `s` comes in: the busiest entry of its call trees, of its busiest feeder's when it is fed without waiting.
    ServiceIndex entry_of(ServiceIndex s, const Signals& signals) const;
    // `cost_ratio`: of the resource. `queue`: what feeds the owner's queue is asked first.
    Drive find(ServiceIndex owner, const Signals& signals, double cost_ratio, bool queue) const;

private:
    bool risen(const ServiceState& s, double z, DriverKind& kind) const;

    const Inventory& inventory_;
    std::vector<std::vector<ServiceIndex>> entries_, feeders_;
};

}  // namespace foreshock
