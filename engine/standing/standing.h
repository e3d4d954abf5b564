// Output of standing: how every service and every node of every view stands, its own state and what it becomes by those it is
// built on. What is not known is a state of its own and never counts as well.
#pragma once

#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "engine/plan/inventory.h"

namespace foreshock {

// From best to worst as they roll up: what is known to be bad outranks what is not known, which outranks all that is well.
enum class Condition : uint8_t { ok, maintenance, unknown, at_risk, broken };

// Why a state is unknown. `engine_behind` is never decided here: only who has a clock can tell.
enum class Missing : uint8_t {
    none,
    never_came,      // a series that the model expects has never been seen
    silent,          // it came, and has stopped
    sources_silent,  // all series have stopped at once
    too_little,      // it comes, but too little to judge any promise
    nothing_measured,  // nothing is expected of it and nothing comes
    engine_behind,   // what is shown is older than what the sources have
};

inline constexpr uint32_t kItself = 0xffffffff;

struct Standing {
    Condition own = Condition::unknown;     // without those it is built on
    Condition condition = Condition::unknown;
    Missing missing = Missing::nothing_measured;  // of `own`
    GaugeIndex missing_gauge = kNoIndex;    // the first expected metric that is missing; none: its transactions
    uint32_t because = kItself;             // service, or number of the node's member, that made `condition`
    bool empty = false;                     // has nothing of its own: stands as those it is built on
};

struct ViewStanding {
    std::vector<Standing> nodes;  // in the order of the model
};

// One whose state, or the reason why it is unknown, changed in this slot; all of them in the first.
struct StandingChange {
    bool in_view = false;
    uint32_t view = 0, node = 0;  // node of a view, or service
    Condition from{}, to{};
};

struct Standings {
    std::vector<Standing> services;  // [service]
    std::vector<ViewStanding> views; // in the order of the model
    std::vector<StandingChange> changes;
};

constexpr std::string_view to_string(Condition c) {
    constexpr std::string_view kNames[]{"ok", "maintenance", "unknown", "at_risk", "broken"};
    return kNames[static_cast<size_t>(c)];
}
constexpr std::string_view to_string(Missing m) {
    constexpr std::string_view kNames[]{"none", "never_came", "silent", "sources_silent", "too_little", "nothing_measured", "engine_behind"};
    return kNames[static_cast<size_t>(m)];
}

}  // namespace foreshock
