// One signal of a rule in one slot: does any of its candidates show it? Pure functions.
#pragma once

#include <string>
#include <vector>

#include "engine/match/firing.h"
#include "engine/match/slot_view.h"

namespace foreshock {

struct Sighting {
    bool on = false;
    EventTime first{}, last{};  // of an event its times; of a state the end of the slot
    uint64_t n = 0;             // events
    Evidence evidence;          // the strongest
    std::vector<std::string> entities;  // services or resources that show it, where asked for
};

// `raise_probability`: from where on a forecast counts when the condition names no probability.
Sighting sight(const RuleCondition& c, const Candidates& candidates, const Subject& subject, const Rule& rule, const SlotView& view,
               double raise_probability);

}  // namespace foreshock
