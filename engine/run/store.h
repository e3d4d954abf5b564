// Where checkpoints go: source offsets and the state of every stage of one moment, in one atomic write.
// Implementations: state/memory_store.h, state/rocksdb_store.h.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/event/record.h"

namespace foreshock {

struct Checkpoint {
    std::string app;                                // whose it is
    std::string config_hash;                        // of the configuration it was made under
    std::string shape;                              // of the service model: under another one, numbers in the parts mean something else
    Micros slot_length{0};
    EventTime decided_until = kBeginningOfTime;     // every slot before it is decided
    std::vector<PartitionOffset> offsets;           // one for each partition
    std::map<std::string, std::string> parts;       // by name ("clocks", "window", "detect", …), archived
    std::set<std::string> unchanged;                // names of further parts, which are as in the checkpoint saved before; of what is loaded: none
};

// One worker only.
class Store {
public:
    virtual ~Store() = default;
    // The last checkpoint, or nothing on first use. Problems: unreadable, other format version, locked by another process.
    [[nodiscard]] virtual Result<std::optional<Checkpoint>> load() = 0;
    // Atomic and durable when it returns; only parts that changed need to be written.
    [[nodiscard]] virtual Status save(const Checkpoint& checkpoint) = 0;
};

}  // namespace foreshock
