// Sums of slots as bytes, by name: what a checkpoint and a message between instances hold. One worker only.
#pragma once

#include <cstdint>
#include <map>

#include "engine/base/archive.h"
#include "engine/event/names.h"
#include "engine/ingest/partial.h"

namespace foreshock {

// Saves or restores the sums of one slot. Restored entries go to what is there already by their ids: give an empty one. Names beyond
// their bound: with `refused` they are left out and counted there, else the archive fails.
void archive_slot(Archive& a, SlotPartial& sums, Names& names, uint64_t* refused = nullptr);
// Those of open slots, by index.
void archive_open_slots(Archive& a, std::map<int64_t, SlotPartial>& open, Names& names, uint64_t* refused = nullptr);

}  // namespace foreshock
