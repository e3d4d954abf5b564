#include "tools/generate/scenario/spec.h"

#include <algorithm>

namespace foreshock {

std::string resource_name(const ServiceSpec& service, ResourceKind kind) {
    switch (kind) {
        case ResourceKind::cpu: return service.name + "-cpu";
        case ResourceKind::threads: return service.name + "-threads";
        case ResourceKind::connections: return service.name + "-conn";
        case ResourceKind::queue: return service.name + "-backlog";
        case ResourceKind::heap: return service.name + "-heap";
        case ResourceKind::disk: return service.name + "-disk";
        case ResourceKind::rate_limit: return service.name + "-quota";
    }
    return {};
}

bool has_resource(const ServiceSpec& service, ResourceKind kind) {
    switch (kind) {
        case ResourceKind::cpu: return true;
        case ResourceKind::threads: return service.threads > 0;
        case ResourceKind::connections: return service.connections > 0;
        case ResourceKind::queue: return service.role == Role::consumer;
        case ResourceKind::heap: return service.heap_mb > 0;
        case ResourceKind::disk: return service.disk_mb > 0;
        case ResourceKind::rate_limit: return service.rate_limit > 0;
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
