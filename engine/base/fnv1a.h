// FNV-1a with 64 bits: ids and seeds that are the same in every run and on every machine. Nothing that a stranger may choose.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace foreshock {

// One worker only.
class Fnv1a {
public:
    Fnv1a& add(unsigned char byte) {
        hash_ = (hash_ ^ byte) * 0x100000001b3;
        return *this;
    }
    Fnv1a& add(std::string_view text) {
        for (const char c : text) add(static_cast<unsigned char>(c));
        return *this;
    }
    // A text of several, so that "ab", "c" is not "a", "bc".
    Fnv1a& add_part(std::string_view text) { return add(text).add(static_cast<unsigned char>(0x1f)); }
    // Eight bytes, little endian.
    Fnv1a& add_number(uint64_t x) {
        for (int shift = 0; shift < 64; shift += 8) add(static_cast<unsigned char>(x >> shift));
        return *this;
    }
    uint64_t value() const { return hash_; }

private:
    uint64_t hash_ = 0xcbf29ce484222325;
};

// 16 hex digits.
inline std::string hex_text(uint64_t x) {
    std::string hex(16, '0');
    for (size_t i = 16; i-- > 0; x >>= 4) hex[i] = "0123456789abcdef"[x & 15];
    return hex;
}

}  // namespace foreshock
