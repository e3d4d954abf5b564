#include "state/memory_store.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace foreshock {

Result<std::optional<Checkpoint>> MemoryStore::load() { return last_; }

Status MemoryStore::save(const Checkpoint& checkpoint) {
    Checkpoint next = checkpoint;
    for (const std::string& name : std::exchange(next.unchanged, {})) {
        check(last_ && last_->parts.contains(name), "an unchanged part is stored", name);
        next.parts[name] = std::move(last_->parts[name]);
    }
    last_ = std::move(next);
    std::ranges::sort(last_->offsets, {}, &PartitionOffset::partition);  // as every store gives them back
    return Done{};
}

}  // namespace foreshock
