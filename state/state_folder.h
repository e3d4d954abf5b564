// A state folder looked at from outside, without a run: how large it is, whether it is whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/result.h"

namespace foreshock {

struct FolderSize {
    uint64_t files = 0, bytes = 0;
};
FolderSize size_of_folder(const std::string& directory);  // zero when there is none

struct StateVerdict {
    std::optional<Diagnostic> damage;  // the first that was found; nothing: whole
    uint64_t sequence = 0;             // of the checkpoint
    uint64_t parts = 0, chunks = 0, bytes = 0;
    FolderSize size;
};

// Reads every file against RocksDB's checksums, and the checkpoint against its own. Changes nothing.
// Problems: no state here, or a process is using it.
Result<StateVerdict> verify_state(const std::string& directory);

// Problems: no state here, a process is using it, what hinders opening or writing.
[[nodiscard]] Status compact_state(const std::string& directory);

}  // namespace foreshock
