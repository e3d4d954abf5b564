#include "state/layout.h"

namespace foreshock {
namespace {

constexpr std::string_view kOffset = "offset/", kPart = "part/", kChunk = "chunk/";

std::string key_of(std::string_view prefix, std::string_view name) { return std::string(prefix) + std::string(name); }

}  // namespace

std::string offset_key(std::string_view partition) { return key_of(kOffset, partition); }
std::string part_key(std::string_view part) { return key_of(kPart, part); }

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

bool StateReader::take(std::string_view key, std::string_view value) {
    if (key.starts_with(kChunk)) return take_chunk(key.substr(kChunk.size()), value);
    if (key.starts_with(kOffset)) return take_offset(key.substr(kOffset.size()), value);
    if (key.starts_with(kPart)) return take_part(key.substr(kPart.size()), value);
    if (key == kAppKey) checkpoint.app = value;
    else if (key == kConfigKey) checkpoint.config_hash = value;
    else if (key == kShapeKey) checkpoint.shape = value;
    else return take_number(key, value);
    return true;
}

bool StateReader::take_number(std::string_view key, std::string_view value) {
    if (value.size() != 8) return false;
    const uint64_t x = get_u64(value);
    if (key == kSequenceKey) known.sequence = x;
    else if (key == kSlotKey) checkpoint.slot_length = Micros{static_cast<int64_t>(x)};
    else if (key == kDecidedKey) checkpoint.decided_until = EventTime{Micros{static_cast<int64_t>(x)}};
    else return key == kFormatKey;
    return true;
}

bool StateReader::take_chunk(std::string_view name_and_number, std::string_view value) {
    if (name_and_number.size() < 5) return false;
    const std::string_view name = name_and_number.substr(0, name_and_number.size() - 5);
    std::string& bytes = checkpoint.parts[std::string(name)];
    const uint64_t number = get_u32_big_endian(name_and_number.substr(name.size() + 1));
    if (bytes.size() != number * kChunkBytes) return false;  // one is missing
    bytes += value;
    return true;
}

bool StateReader::take_offset(std::string_view partition, std::string_view value) {
    if (value.size() != 8) return false;
    const auto next = static_cast<int64_t>(get_u64(value));
    checkpoint.offsets.push_back({std::string(partition), next});
    known.offsets.emplace(partition, next);
    return true;
}

// Chunks come first, by the order of the keys.
bool StateReader::take_part(std::string_view name, std::string_view value) {
    if (value.size() != 16) return false;
    const std::string& bytes = checkpoint.parts[std::string(name)];  // an empty part has no chunk
    PartDigest digest = digest_of(bytes);
    const bool same = get_u64(value) == digest.size && get_u64(value.substr(8)) == digest.hash();
    known.parts.emplace(name, std::move(digest));
    return same;
}

}  // namespace foreshock
