// A part of a checkpoint cut into chunks, so that only what changed is written again. Layout: state/FORMAT.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace foreshock {

inline constexpr size_t kChunkBytes = 64 << 10;

// 64-bit hash of bytes, the same on every machine and in every version of format 1.
uint64_t hash_bytes(std::string_view bytes);

// Fixed-width integers as they are stored. Numbers in keys are big endian, so that keys sort by them.
void put_u64(std::string& out, uint64_t x);
void put_u32_big_endian(std::string& out, uint32_t x);
uint64_t get_u64(std::string_view bytes);             // of the first eight
uint32_t get_u32_big_endian(std::string_view bytes);  // of the first four

// What a part looked like when it was last stored.
struct PartDigest {
    uint64_t size = 0;
    std::vector<uint64_t> chunks;  // hash of each

    uint64_t hash() const;  // of the whole part
    bool operator==(const PartDigest&) const = default;
};

inline size_t chunk_count(uint64_t size) { return static_cast<size_t>((size + kChunkBytes - 1) / kChunkBytes); }
inline std::string_view chunk_of(std::string_view part, size_t i) { return part.substr(i * kChunkBytes, kChunkBytes); }

PartDigest digest_of(std::string_view part);

}  // namespace foreshock
