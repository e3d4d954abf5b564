#include "engine/run/partial_router.h"

#include <algorithm>
#include <string>

namespace foreshock {

namespace {

constexpr uint32_t kUnasked = 0xffffffff;

template <class Entry>
Entry& at(std::vector<Entry>& entries, NameId id) {
    if (id >= entries.size()) entries.resize(id + 1);
    return entries[id];
}

}  // namespace

template <class Find>
uint32_t PartialRouter::share(std::vector<uint32_t>& known, NameId id, Find find) {
    if (id >= known.size()) known.resize(id + 1, kUnasked);
    if (known[id] == kUnasked) known[id] = find();
    return known[id];
}

uint32_t PartialRouter::of_service(NameId id, const Names& names) {
    if (id == kNoName) return components_.share_of_unknown();
    return share(services_, id, [&] { return components_.share_of_service(names.text(NameSpace::service, id)); });
}

// As the windower does it: by the matchers of the model, else by its own names.
uint32_t PartialRouter::of_instance(NameId id, EventTime start, const Names& names) {
    return share(instances_, id, [&] {
        const std::string text = names.text(NameSpace::metric_instance, id);
        const MetricInstanceName name = MetricInstanceName::split(text);
        if (const auto found = matcher_.find(name, start)) return components_.share_of_resource(model_.resources[*found].name, {});
        return components_.share_of_resource(name.resource, name.service);
    });
}

uint32_t PartialRouter::of_occurrence(NameId id, const Names& names) {
    return share(occurrences_, id, [&] {
        const std::string text = names.text(NameSpace::occurrence, id);
        const OccurrenceName name = OccurrenceName::split(text);
        return name.service.empty() ? components_.share_of_resource(name.resource, {}) : components_.share_of_service(name.service);
    });
}

void PartialRouter::forget_names() {
    for (auto* shares : {&services_, &instances_, &occurrences_}) shares->clear();
}

std::map<uint32_t, SlotPartial> PartialRouter::split(const SlotPartial& sums, EventTime start, const Names& names) {
    if (!matcher_.same(std::min(asked_at_, start), std::max(asked_at_, start))) instances_.clear();
    asked_at_ = start;
    std::map<uint32_t, SlotPartial> shares;
    for (NameId id = 0; id < sums.services.size(); ++id) {
        if (sums.services[id].rows == 0) continue;
        SlotPartial& to = shares[of_service(id, names)];
        at(to.services, id) = sums.services[id];
        to.events += sums.services[id].rows;
    }
    for (NameId id = 0; id < sums.metrics.size(); ++id) {
        if (sums.metrics[id].samples == 0) continue;
        SlotPartial& to = shares[of_instance(id, start, names)];
        at(to.metrics, id) = sums.metrics[id];
        to.events += static_cast<uint64_t>(sums.metrics[id].samples);
    }
    for (NameId id = 0; id < sums.occurrences.size(); ++id) {
        if (sums.occurrences[id].count == 0) continue;
        SlotPartial& to = shares[of_occurrence(id, names)];
        at(to.occurrences, id) = sums.occurrences[id];
        to.events += static_cast<uint64_t>(sums.occurrences[id].count);
    }
    sums.dimensions.each([&](const DimensionSums::Entry& e) {
        shares[of_service(e.service, names)].dimensions.add(e.service, e.value, e.count, e.value_micro);
    });
    return shares;
}

}  // namespace foreshock
