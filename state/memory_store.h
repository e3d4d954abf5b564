// The store that forgets: for replay, for tests, and for `run` without a state folder.
#pragma once

#include <optional>

#include "engine/run/store.h"

namespace foreshock {

// One worker only. Never fails.
class MemoryStore : public Store {
public:
    Result<std::optional<Checkpoint>> load() override;
    Status save(const Checkpoint& checkpoint) override;

private:
    std::optional<Checkpoint> last_;
};

}  // namespace foreshock
