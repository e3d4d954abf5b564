// Checkpoints in a folder, by RocksDB: offsets and state of one moment in one synchronous atomic write.
// Layout and version of every byte: state/FORMAT.md.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/run/store.h"
#include "state/chunks.h"

namespace rocksdb {
class DB;
class WriteBatch;
}  // namespace rocksdb

namespace foreshock {

inline constexpr uint32_t kStateFormat = 6;

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
    ~RocksdbStore() override;
    RocksdbStore(const RocksdbStore&) = delete;
    RocksdbStore& operator=(const RocksdbStore&) = delete;

    Result<std::optional<Checkpoint>> load() override;
    Status save(const Checkpoint& checkpoint) override;

    const SaveCost& last_cost() const { return cost_; }
    // Number of checkpoints ever saved in this folder.
    uint64_t sequence() const { return known_.sequence; }

private:
    // What the folder holds, so that a save writes the difference only.
    struct Known {
        uint64_t sequence = 0;
        std::map<std::string, int64_t> offsets;
        std::map<std::string, PartDigest> parts;
    };
    class Loading;  // collects what the folder holds

    RocksdbStore(std::string directory, std::unique_ptr<rocksdb::DB> db);
    std::optional<Diagnostic> check_format();
    void put(rocksdb::WriteBatch& batch, const std::string& key, std::string_view value);
    void put_offsets(rocksdb::WriteBatch& batch, const Checkpoint& checkpoint, Known& next);
    void put_part(rocksdb::WriteBatch& batch, const std::string& name, std::string_view bytes, Known& next);
    void erase(rocksdb::WriteBatch& batch, const std::string& key);
    void drop_part(rocksdb::WriteBatch& batch, const std::string& name);

    std::string directory_;
    std::unique_ptr<rocksdb::DB> db_;
    Known known_;
    bool loaded_ = false;
    SaveCost cost_;
};

}  // namespace foreshock
