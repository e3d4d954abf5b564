// Checkpoints in a folder, by RocksDB: offsets and state of one moment in one synchronous atomic write.
// Layout and version of every byte: state/FORMAT.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/run/store.h"
#include "state/layout.h"

namespace rocksdb {
class DB;
class WriteBatch;
}  // namespace rocksdb

namespace foreshock {

// What the last save wrote.
struct SaveCost {
    size_t parts = 0;   // of which something changed
    size_t chunks = 0;
    size_t bytes = 0;   // of keys and values
};

// One worker only; one process for each folder. A failed save leaves the last checkpoint as it was.
class RocksdbStore : public Store {
public:
    // Opens the folder, or makes it. Problems (their file is the folder): no folder, not writable, another process has it,
    // not a state of ours, another format, broken.
    static Result<std::unique_ptr<RocksdbStore>> open(const std::string& directory);
    // Looks at a folder that is there and changes nothing; `save` and `compact` fail. While another process saves, what is seen
    // may be broken where the folder is not: then look again.
    enum class LastWrite : uint8_t { may_be_torn, must_be_whole };
    static Result<std::unique_ptr<RocksdbStore>> look_at(const std::string& directory, LastWrite last_write = LastWrite::may_be_torn);
    ~RocksdbStore() override;
    RocksdbStore(const RocksdbStore&) = delete;
    RocksdbStore& operator=(const RocksdbStore&) = delete;

    Result<std::optional<Checkpoint>> load() override;
    Status save(const Checkpoint& checkpoint) override;

    // Reads every file and compares it with RocksDB's own checksums. Problem: the first that does not agree.
    [[nodiscard]] Status check_files();
    // Drops what later checkpoints have replaced.
    [[nodiscard]] Status compact();

    // The last write before this opening is damaged or was cut off: the checkpoint before it is what `load` gives.
    bool last_write_torn() const { return torn_; }

    const SaveCost& last_cost() const { return cost_; }
    // Number of checkpoints ever saved in this folder; known after `load`.
    uint64_t sequence() const { return known_.sequence; }
    const std::map<std::string, PartDigest>& parts() const { return known_.parts; }  // likewise

private:
    RocksdbStore(std::string directory, std::unique_ptr<rocksdb::DB> db);
    std::optional<Diagnostic> check_format();
    void put(rocksdb::WriteBatch& batch, const std::string& key, std::string_view value);
    void erase(rocksdb::WriteBatch& batch, const std::string& key);

    std::string directory_;
    std::unique_ptr<rocksdb::DB> db_;
    KnownState known_;
    bool loaded_ = false, torn_ = false;
    SaveCost cost_;
};

}  // namespace foreshock
