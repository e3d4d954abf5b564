// Numbers as they stand in the text of a record, without rounding on the way: money becomes integer micro-units exactly.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <string_view>

namespace foreshock {

// (-1)^negative × digits × 10^exponent. Digits beyond the nineteenth significant one are cut off: `first_cut` is the first of
// them (0..9), or -1 when nothing was cut off.
struct Decimal {
    uint64_t digits = 0;
    int32_t exponent = 0;
    bool negative = false;
    int8_t first_cut = -1;
};

// The JSON grammar of a number: no plus sign, no leading zeros, no bare point, no NaN or infinity.
std::optional<Decimal> parse_decimal(std::string_view text);

// The number times 10^power as an integer, half away from zero. Empty when it does not fit.
std::optional<int64_t> scaled(const Decimal& number, int power);

// The nearest double of a number and the text that it was parsed from. Empty when it is too large for one.
std::optional<double> to_double(const Decimal& number, std::string_view text);

// Below, the same for what most numbers of events are, to be inlined; false where the longer way may know more.
inline constexpr size_t kShortDecimal = 8;

// For a text of at most kShortDecimal bytes after which at least as many may be read; never negative, without an exponent in the text. All
// eight bytes at once, after Lemire, "Number parsing at a gigabyte per second" (2021): the text at the end of a word of zeros, its point
// taken out.
inline bool parse_short_decimal(std::string_view text, Decimal& out) {
    const auto is_digit = [](char c) { return static_cast<unsigned char>(c - '0') < 10; };
    const char* const p = text.data();
    const size_t n = text.size();
    if (n == 0 || !is_digit(p[0]) || !is_digit(p[n - 1])) return false;
    if (p[0] == '0' && n > 1 && p[1] != '.') return false;
    constexpr uint64_t kZeros = 0x3030303030303030, kPoints = 0x2e2e2e2e2e2e2e2e, kOnes = 0x0101010101010101;
    uint64_t word;
    std::memcpy(&word, p, sizeof word);
    if (n < kShortDecimal) word = word << (8 * (kShortDecimal - n)) | kZeros >> (8 * n);
    out.exponent = 0;
    const uint64_t other = word ^ kPoints, point = (other - kOnes) & ~other & (kOnes << 7);
    if (point != 0) {
        const int at = std::countr_zero(point) / 8;  // at least 1
        const uint64_t before = (uint64_t{1} << (8 * at)) - 1;
        word = (word & ~(before << 8 | 0xff)) | (word & before) << 8 | '0';
        out.exponent = at - 7;
    }
    word -= kZeros;
    if (((word | (word + 0x7676767676767676)) & (kOnes << 7)) != 0) return false;
    word = word * 10 + (word >> 8);  // pairs, in every second byte
    constexpr uint64_t kPairs = 0x000000ff000000ff, kUpper = 0x000f424000000064, kLower = 0x0000271000000001;
    out.digits = ((word & kPairs) * kUpper + (word >> 16 & kPairs) * kLower) >> 32;
    return true;
}

inline constexpr int64_t kShortPowers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};

// Of what parse_short_decimal has read, for which neither can be too large: no rounding but the one of a division of exact doubles.
inline bool scaled_short(const Decimal& number, int power, int64_t& out) {
    const auto shift = static_cast<uint32_t>(number.exponent + power);
    if (shift >= std::size(kShortPowers)) return false;
    out = static_cast<int64_t>(number.digits) * kShortPowers[shift];
    return true;
}
inline double to_double_short(const Decimal& number) {
    return static_cast<double>(number.digits) / static_cast<double>(kShortPowers[-number.exponent]);
}

}  // namespace foreshock
