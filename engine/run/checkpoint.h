// What a checkpoint holds and how it is put together: positions and clocks of partitions, sums of open slots, state of the
// deciding stages. One worker only (the deciding thread); lanes are locked one after the other, which is one moment because
// no slot closes meanwhile and each lane's positions, clocks and sums belong together.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/run/decider.h"
#include "engine/run/lane.h"
#include "engine/run/store.h"

namespace foreshock {

struct CheckpointParts {
    const EngineOptions& options;
    Names& names;
    Decider& decider;
    std::map<std::string, PartitionState>& partitions;  // known from an earlier checkpoint, opened by no lane yet
    std::map<int64_t, SlotPartial>& open_slots;         // likewise, by slot index
};

Checkpoint make_checkpoint(const CheckpointParts& parts, const std::vector<std::unique_ptr<Lane>>& lanes, const std::string& config_hash);

// Problems: bytes that do not fit this version.
[[nodiscard]] Status restore_checkpoint(const Checkpoint& checkpoint, const CheckpointParts& parts);

// Saves or restores the sums of one slot, by name.
void archive_slot(Archive& a, SlotPartial& sums, Names& names);

}  // namespace foreshock
