// How the states of members become the state of what is built on them. Pure functions.
#pragma once

#include <span>
#include <string>

#include "engine/plan/model.h"
#include "engine/standing/standing.h"

namespace foreshock {

struct Member {
    Condition condition = Condition::unknown;
    double weight = 1;
    RollUp rule = RollUp::worst;
    std::string_view group = {};  // members of one group stand in for each other …
    uint32_t needs = 1;           // … as long as so many of them are well
};

struct RolledUp {
    Condition condition = Condition::ok;
    uint32_t because = kItself;  // number of the member that made it
};

// Capped: a member can make it at_risk, not broken.
Condition as_seen(const Member& m);

// The worst of all, groups first rolled up for themselves: broken when fewer than needed are well, unknown when that cannot be
// told, at_risk when one of them is broken and enough are left.
RolledUp worst_of(std::span<const Member> members);

// Broken from half of the weight on (one at risk counts half), at_risk from a quarter; unknown where unknown members could make
// it so.
RolledUp weighted(std::span<const Member> members);

// At least `needs` have to be well.
RolledUp needed(std::span<const Member> members, uint32_t needs);

}  // namespace foreshock
