// A number in 16 bits, for what is kept in bulk: sign, 6 bits of exponent, 9 of fraction. Within 0.1 % from 2^-30 to 2^34; smaller
// ones are 0, greater ones the greatest. NaN is one. Sums are not made in it. Plain value.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace foreshock {

class ShortFloat {
public:
    ShortFloat() = default;  // 0
    explicit ShortFloat(double x) : bits_(of(static_cast<float>(x))) {}
    explicit operator float() const {
        const uint32_t sign = static_cast<uint32_t>(bits_ & kSign) << 16, rest = bits_ & kNan;
        if (rest == kNan) return std::bit_cast<float>(sign | 0x7fc00000U);
        return std::bit_cast<float>(sign | (rest == 0 ? 0 : (rest + kLeast) << kDropped));
    }
    explicit operator double() const { return static_cast<double>(static_cast<float>(*this)); }
    bool operator==(const ShortFloat&) const = default;  // of the bits: NaN equals NaN, 0 does not equal -0

private:
    static constexpr int kDropped = 14;                       // bits of a float's fraction
    static constexpr uint32_t kLeast = (127U - 30U) << 9;     // what 0 stands at, in bits of a float without the dropped ones
    static constexpr uint16_t kSign = 0x8000, kNan = 0x7fff;

    static uint16_t of(float x) {
        const auto bits = std::bit_cast<uint32_t>(x);
        const auto sign = static_cast<uint16_t>((bits >> 16) & kSign);
        if (std::isnan(x)) return sign | kNan;
        const uint32_t rounded = ((bits & 0x7fffffffU) + (1U << (kDropped - 1))) >> kDropped;
        return static_cast<uint16_t>(sign | (rounded <= kLeast ? 0U : std::min(rounded - kLeast, kNan - 1U)));
    }

    uint16_t bits_ = 0;
};

}  // namespace foreshock
