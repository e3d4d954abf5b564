#include "state/rocksdb_store.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "engine/base/check.h"
#include "engine/base/kill_point.h"
#include "state/difference.h"
#include "state/rocksdb_options.h"

namespace foreshock {
namespace {

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

Diagnostic about(const std::string& directory, std::string message, std::string hint) {
    Diagnostic d;
    d.file = directory;
    d.message = std::move(message);
    d.hint = std::move(hint);
    return d;
}

constexpr std::string_view kAway = "move the folder away and start again: the sources are read anew";

}  // namespace

RocksdbStore::RocksdbStore(std::string directory, std::unique_ptr<rocksdb::DB> db) : directory_(std::move(directory)), db_(std::move(db)) {}

RocksdbStore::~RocksdbStore() = default;

Result<std::unique_ptr<RocksdbStore>> RocksdbStore::open(const std::string& directory) {
    if (auto problem = prepare_folder(directory)) return *problem;
    if (auto problem = no_room_for(log_bytes(directory), directory, "open the state")) return *problem;
    const bool torn = !find_folder(directory) && !look_at(directory, LastWrite::must_be_whole);
    rocksdb::DB* raw = nullptr;
    const rocksdb::Status status = rocksdb::DB::Open(state_options(), directory, &raw);
    kill_point("store/opened");
    if (!status.ok()) return diagnostic_of(status, directory, "open the state");
    std::unique_ptr<RocksdbStore> store(new RocksdbStore(directory, std::unique_ptr<rocksdb::DB>(raw)));
    store->torn_ = torn;
    if (auto problem = store->check_format()) return *problem;
    return store;
}

Result<std::unique_ptr<RocksdbStore>> RocksdbStore::look_at(const std::string& directory, LastWrite last_write) {
    if (auto problem = find_folder(directory)) return *problem;
    rocksdb::Options options = state_options();
    options.create_if_missing = false;
    if (last_write == LastWrite::must_be_whole) options.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
    rocksdb::DB* raw = nullptr;
    const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options, directory, &raw);
    if (!status.ok()) return diagnostic_of(status, directory, "open the state");
    std::unique_ptr<RocksdbStore> store(new RocksdbStore(directory, std::unique_ptr<rocksdb::DB>(raw)));
    if (auto problem = store->check_format()) return *problem;
    return store;
}

std::optional<Diagnostic> RocksdbStore::check_format() {
    std::string format;
    const rocksdb::Status status = db_->Get({}, slice(kFormatKey), &format);
    if (status.IsNotFound()) {
        const std::unique_ptr<rocksdb::Iterator> first(db_->NewIterator({}));
        first->SeekToFirst();
        if (first->Valid()) return about(directory_, "not a state folder of Foreshock", "name an empty folder in state.directory");
        const rocksdb::Status read = first->status();
        if (!read.ok()) return diagnostic_of(read, directory_, "read the state");
        return std::nullopt;  // new
    }
    if (!status.ok()) return diagnostic_of(status, directory_, "read the state");
    if (format.size() == 8 && get_u64(format) == kStateFormat) return std::nullopt;
    const std::string found = format.size() == 8 ? std::to_string(get_u64(format)) : "unknown";
    return about(directory_, "the state has format " + found + ", this program reads format " + std::to_string(kStateFormat),
                 "run the version that wrote it, or " + std::string(kAway));
}

Result<std::optional<Checkpoint>> RocksdbStore::load() {
    StateReader reader;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
        if (reader.take(view(at->key()), view(at->value()))) continue;
        return about(directory_, "the state is broken at key '" + at->key().ToString().substr(0, 60) + "'", std::string(kAway));
    }
    const rocksdb::Status status = at->status();
    if (!status.ok()) return diagnostic_of(status, directory_, "read the state");
    if (!reader.complete()) return about(directory_, "the state is broken: chunks without a part", std::string(kAway));
    known_ = std::move(reader.known);
    loaded_ = true;
    if (known_.sequence == 0) return std::optional<Checkpoint>{};
    return std::optional(std::move(reader.checkpoint));
}

Status RocksdbStore::save(const Checkpoint& checkpoint) {
    if (!loaded_) {
        const auto before = load();
        if (!before) return before.problems();
    }
    rocksdb::WriteBatch batch;
    cost_ = {};
    StateDifference wanted = difference(known_, checkpoint);
    cost_.parts = wanted.parts;
    cost_.chunks = wanted.chunks;
    for (const StateChange& c : wanted.changes) c.value ? put(batch, c.key, *c.value) : erase(batch, c.key);
    if (auto problem = no_room_for(batch.GetDataSize(), directory_, "save a checkpoint")) return *problem;
    rocksdb::WriteOptions durable;
    durable.sync = true;
    kill_point("store/write");
    const rocksdb::Status status = db_->Write(durable, &batch);
    kill_point("store/written");
    if (!status.ok()) return diagnostic_of(status, directory_, "save a checkpoint");
    known_ = std::move(wanted.next);
    return Done{};
}

Status RocksdbStore::check_files() {
    const rocksdb::Status status = db_->VerifyChecksum();
    if (!status.ok()) return diagnostic_of(status, directory_, "read the state");
    return Done{};
}

Status RocksdbStore::compact() {
    rocksdb::CompactRangeOptions everything;
    everything.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    const rocksdb::Status status = db_->CompactRange(everything, nullptr, nullptr);
    if (!status.ok()) return diagnostic_of(status, directory_, "compact the state");
    return Done{};
}

void RocksdbStore::put(rocksdb::WriteBatch& batch, const std::string& key, std::string_view value) {
    cost_.bytes += key.size() + value.size();
    const rocksdb::Status status = batch.Put(key, slice(value));
    check(status.ok(), "a write batch takes every key", key);
}

void RocksdbStore::erase(rocksdb::WriteBatch& batch, const std::string& key) {
    const rocksdb::Status status = batch.Delete(key);
    check(status.ok(), "a write batch takes every key", key);
}

}  // namespace foreshock
