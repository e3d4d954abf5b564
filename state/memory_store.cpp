#include "state/memory_store.h"

#include <algorithm>

namespace foreshock {

Result<std::optional<Checkpoint>> MemoryStore::load() { return last_; }

Status MemoryStore::save(const Checkpoint& checkpoint) {
    last_ = checkpoint;
    std::ranges::sort(last_->offsets, {}, &PartitionOffset::partition);  // as every store gives them back
    return Done{};
}

}  // namespace foreshock
