// Sums of a slot cut by the share of the model (plan/components.h) that decides on them. One worker only.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "engine/event/names.h"
#include "engine/ingest/partial.h"
#include "engine/plan/components.h"
#include "engine/plan/resource_matcher.h"

namespace foreshock {

class PartialRouter {
public:
    // `components` outlives the router.
    PartialRouter(const Model& model, const Components& components) : model_(model), components_(components), matcher_(model) {}

    // Sums by share, those of a slot that starts at `start`; of shares that get something.
    std::map<uint32_t, SlotPartial> split(const SlotPartial& sums, EventTime start, const Names& names);
    void forget_names();  // the next ones are others

private:
    template <class Find>
    uint32_t share(std::vector<uint32_t>& known, NameId id, Find find);
    uint32_t of_service(NameId id, const Names& names);
    uint32_t of_instance(NameId id, EventTime start, const Names& names);
    uint32_t of_occurrence(NameId id, const Names& names);

    const Model& model_;
    const Components& components_;
    ResourceMatcher matcher_;
    std::vector<uint32_t> services_, instances_, occurrences_;  // share by id, once asked
    EventTime asked_at_ = kBeginningOfTime;                      // slot of the answers about instances
};

}  // namespace foreshock
