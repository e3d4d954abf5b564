// Everything the engine knows by a lasting identity: services and resources of the model, and those discovered from
// events. Entries are only ever added, in slot order and by name within a slot, so that numbers are the same in every run.
// One worker only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/archive.h"
#include "engine/plan/model.h"

namespace foreshock {

using ServiceIndex = uint32_t;
using ResourceIndex = uint32_t;
using GaugeIndex = uint32_t;  // one metric of one resource
inline constexpr uint32_t kNoIndex = 0xffffffff;

struct ServiceEntry {
    std::string name;
    bool modeled = false;
    std::vector<ServiceIndex> waits_for;     // services it calls synchronously, directly
    std::vector<ServiceIndex> waited_by;     // the reverse
    std::vector<ServiceIndex> calls_async;   // services it calls without waiting
    std::vector<ResourceIndex> resources;    // its own
    const ServiceModel* model = nullptr;     // null when discovered
};

struct ResourceEntry {
    std::string name;
    ServiceIndex service = kNoIndex;
    ResourceKind kind = ResourceKind::other;
    std::vector<GaugeIndex> gauges;
    const ResourceModel* model = nullptr;  // null when discovered
};

struct GaugeEntry {
    std::string metric;
    ResourceIndex resource = kNoIndex;
    double model_limit = std::numeric_limits<double>::quiet_NaN();  // per instance
};

// A model that outlives whoever has it.
inline std::shared_ptr<const Model> borrowed(const Model& model) { return {std::shared_ptr<void>{}, &model}; }

class Inventory {
public:
    explicit Inventory(const Model& model) : Inventory(borrowed(model)) {}
    explicit Inventory(std::shared_ptr<const Model> model);  // the inventory and its copies keep the model

    const std::vector<ServiceEntry>& services() const { return services_; }
    const std::vector<ResourceEntry>& resources() const { return resources_; }
    const std::vector<GaugeEntry>& gauges() const { return gauges_; }
    const Model& model() const { return *model_; }

    // Found, or discovered.
    ServiceIndex service(std::string_view name);
    ResourceIndex resource(std::string_view name, ServiceIndex service);
    GaugeIndex gauge(ResourceIndex resource, std::string_view metric);
    // Found, or kNoIndex.
    ServiceIndex find_service(std::string_view name) const;
    ResourceIndex find_resource(std::string_view name) const;
    GaugeIndex find_gauge(std::string_view resource, std::string_view metric) const;

    // `service` and all services that it waits for, directly or not; itself first, then by distance.
    std::vector<ServiceIndex> reach(ServiceIndex service) const;
    // True when a promise of the model covers the service: it has an SLO, or a service with one waits for it.
    bool covered_by_promise(ServiceIndex service) const;

    void archive(Archive& a);  // discovered entries

private:
    std::shared_ptr<const Model> model_;
    std::vector<ServiceEntry> services_;
    std::vector<ResourceEntry> resources_;
    std::vector<GaugeEntry> gauges_;
    std::map<std::string, ServiceIndex, std::less<>> service_by_name_;
    std::map<std::string, ResourceIndex, std::less<>> resource_by_name_;
};

}  // namespace foreshock
