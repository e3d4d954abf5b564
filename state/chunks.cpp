#include "state/chunks.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace foreshock {
namespace {

uint64_t word_at(std::string_view bytes, size_t at) {
    uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
        if (bytes.size() - at >= sizeof word) {
            std::memcpy(&word, bytes.data() + at, sizeof word);
            return word;
        }
    }
    const size_t n = std::min<size_t>(8, bytes.size() - at);
    for (size_t i = 0; i < n; ++i) word |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return word;
}

}  // namespace

uint64_t hash_bytes(std::string_view bytes) {
    constexpr uint64_t kOdd = 0x9e3779b97f4a7c15;
    uint64_t h = (bytes.size() + 1) * kOdd;
    for (size_t at = 0; at < bytes.size(); at += 8) {
        h = (h ^ word_at(bytes, at)) * kOdd;
        h ^= h >> 32;
    }
    return h;
}

void put_u64(std::string& out, uint64_t x) {
    for (int i = 0; i < 8; ++i) out += static_cast<char>(x >> (8 * i));
}

void put_u32_big_endian(std::string& out, uint32_t x) {
    for (int i = 3; i >= 0; --i) out += static_cast<char>(x >> (8 * i));
}

uint64_t get_u64(std::string_view bytes) { return word_at(bytes, 0); }

uint32_t get_u32_big_endian(std::string_view bytes) {
    uint32_t x = 0;
    for (size_t i = 0; i < 4; ++i) x = x << 8 | static_cast<unsigned char>(bytes[i]);
    return x;
}

uint64_t PartDigest::hash() const {
    std::string bytes;
    put_u64(bytes, size);
    for (const uint64_t chunk : chunks) put_u64(bytes, chunk);
    return hash_bytes(bytes);
}

PartDigest digest_of(std::string_view part) {
    PartDigest d;
    d.size = part.size();
    for (size_t i = 0; i < chunk_count(d.size); ++i) d.chunks.push_back(hash_bytes(chunk_of(part, i)));
    return d;
}

}  // namespace foreshock
