#include "engine/plan/inventory.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/plan/renumbering.h"

namespace foreshock {
namespace {

// Breadth first from `start` along one kind of edge; itself first, then by distance, ties in the order of the edges.
std::vector<ServiceIndex> breadth_first(const std::vector<ServiceEntry>& services, ServiceIndex start,
                                        std::vector<ServiceIndex> ServiceEntry::*edges) {
    std::vector<ServiceIndex> found{start};
    std::vector<bool> seen(services.size());
    seen[start] = true;
    for (size_t i = 0; i < found.size(); ++i) {
        for (const ServiceIndex next : services[found[i]].*edges) {
            if (seen[next]) continue;
            seen[next] = true;
            found.push_back(next);
        }
    }
    return found;
}

void add_once(std::vector<ServiceIndex>& list, ServiceIndex x) {
    if (std::ranges::find(list, x) == list.end()) list.push_back(x);
}

}  // namespace

Inventory::Inventory(std::shared_ptr<const Model> owned) : model_(std::move(owned)) {
    const Model& model = *model_;
    for (const ServiceModel& s : model.services) {
        ServiceEntry& entry = services_[service(s.name)];
        entry.modeled = true;
        entry.model = &s;
    }
    for (const ServiceModel& s : model.services) {
        const ServiceIndex caller = service(s.name);
        for (const Call& call : s.calls) {
            const ServiceIndex callee = service(call.service);
            if (call.asynchronous) {
                add_once(services_[caller].calls_async, callee);
            } else {
                add_once(services_[caller].waits_for, callee);
                add_once(services_[callee].waited_by, caller);
            }
        }
    }
    for (const ResourceModel& r : model.resources) {
        const ResourceIndex index = resource(r.name, r.service.empty() ? kNoIndex : service(r.service));
        resources_[index].kind = r.kind;
        resources_[index].model = &r;
        for (const MetricModel& m : r.metrics) gauges_[gauge(index, m.name)].model_limit = m.limit;
    }
    for (const ServiceModel& s : model.services) {
        for (const Slo& slo : s.slos) {
            if (slo.indicator != Indicator::metric) continue;
            GaugeEntry& promised = gauges_[gauge(resource(slo.resource, service(s.name)), slo.metric)];
            if (std::isnan(promised.model_limit)) promised.model_limit = slo.below;  // the promise is the limit
        }
    }
}

ServiceIndex Inventory::service(std::string_view name) {
    if (const ServiceIndex known = find_service(name); known != kNoIndex) return known;
    const auto index = static_cast<ServiceIndex>(services_.size());
    services_.emplace_back().name = name;
    service_by_name_.emplace(name, index);
    return index;
}

ResourceIndex Inventory::resource(std::string_view name, ServiceIndex service) {
    ResourceIndex index = find_resource(name);
    if (index == kNoIndex) {
        index = static_cast<ResourceIndex>(resources_.size());
        resources_.emplace_back().name = name;
        resource_by_name_.emplace(name, index);
    }
    ResourceEntry& entry = resources_[index];
    if (entry.service == kNoIndex && service != kNoIndex) {  // the first row that names a service gives it one
        entry.service = service;
        services_[service].resources.push_back(index);
    }
    return index;
}

GaugeIndex Inventory::gauge(ResourceIndex resource, std::string_view metric) {
    for (const GaugeIndex g : resources_[resource].gauges) {
        if (gauges_[g].metric == metric) return g;
    }
    const auto index = static_cast<GaugeIndex>(gauges_.size());
    GaugeEntry& entry = gauges_.emplace_back();
    entry.metric = metric;
    entry.resource = resource;
    resources_[resource].gauges.push_back(index);
    return index;
}

ServiceIndex Inventory::find_service(std::string_view name) const {
    const auto at = service_by_name_.find(name);
    return at == service_by_name_.end() ? kNoIndex : at->second;
}

ResourceIndex Inventory::find_resource(std::string_view name) const {
    const auto at = resource_by_name_.find(name);
    return at == resource_by_name_.end() ? kNoIndex : at->second;
}

GaugeIndex Inventory::find_gauge(std::string_view resource, std::string_view metric) const {
    const ResourceIndex r = find_resource(resource);
    if (r == kNoIndex) return kNoIndex;
    for (const GaugeIndex g : resources_[r].gauges) {
        if (gauges_[g].metric == metric) return g;
    }
    return kNoIndex;
}

std::vector<ServiceIndex> Inventory::reach(ServiceIndex service) const {
    return breadth_first(services_, service, &ServiceEntry::waits_for);
}

bool Inventory::covered_by_promise(ServiceIndex service) const {
    return std::ranges::any_of(breadth_first(services_, service, &ServiceEntry::waited_by), [&](ServiceIndex s) {
        return services_[s].model != nullptr && !services_[s].model->slos.empty();
    });
}

// By name, and all entries rather than the discovered ones only: the numbers come out the same under the same model, and
// under another model nothing that was discovered gets lost.
void Inventory::archive(Archive& a) {
    struct Row {
        std::string name, owner;
        void archive(Archive& to) { to(name, owner); }
    };
    std::vector<Row> services, resources, gauges;
    for (const ServiceEntry& s : services_) services.push_back({s.name, {}});
    for (const ResourceEntry& r : resources_) {
        resources.push_back({r.name, r.service == kNoIndex ? std::string{} : services_[r.service].name});
    }
    for (const GaugeEntry& g : gauges_) gauges.push_back({g.metric, resources_[g.resource].name});
    a(services, resources, gauges);
    if (!a.restoring() || !a.ok()) return;
    const Renumbering* other = a.renumbering();
    for (size_t i = 0; i < services.size(); ++i)
        if (other == nullptr || !other->named_service(i)) service(services[i].name);
    for (size_t i = 0; i < resources.size(); ++i)
        if (other == nullptr || !other->named_resource(i) || find_resource(resources[i].name) != kNoIndex) resource(resources[i].name, find_service(resources[i].owner));
    for (const Row& g : gauges)
        if (const ResourceIndex owner = find_resource(g.owner); owner != kNoIndex) gauge(owner, g.name);
}

}  // namespace foreshock
