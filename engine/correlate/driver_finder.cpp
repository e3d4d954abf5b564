#include "engine/correlate/driver_finder.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr double kOwnerZ = 2.5, kEntryZ = 3.5;
constexpr double kValueOverVolume = 1.5, kValueMargin = 0.1;  // value drives when its rise is this much greater
constexpr double kLeastRise = 0.08;
constexpr double kMixCost = 1.15;

std::vector<ServiceIndex> entries_of(const Inventory& inventory, ServiceIndex s) {
    std::vector<ServiceIndex> seen{s}, out;
    for (size_t i = 0; i < seen.size(); ++i) {
        const std::vector<ServiceIndex>& callers = inventory.services()[seen[i]].waited_by;
        if (callers.empty()) out.push_back(seen[i]);
        for (const ServiceIndex c : callers) {
            if (std::find(seen.begin(), seen.end(), c) == seen.end()) seen.push_back(c);
        }
    }
    if (out.empty()) out.push_back(s);
    return out;
}

}  // namespace

void DriverFinder::grow() {
    const size_t n = inventory_.services().size();
    if (entries_.size() == n) return;
    entries_.assign(n, {});
    feeders_.assign(n, {});
    for (ServiceIndex s = 0; s < n; ++s) {
        entries_[s] = entries_of(inventory_, s);
        for (const ServiceIndex callee : inventory_.services()[s].calls_async) feeders_[callee].push_back(s);
    }
}

ServiceIndex DriverFinder::demand_of(ServiceIndex s, const Signals& signals) const {
    if (!std::isnan(signals.services[s].volume.level)) return s;
    ServiceIndex best = s;
    double most = 0;
    for (const ServiceIndex e : entries_[s]) {
        const double level = signals.services[e].volume.level;
        if (level > most) { most = level; best = e; }
    }
    return best;
}

ServiceIndex DriverFinder::entry_of(ServiceIndex s, const Signals& signals) const {
    const auto busiest = [&](const std::vector<ServiceIndex>& of, ServiceIndex otherwise) {
        double most = 0;
        for (const ServiceIndex x : of) {
            const double usual = signals.services[x].volume.baseline, level = std::isnan(usual) ? signals.services[x].volume.level : usual;
            if (level > most) { most = level; otherwise = x; }
        }
        return otherwise;
    };
    if (!feeders_[s].empty() && inventory_.services()[s].waited_by.empty()) s = busiest(feeders_[s], feeders_[s].front());
    return busiest(entries_[s], s);
}

bool DriverFinder::risen(const ServiceState& s, double z, DriverKind& kind) const {
    const auto rise = [](const DemandState& d) { return std::isnan(d.ratio) ? 0 : d.ratio - 1; };
    const double volume = rise(s.volume), value = rise(s.value);
    const bool by_volume = s.volume.z > z && volume > kLeastRise;
    const bool by_value = s.value.z > z && value > kLeastRise;
    if (!by_volume && !by_value) return false;
    kind = by_value && value > kValueOverVolume * std::max(0.0, volume) + kValueMargin ? DriverKind::value : DriverKind::volume;
    return true;
}

Drive DriverFinder::find(ServiceIndex owner, const Signals& signals, double cost_ratio, bool queue) const {
    Drive d;
    const auto take = [&](ServiceIndex s, double z) {
        d.demand = risen(signals.services[s], z, d.kind);
        if (d.demand) d.service = s;
        return d.demand;
    };
    if (queue) {
        for (const ServiceIndex f : feeders_[owner]) if (take(f, kOwnerZ)) return d;
    }
    if (take(owner, kOwnerZ)) return d;
    for (const ServiceIndex e : entries_[owner]) if (take(e, kEntryZ)) return d;
    d.kind = cost_ratio > kMixCost || std::isnan(cost_ratio) ? DriverKind::capacity_loss : DriverKind::other;
    return d;
}

}  // namespace foreshock
