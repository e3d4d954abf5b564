// What a checkpoint says to a person, read without the configuration it was made under. For `foreshock state`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/run/store.h"
#include "engine/warn/warning.h"

namespace foreshock {

struct CheckpointView {
    struct Partition {
        std::string name;
        int64_t next_offset = 0;
        EventTime clock{};  // how far its events have come; kBeginningOfTime: none yet
        uint64_t corrected_hosts = 0;
    };
    struct OpenSlot {
        EventTime start{};
        uint64_t events = 0;
    };
    std::vector<Partition> partitions;
    std::vector<OpenSlot> open_slots;
    std::vector<OpenWarning> warnings;  // of promises, then of rules
    size_t services = 0, resources = 0, gauges = 0;
};

// Problem: a part that does not fit this version.
Result<CheckpointView> view_of(const Checkpoint& checkpoint);

}  // namespace foreshock
