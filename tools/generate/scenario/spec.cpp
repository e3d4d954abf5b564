#include "tools/generate/scenario/spec.h"

#include <algorithm>

namespace foreshock {

std::string resource_name(const ServiceSpec& service, SimulatedResource kind) {
    switch (kind) {
        case SimulatedResource::cpu:
            return service.name + "-cpu";
        case SimulatedResource::threads:
            return service.name + "-threads";
        case SimulatedResource::connections:
            return service.name + "-conn";
        case SimulatedResource::queue:
            return service.name + "-backlog";
        case SimulatedResource::heap:
            return service.name + "-heap";
        case SimulatedResource::disk:
            return service.name + "-disk";
        case SimulatedResource::rate_limit:
            return service.name + "-quota";
    }
    return {};
}

bool has_resource(const ServiceSpec& service, SimulatedResource kind) {
    switch (kind) {
        case SimulatedResource::cpu:
            return true;
        case SimulatedResource::threads:
            return service.threads > 0;
        case SimulatedResource::connections:
            return service.connections > 0;
        case SimulatedResource::queue:
            return service.role == ServiceRole::consumer;
        case SimulatedResource::heap:
            return service.heap_mb > 0;
        case SimulatedResource::disk:
            return service.disk_mb > 0;
        case SimulatedResource::rate_limit:
            return service.rate_limit > 0;
    }
    return false;
}

std::vector<uint32_t> waits_for(const ScenarioSpec& spec, uint32_t service) {
    std::vector<uint32_t> all{service};
    for (size_t i = 0; i < all.size(); ++i)
        for (const CallSpec& call : spec.services[all[i]].calls)
            if (!call.asynchronous && std::ranges::find(all, call.callee) == all.end()) all.push_back(call.callee);
    return all;
}

}  // namespace foreshock
