// Numbers as they stand in the text of a record, without rounding on the way: money becomes integer micro-units exactly.
#pragma once

#include <cstddef>
#include <cstdint>
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

// The same for a text of at most kShortDecimal bytes after which at least as many may be read; quicker.
inline constexpr size_t kShortDecimal = 8;
std::optional<Decimal> parse_short_decimal(std::string_view text);

// The number times 10^power as an integer, half away from zero. Empty when it does not fit.
std::optional<int64_t> scaled(const Decimal& number, int power);

// The nearest double of a number and the text that it was parsed from. Empty when it is too large for one.
std::optional<double> to_double(const Decimal& number, std::string_view text);

}  // namespace foreshock
