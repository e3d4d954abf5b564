// How RocksDB is set up for a few megabytes of state that are rewritten every few seconds, and what its codes mean.
#pragma once

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

}  // namespace foreshock
