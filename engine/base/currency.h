// Currencies as they travel: ISO letters packed into a number, 'E' << 16 | 'U' << 8 | 'R'; 0: none given.
#pragma once

#include <cstdint>
#include <string>

namespace foreshock {

// The letters; empty when none were given.
inline std::string currency_text(uint32_t packed) {
    std::string text;
    for (int shift = 16; shift >= 0; shift -= 8)
        if (const char c = static_cast<char>((packed >> shift) & 0xff); c != 0) text += c;
    return text;
}

}  // namespace foreshock
