#include "engine/plan/renumbering.h"

#include <string_view>

namespace foreshock {
namespace {

using Numbers = Renumbering::Numbers;

Numbers numbers(const std::vector<std::string>& then, const std::vector<std::string>& now) {
    std::map<std::string_view, uint32_t> known;
    for (uint32_t i = 0; i < now.size(); ++i) known.emplace(now[i], i);
    Numbers out;
    for (const std::string& name : then) {
        const auto at = known.find(name);
        out.push_back(at == known.end() ? kNoIndex : at->second);
    }
    return out;
}

// [promise] its service, and its number among that one's.
std::vector<Renumbering::PromiseKey> keys_of(const Numbering& n) {
    std::vector<Renumbering::PromiseKey> out;
    for (const uint32_t service : n.promise_services) {
        const uint32_t own = !out.empty() && out.back().first == service ? out.back().second + 1 : 0;
        out.emplace_back(service, own);
    }
    return out;
}

}  // namespace

Numbering::Numbering(const Inventory& inventory) {
    for (uint32_t s = 0; s < inventory.services().size(); ++s) {
        const ServiceEntry& service = inventory.services()[s];
        services.push_back(service.name);
        modeled_services.push_back(service.modeled ? 1 : 0);
        if (service.model == nullptr) continue;
        for (const Slo& slo : service.model->slos) {
            promises.push_back(service.name + '\n' + slo.name);
            promise_services.push_back(s);
        }
    }
    for (const ResourceEntry& r : inventory.resources()) {
        resources.push_back(r.name);
        modeled_resources.push_back(r.model != nullptr ? 1 : 0);
    }
    for (const GaugeEntry& g : inventory.gauges()) gauges.push_back(inventory.resources()[g.resource].name + '\n' + g.metric);
    for (const View& v : inventory.model().views)
        for (const ViewNode& n : v.nodes) nodes.push_back(v.name + '\n' + n.name);
}

void Renumbering::complete(const Numbering& now) {
    services = numbers(then_.services, now.services);
    resources = numbers(then_.resources, now.resources);
    gauges = numbers(then_.gauges, now.gauges);
    promises = numbers(then_.promises, now.promises);
    standings = numbers(then_.nodes, now.nodes);
    for (const uint32_t s : services) standings.push_back(s == kNoIndex ? kNoIndex : static_cast<uint32_t>(now.nodes.size()) + s);
    const std::vector<PromiseKey> before = keys_of(then_), after = keys_of(now);
    for (size_t k = 0; k < before.size() && k < promises.size(); ++k)
        if (promises[k] != kNoIndex) keys.emplace(before[k], after[promises[k]]);
    for (uint32_t s = 0; s < services.size(); ++s)
        if (services[s] != kNoIndex) keys.emplace(PromiseKey{s, kNoIndex}, PromiseKey{services[s], kNoIndex});
}

std::pair<std::string, std::string> Renumbering::promise_then(const PromiseKey& key) const {
    if (key.first >= then_.services.size()) return {};
    uint32_t own = 0;
    for (size_t k = 0; k < then_.promises.size() && k < then_.promise_services.size(); ++k) {
        if (then_.promise_services[k] != key.first || own++ != key.second) continue;
        return {then_.services[key.first], then_.promises[k].substr(then_.promises[k].find('\n') + 1)};
    }
    return {then_.services[key.first], {}};
}

}  // namespace foreshock
