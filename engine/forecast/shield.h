// The first resource of a call tree to saturate throttles what flows to the others: it shields them from being blamed, for 20
// minutes from the last slot in which it was expected to break. One worker only.
#pragma once

#include <vector>

#include "engine/base/time.h"
#include "engine/forecast/gauge_forecaster.h"
#include "engine/plan/renumbering.h"

namespace foreshock {

class Shield {
public:
    explicit Shield(const Inventory& inventory) : inventory_(inventory) {}

    // Sets the probability of shielded gauges to 0. `raise`: from here on a resource holds the shield. A gauge with a promise of its
    // own neither holds nor is shielded: that promise breaks when the metric does, whatever else does.
    void apply(EventTime now, double raise, const std::vector<Outlook>& outlooks, std::vector<GaugeForecast>& forecasts);

    template <class A>
    void archive(A& a) {
        archive_numbered(a, held_, &Renumbering::services);
        if (!a.restoring()) return;
        for (const Held& h : held_) if (h.resource != kNoIndex && h.resource >= inventory_.resources().size()) a.fail();
    }

private:
    struct Held {
        ResourceIndex resource = kNoIndex;
        EventTime until{};
        template <class A>
        void archive(A& a) {
            archive_number(a, resource, &Renumbering::resources);
            a(until);
        }
    };
    void grow();
    bool saturated(ResourceIndex r, const std::vector<Outlook>& outlooks, double share) const;

    const Inventory& inventory_;
    std::vector<Held> held_;                              // [tree]: one for each service that nobody waits for
    std::vector<std::vector<uint32_t>> trees_of_;         // [service] numbers of its trees
    size_t known_ = 0;
};

}  // namespace foreshock
