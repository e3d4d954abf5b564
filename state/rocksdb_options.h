// How RocksDB is set up for a few megabytes of state that are rewritten every few seconds, and what its codes mean.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/result.h"

namespace rocksdb {
struct Options;
class Status;
}  // namespace rocksdb

namespace foreshock {

rocksdb::Options state_options();

// A status of RocksDB as a sentence for a person. `doing`: "open the state", "save a checkpoint".
Diagnostic diagnostic_of(const rocksdb::Status& status, const std::string& directory, const std::string& doing);

// Why a folder cannot be a state folder, before RocksDB sees it: a file, files of somebody else. Makes a missing folder.
std::optional<Diagnostic> prepare_folder(const std::string& directory);
// The same for a folder that has to be there, and is only looked at.
std::optional<Diagnostic> find_folder(const std::string& directory);
// The disk has no room for so many bytes and for the tables that RocksDB makes of its log; asked before it writes, because some
// builds of RocksDB abort where a table meets the end of the disk.
std::optional<Diagnostic> no_room_for(uint64_t bytes, const std::string& directory, const std::string& doing);
// Bytes of the log that opening turns into tables.
uint64_t log_bytes(const std::string& directory);
// True while a process has the state open for writing.
bool in_use(const std::string& directory);

}  // namespace foreshock
