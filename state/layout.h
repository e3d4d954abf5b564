// Keys and values of the state database, and a checkpoint read back from them. Described by state/FORMAT.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/run/store.h"
#include "state/chunks.h"

namespace foreshock {

inline constexpr uint32_t kStateFormat = 15;

inline constexpr std::string_view kFormatKey = "format", kAppKey = "app", kConfigKey = "config", kShapeKey = "shape", kSlotKey = "slot_length",
                                  kDecidedKey = "decided_until", kSequenceKey = "sequence";

std::string offset_key(std::string_view partition);
std::string part_key(std::string_view part);
std::string chunk_key(std::string_view part, size_t number);
std::string number_bytes(uint64_t x);

// What the folder holds, so that a save writes the difference only.
struct KnownState {
    uint64_t sequence = 0;  // checkpoints ever saved
    std::map<std::string, int64_t> offsets;
    std::map<std::string, PartDigest> parts;
};

// Takes key after key, in their order. One worker only.
class StateReader {
public:
    // False: the key or its value cannot be, or what went before it is missing.
    bool take(std::string_view key, std::string_view value);
    // True when every chunk belongs to a part.
    bool complete() const { return checkpoint.parts.size() == known.parts.size(); }

    Checkpoint checkpoint;
    KnownState known;

private:
    bool take_number(std::string_view key, std::string_view value);
    bool take_chunk(std::string_view name_and_number, std::string_view value);
    bool take_offset(std::string_view partition, std::string_view value);
    bool take_part(std::string_view name, std::string_view value);
};

}  // namespace foreshock
