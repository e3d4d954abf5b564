#include "state/rocksdb_store.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "engine/base/check.h"
#include "state/rocksdb_options.h"

namespace foreshock {
namespace {

constexpr std::string_view kFormatKey = "format", kConfigKey = "config", kSequenceKey = "sequence";
constexpr std::string_view kOffset = "offset/", kPart = "part/", kChunk = "chunk/";

std::string key_of(std::string_view prefix, std::string_view name) { return std::string(prefix) + std::string(name); }

std::string chunk_key(std::string_view part, size_t number) {
    std::string key = key_of(kChunk, part);
    key += '\0';
    put_u32_big_endian(key, static_cast<uint32_t>(number));
    return key;
}

std::string number_bytes(uint64_t x) {
    std::string out;
    put_u64(out, x);
    return out;
}

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

// Takes key after key, in the order of RocksDB (chunk/, config, format, offset/, part/, sequence).
class RocksdbStore::Loading {
public:
    bool take(std::string_view key, std::string_view value) {
        if (key.starts_with(kChunk)) return take_chunk(key.substr(kChunk.size()), value);
        if (key.starts_with(kOffset)) return take_offset(key.substr(kOffset.size()), value);
        if (key.starts_with(kPart)) return take_part(key.substr(kPart.size()), value);
        if (key == kConfigKey) checkpoint.config_hash = value;
        if (key == kSequenceKey && value.size() == 8) known.sequence = get_u64(value);
        return key == kConfigKey || key == kFormatKey || (key == kSequenceKey && value.size() == 8);
    }

    // True when every chunk belongs to a part.
    bool complete() const { return checkpoint.parts.size() == known.parts.size(); }

    Checkpoint checkpoint;
    Known known;

private:
    bool take_chunk(std::string_view name_and_number, std::string_view value) {
        if (name_and_number.size() < 5) return false;
        const std::string_view name = name_and_number.substr(0, name_and_number.size() - 5);
        std::string& bytes = checkpoint.parts[std::string(name)];
        const uint64_t number = get_u32_big_endian(name_and_number.substr(name.size() + 1));
        if (bytes.size() != number * kChunkBytes) return false;  // one is missing
        bytes += value;
        return true;
    }

    bool take_offset(std::string_view partition, std::string_view value) {
        if (value.size() != 8) return false;
        const auto next = static_cast<int64_t>(get_u64(value));
        checkpoint.offsets.push_back({std::string(partition), next});
        known.offsets.emplace(partition, next);
        return true;
    }

    bool take_part(std::string_view name, std::string_view value) {
        if (value.size() != 16) return false;
        const std::string& bytes = checkpoint.parts[std::string(name)];  // an empty part has no chunk
        PartDigest digest = digest_of(bytes);
        const bool same = get_u64(value) == digest.size && get_u64(value.substr(8)) == digest.hash();
        known.parts.emplace(name, std::move(digest));
        return same;
    }
};

RocksdbStore::RocksdbStore(std::string directory, std::unique_ptr<rocksdb::DB> db) : directory_(std::move(directory)), db_(std::move(db)) {}

RocksdbStore::~RocksdbStore() = default;

Result<std::unique_ptr<RocksdbStore>> RocksdbStore::open(const std::string& directory) {
    if (auto problem = prepare_folder(directory)) return *problem;
    rocksdb::DB* raw = nullptr;
    const rocksdb::Status status = rocksdb::DB::Open(state_options(), directory, &raw);
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
    Loading loading;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
        if (loading.take(view(at->key()), view(at->value()))) continue;
        return about(directory_, "the state is broken at key '" + at->key().ToString().substr(0, 60) + "'", std::string(kAway));
    }
    const rocksdb::Status status = at->status();
    if (!status.ok()) return diagnostic_of(status, directory_, "read the state");
    if (!loading.complete()) return about(directory_, "the state is broken: chunks without a part", std::string(kAway));
    known_ = std::move(loading.known);
    loaded_ = true;
    if (known_.sequence == 0) return std::optional<Checkpoint>{};
    return std::optional(std::move(loading.checkpoint));
}

Status RocksdbStore::save(const Checkpoint& checkpoint) {
    if (!loaded_) {
        const auto before = load();
        if (!before) return before.problems();
    }
    rocksdb::WriteBatch batch;
    cost_ = {};
    Known next;
    next.sequence = known_.sequence + 1;
    put(batch, std::string(kFormatKey), number_bytes(kStateFormat));
    put(batch, std::string(kConfigKey), checkpoint.config_hash);
    put(batch, std::string(kSequenceKey), number_bytes(next.sequence));
    put_offsets(batch, checkpoint, next);
    for (const auto& [name, bytes] : checkpoint.parts) put_part(batch, name, bytes, next);
    for (const auto& [name, before] : known_.parts) {
        if (!next.parts.contains(name)) drop_part(batch, name);
    }
    rocksdb::WriteOptions durable;
    durable.sync = true;
    const rocksdb::Status status = db_->Write(durable, &batch);
    if (!status.ok()) return diagnostic_of(status, directory_, "save a checkpoint");
    known_ = std::move(next);
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

void RocksdbStore::put_offsets(rocksdb::WriteBatch& batch, const Checkpoint& checkpoint, Known& next) {
    for (const PartitionOffset& o : checkpoint.offsets) {
        next.offsets[o.partition] = o.next;
        const auto before = known_.offsets.find(o.partition);
        if (before != known_.offsets.end() && before->second == o.next) continue;
        put(batch, key_of(kOffset, o.partition), number_bytes(static_cast<uint64_t>(o.next)));
    }
    for (const auto& [partition, offset] : known_.offsets) {
        if (!next.offsets.contains(partition)) erase(batch, key_of(kOffset, partition));
    }
}

void RocksdbStore::put_part(rocksdb::WriteBatch& batch, const std::string& name, std::string_view bytes, Known& next) {
    check(name.find('\0') == name.npos, "a part's name holds no zero byte", name);
    PartDigest& digest = next.parts[name] = digest_of(bytes);
    const auto known = known_.parts.find(name);
    const PartDigest before = known == known_.parts.end() ? PartDigest{} : known->second;
    if (known != known_.parts.end() && digest == before) return;
    ++cost_.parts;
    put(batch, key_of(kPart, name), number_bytes(digest.size) + number_bytes(digest.hash()));
    for (size_t i = 0; i < digest.chunks.size(); ++i) {
        const bool same = i < before.chunks.size() && before.chunks[i] == digest.chunks[i];
        if (same) continue;
        put(batch, chunk_key(name, i), chunk_of(bytes, i));
        ++cost_.chunks;
    }
    for (size_t i = digest.chunks.size(); i < before.chunks.size(); ++i) {
        erase(batch, chunk_key(name, i));
    }
}

void RocksdbStore::drop_part(rocksdb::WriteBatch& batch, const std::string& name) {
    erase(batch, key_of(kPart, name));
    const size_t chunks = known_.parts.at(name).chunks.size();
    for (size_t i = 0; i < chunks; ++i) erase(batch, chunk_key(name, i));
}

}  // namespace foreshock
