#include "state/difference.h"

#include "engine/base/check.h"

namespace foreshock {
namespace {

class Writer {
public:
    explicit Writer(const KnownState& known) : known_(known) {}

    void put(std::string key, std::string value) { out.changes.push_back({std::move(key), std::move(value)}); }
    void number(std::string_view key, int64_t x) { put(std::string(key), number_bytes(static_cast<uint64_t>(x))); }
    void erase(std::string key) { out.changes.push_back({std::move(key), std::nullopt}); }

    void put_offsets(const Checkpoint& checkpoint) {
        for (const PartitionOffset& o : checkpoint.offsets) {
            out.next.offsets[o.partition] = o.next;
            const auto before = known_.offsets.find(o.partition);
            if (before == known_.offsets.end() || before->second != o.next) number(offset_key(o.partition), o.next);
        }
        for (const auto& [partition, offset] : known_.offsets)
            if (!out.next.offsets.contains(partition)) erase(offset_key(partition));
    }

    void put_part(const std::string& name, std::string_view bytes) {
        check(name.find('\0') == name.npos, "a part's name holds no zero byte", name);
        PartDigest& digest = out.next.parts[name] = digest_of(bytes);
        const auto known = known_.parts.find(name);
        const PartDigest before = known == known_.parts.end() ? PartDigest{} : known->second;
        if (known != known_.parts.end() && digest == before) return;
        ++out.parts;
        put(part_key(name), number_bytes(digest.size) + number_bytes(digest.hash()));
        for (size_t i = 0; i < digest.chunks.size(); ++i) {
            if (i < before.chunks.size() && before.chunks[i] == digest.chunks[i]) continue;
            put(chunk_key(name, i), std::string(chunk_of(bytes, i)));
            ++out.chunks;
        }
        for (size_t i = digest.chunks.size(); i < before.chunks.size(); ++i) erase(chunk_key(name, i));
    }

    void keep_part(const std::string& name) {
        const auto known = known_.parts.find(name);
        check(known != known_.parts.end(), "an unchanged part is stored", name);
        out.next.parts.insert(*known);
    }

    void drop_part(const std::string& name) {
        erase(part_key(name));
        for (size_t i = 0; i < known_.parts.at(name).chunks.size(); ++i) erase(chunk_key(name, i));
    }

    StateDifference out;

private:
    const KnownState& known_;
};

Diagnostic about(const std::string& where, std::string message) {
    return {where, 0, 0, std::move(message), "run the version that wrote it, or delete it and start again: the sources are read anew"};
}

}  // namespace

StateDifference difference(const KnownState& known, const Checkpoint& checkpoint) {
    Writer w(known);
    w.out.next.sequence = known.sequence + 1;
    w.number(kFormatKey, kStateFormat);
    w.put(std::string(kAppKey), checkpoint.app);
    w.put(std::string(kConfigKey), checkpoint.config_hash);
    w.put(std::string(kShapeKey), checkpoint.shape);
    w.number(kSlotKey, checkpoint.slot_length.count());
    w.number(kDecidedKey, checkpoint.decided_until.time_since_epoch().count());
    w.number(kSequenceKey, static_cast<int64_t>(w.out.next.sequence));
    w.put_offsets(checkpoint);
    for (const auto& [name, bytes] : checkpoint.parts) w.put_part(name, bytes);
    for (const std::string& name : checkpoint.unchanged) w.keep_part(name);
    for (const auto& [name, before] : known.parts)
        if (!w.out.next.parts.contains(name)) w.drop_part(name);
    return std::move(w.out);
}

Result<std::optional<Checkpoint>> read_state(const std::map<std::string, std::string>& entries, const std::string& where, KnownState& known) {
    known = {};
    if (entries.empty()) return std::optional<Checkpoint>{};
    const auto format = entries.find(std::string(kFormatKey));
    if (format == entries.end() || format->second.size() != 8 || get_u64(format->second) != kStateFormat)
        return about(where, "the state has another format than " + std::to_string(kStateFormat) + ", which this program reads");
    StateReader reader;
    for (const auto& [key, value] : entries)
        if (!reader.take(key, value)) return about(where, "the state is broken at key '" + key.substr(0, 60) + "'");
    if (!reader.complete()) return about(where, "the state is broken: chunks without a part");
    known = std::move(reader.known);
    return std::optional(std::move(reader.checkpoint));
}

}  // namespace foreshock
