// Promises that are built on other promises: which ones, in which order they can be judged, and how their parts add up.
// Set up before start, then read-only.
#pragma once

#include <vector>

#include "engine/detect/signal.h"
#include "engine/plan/inventory.h"

namespace foreshock {

class Composites {
public:
    // `slos` in the order of Signals::slos. Parts that are not there, or that are built on the whole, are left out.
    Composites(const Inventory& inventory, const std::vector<SloState>& slos);

    // Numbers of all promises, each after its parts.
    const std::vector<uint32_t>& order() const { return order_; }
    // Share of the parts of promise `k` that are broken, as its rule counts them: 0 or 1 where so many have to hold, else the
    // weighted share. Unknown as long as unknown parts could decide it.
    double value(uint32_t k, const Slo& slo, const std::vector<SloState>& slos) const { return share(k, slo, slos, false); }
    // The same of what counts against budgets: a part whose time is excluded is no reason.
    double owed(uint32_t k, const Slo& slo, const std::vector<SloState>& slos) const { return share(k, slo, slos, true); }
    // Nothing that it is built on counts now.
    bool excluded(uint32_t k, const std::vector<SloState>& slos) const;

private:
    struct Part {
        uint32_t slo;
        double weight;
    };
    double share(uint32_t k, const Slo& slo, const std::vector<SloState>& slos, bool owed) const;
    void place(uint32_t k, std::vector<uint8_t>& mark);

    std::vector<std::vector<Part>> parts_;  // [slo]
    std::vector<uint32_t> order_;
};

}  // namespace foreshock
