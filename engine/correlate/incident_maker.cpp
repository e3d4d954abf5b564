#include "engine/correlate/incident_maker.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/base/fnv1a.h"

namespace foreshock {
namespace {

// Services that wait for each other, directly or not, are one group: the least number in it names it.
std::vector<ServiceIndex> groups_of(const Inventory& inventory) {
    std::vector<ServiceIndex> group(inventory.services().size());
    std::iota(group.begin(), group.end(), 0U);
    const auto root = [&](ServiceIndex s) { while (group[s] != s) s = group[s]; return s; };
    for (ServiceIndex s = 0; s < group.size(); ++s) {
        const ServiceEntry& e = inventory.services()[s];
        for (const auto* calls : {&e.waits_for, &e.calls_async}) {
            for (const ServiceIndex callee : *calls) {
                const ServiceIndex a = root(s), b = root(callee);
                group[std::max(a, b)] = std::min(a, b);
            }
        }
    }
    for (ServiceIndex s = 0; s < group.size(); ++s) group[s] = root(s);
    return group;
}

uint64_t hash_of(const std::string& name, EventTime since) {
    return Fnv1a{}.add(name).add_number(static_cast<uint64_t>(since.time_since_epoch().count())).value();
}

struct Story {
    EventTime since = kEndOfTime;
    std::vector<ServiceIndex> services;
    GaugeIndex gauge = kNoIndex;
    double soonest = 0;
};

// Nearness of the limit: what counts as the resource that saturates first.
double urgency(const Outlook& o) {
    const double ahead = o.level + std::max(0.0, o.slope) * 600;
    return std::isnan(ahead) ? 0 : ahead / o.knee;
}

}  // namespace

std::vector<Cause> causes_of(const Inventory& inventory, const Signals& signals, const Correlation& correlation, const Outlook& o) {
    std::vector<Cause> out;
    const GaugeEntry& gauge = inventory.gauges()[o.gauge];
    const std::string& resource = inventory.resources()[gauge.resource].name;
    const double rise = o.level - o.baseline;
    const bool demand = o.driving_service != kNoIndex;
    double by_demand = demand ? 1 : 0;
    if (demand && o.from_demand && rise > 0 && o.cost_ratio > 1) {
        by_demand = std::clamp((o.level / o.cost_ratio - o.baseline) / rise, 0.0, 1.0);
    }
    if (demand) {
        const bool value = o.driver == DriverKind::value;
        const std::vector<Contributor>& contributors = contributors_of(signals, correlation, o.driving_service, value);
        double named = 0;
        for (const Contributor& c : contributors) {
            if (c.dimension != contributors.front().dimension || named + c.share > 1) continue;
            out.push_back({c.value, c.dimension, c.share * by_demand});
            named += c.share;
        }
        if (named < 1) out.push_back({inventory.services()[o.driving_service].name, value ? "value" : "volume", (1 - named) * by_demand});
    }
    if (by_demand < 1) out.push_back({resource, demand ? "cost per transaction" : gauge.metric, 1 - by_demand});
    std::stable_sort(out.begin(), out.end(), [](const Cause& a, const Cause& b) { return a.share > b.share; });
    return out;
}

void IncidentMaker::update(const Inventory& inventory, const DriverFinder&, const Signals& signals, Correlation& c) {
    c.incidents.clear();
    std::map<ServiceIndex, Story> stories;
    std::vector<ServiceIndex> groups;
    const auto join = [&](ServiceIndex s, EventTime since) -> Story& {
        if (groups.empty()) groups = groups_of(inventory);
        Story& story = stories[groups[s]];
        story.since = std::min(story.since, since);
        if (std::find(story.services.begin(), story.services.end(), s) == story.services.end()) story.services.push_back(s);
        return story;
    };
    for (const ServiceState& s : signals.services) {
        for (const DemandState* d : {&s.volume, &s.value}) if (d->spike || d->drop) join(s.service, d->since);
    }
    for (const GaugeState& g : signals.gauges) {
        const ServiceIndex owner = inventory.resources()[inventory.gauges()[g.gauge].resource].service;
        if (!g.pressure || owner == kNoIndex) continue;
        Story& story = join(owner, g.since);
        const double u = urgency(c.outlooks[g.gauge]);
        if (story.gauge == kNoIndex || u > story.soonest) { story.gauge = g.gauge; story.soonest = u; }
    }
    std::map<std::string, Open> still;
    for (auto& [group, story] : stories) {
        const std::string& name = inventory.services()[group].name;
        const auto known = open_.find(name);
        const Open open = known != open_.end() ? known->second : Open{hash_of(name, story.since), story.since};
        still.emplace(name, open);
        std::sort(story.services.begin(), story.services.end());
        Incident incident{open.id, open.since, story.services, story.gauge, {}};
        if (story.gauge != kNoIndex) incident.causes = c.outlooks[story.gauge].causes;
        c.incidents.push_back(std::move(incident));
    }
    open_ = std::move(still);
}

}  // namespace foreshock
