// Output of match: the rules of the user's whose condition holds in this slot, each with what makes it hold.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/plan/inventory.h"
#include "engine/plan/rule.h"

namespace foreshock {

// A signal that a rule met.
struct Evidence {
    ConditionKind kind = ConditionKind::spike;
    std::string entity;  // "shop volume", "db-1 connections_used", "deploy of shop"
    double value = std::numeric_limits<double>::quiet_NaN();  // ratio, utilization, probability or burn rate; NaN: none
    EventTime at{};      // when it was last so
    std::vector<Label> labels;  // of an event

    template <class A>
    void archive(A& a) {
        a(kind, entity, value, at, labels);
        if (kind > ConditionKind::forecast) a.fail();
    }
};

// A rule that holds for one of those whom it is for.
struct RuleFiring {
    uint32_t rule = 0;  // number in the plan
    std::string key;    // name of the service or resource, value of the label; empty: for all together
    ServiceIndex service = kNoIndex;
    ResourceIndex resource = kNoIndex;
    EventTime since{};  // holds from here on
    double value_per_minute = 0;  // of the service
    uint32_t currency = 0;
    std::vector<Evidence> evidence;  // in the order of the rule
};

struct Firings {
    SlotIndex slot;
    EventTime start, end, decided_at;
    const RulePlan* plan = nullptr;   // valid until the plan is replaced
    std::vector<RuleFiring> firings;  // by rule, then by key
    uint64_t keys = 0;                // kept now, over all rules
    uint64_t keys_refused = 0;        // in this slot, beyond the bound of a rule
};

}  // namespace foreshock
