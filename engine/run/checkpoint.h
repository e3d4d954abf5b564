// What a checkpoint holds and how it is put together: positions and clocks of partitions, sums of open slots, state of the
// deciding stages, what waits for receivers. One worker only (the deciding thread); lanes are locked one after the other, which
// is one moment because no slot closes meanwhile and each lane's positions, clocks and sums belong together.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/run/decider.h"
#include "engine/run/lane.h"
#include "engine/run/sink.h"
#include "engine/run/slot_archive.h"
#include "engine/run/store.h"

namespace foreshock {

struct CheckpointParts {
    const EngineOptions& options;
    std::shared_ptr<Names> names;  // of open_slots, and of all lanes
    Decider& decider;
    std::map<std::string, PartitionState>& partitions;  // known from an earlier checkpoint, opened by no lane yet
    std::map<int64_t, SlotPartial>& open_slots;         // likewise, by slot index
    std::span<Sink* const> sinks;
    std::map<std::string, std::string>& unclaimed;      // what waits for receivers that are not configured now: carried along
    std::optional<SlotIndex>& archived;                 // the slot that was next when the deciding stages were archived last; nothing: never
};

// Where nothing was decided since the one before, which the caller has stored or else makes none any more, the deciding stages are left out
// as unchanged.
Checkpoint make_checkpoint(const CheckpointParts& parts, const std::vector<std::unique_ptr<Lane>>& lanes);

// State of another model is taken by name: what is new starts without a past, what is gone is left out.
// Problems: the state of another app or of other slots; bytes that do not fit this version.
[[nodiscard]] Status restore_checkpoint(const Checkpoint& checkpoint, const CheckpointParts& parts);

// The deciding stages alone: adds their parts, and restores them from parts that were saved under a model of that shape (shape_of).
// Returns the part that does not fit; empty: all do.
void add_stages(Decider& decider, std::map<std::string, std::string>& parts);
std::string restore_stages(const std::map<std::string, std::string>& parts, const std::string& shape, Decider& decider);

// Goes on for another decider under another model, as if the program had been stopped and started again.
std::unique_ptr<Decider> under_model(Decider& before, std::shared_ptr<const Model> model, const EngineOptions& options, RulePlan rules);

}  // namespace foreshock
