// What has to be written so that a store that holds one checkpoint holds another: keys and values as in state/FORMAT.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/run/store.h"
#include "state/layout.h"

namespace foreshock {

struct StateChange {
    std::string key;
    std::optional<std::string> value;  // none: the key goes
};

struct StateDifference {
    std::vector<StateChange> changes;
    KnownState next;    // what the store holds after them
    size_t parts = 0;   // of which something changed
    size_t chunks = 0;
};

StateDifference difference(const KnownState& known, const Checkpoint& checkpoint);

// A checkpoint out of all keys of a store, or nothing where there is none; `known` is what the store holds. `where` stands in problems:
// another format, broken.
[[nodiscard]] Result<std::optional<Checkpoint>> read_state(const std::map<std::string, std::string>& entries, const std::string& where, KnownState& known);

}  // namespace foreshock
