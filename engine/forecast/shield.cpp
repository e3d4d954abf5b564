#include "engine/forecast/shield.h"

#include <algorithm>

namespace foreshock {
namespace {

constexpr double kHoldSeconds = 1200;
constexpr double kFree = 0.95;  // of its knee: below, a holder does not throttle

}  // namespace

// A tree is named by the service at its root, so that trees keep their numbers when services are discovered.
void Shield::grow() {
    const size_t n = inventory_.services().size();
    if (known_ == n) return;
    known_ = n;
    held_.resize(n);
    trees_of_.assign(n, {});
    for (ServiceIndex s = 0; s < n; ++s) {
        if (!inventory_.services()[s].waited_by.empty()) continue;
        for (const ServiceIndex r : inventory_.reach(s)) trees_of_[r].push_back(s);
    }
}

bool Shield::saturated(ResourceIndex r, const std::vector<Outlook>& outlooks, double share) const {
    const std::vector<GaugeIndex>& gauges = inventory_.resources()[r].gauges;
    return std::any_of(gauges.begin(), gauges.end(), [&](GaugeIndex g) { return outlooks[g].level >= share * outlooks[g].knee; });
}

void Shield::apply(EventTime now, double raise, const std::vector<Outlook>& outlooks, std::vector<GaugeForecast>& forecasts) {
    grow();
    std::vector<GaugeIndex> order;
    for (GaugeIndex g = 0; g < forecasts.size(); ++g) if (forecasts[g].crossing.probability >= raise && !forecasts[g].promised) order.push_back(g);
    std::stable_sort(order.begin(), order.end(), [&](GaugeIndex a, GaugeIndex b) { return forecasts[a].breach < forecasts[b].breach; });
    for (const GaugeIndex g : order) {
        const ResourceIndex r = inventory_.gauges()[g].resource;
        const ServiceIndex owner = inventory_.resources()[r].service;
        if (owner == kNoIndex) continue;
        for (const uint32_t t : trees_of_[owner]) {
            Held& h = held_[t];
            const bool taken = h.resource != kNoIndex && h.resource != r && now < h.until;
            if (taken && !(saturated(r, outlooks, 1) && !saturated(h.resource, outlooks, kFree))) continue;
            h.resource = r;
            h.until = now + from_seconds(kHoldSeconds);
        }
    }
    for (GaugeIndex g = 0; g < forecasts.size(); ++g) {
        const ResourceIndex r = inventory_.gauges()[g].resource;
        const ServiceIndex owner = inventory_.resources()[r].service;
        if (owner == kNoIndex || forecasts[g].promised || forecasts[g].crossing.probability <= 0) continue;
        for (const uint32_t t : trees_of_[owner]) {
            const Held& h = held_[t];
            if (h.resource != kNoIndex && h.resource != r && now < h.until) forecasts[g].crossing.probability = 0;
        }
    }
}

}  // namespace foreshock
