#include "connectors/format/decimal.h"

#include <charconv>
#include <limits>

namespace foreshock {
namespace {

constexpr uint64_t kPowers[] = {1,
                                10,
                                100,
                                1000,
                                10000,
                                100000,
                                1000000,
                                10000000,
                                100000000,
                                1000000000,
                                10000000000,
                                100000000000,
                                1000000000000,
                                10000000000000,
                                100000000000000,
                                1000000000000000,
                                10000000000000000,
                                100000000000000000,
                                1000000000000000000,
                                10000000000000000000u};
constexpr int kLastPower = 19;
constexpr uint64_t kRoomForOneMore = 999'999'999'999'999'999;  // a nineteenth digit fits after this
constexpr int32_t kFarExponent = 1'000'000;                    // beyond any use; keeps sums of exponents small

constexpr double kExactPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr int kLastExactPower = 22;
constexpr uint64_t kLastExactInteger = uint64_t{1} << 53;

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// Takes the digits at p; each that is kept moves the exponent by `step_kept`, each cut off by `step_cut`.
const char* take_digits(const char* p, const char* end, Decimal& out, int step_kept, int step_cut) {
    for (; p < end && is_digit(*p); ++p) {
        if (out.digits <= kRoomForOneMore && out.first_cut < 0) {
            out.digits = out.digits * 10 + static_cast<uint64_t>(*p - '0');
            out.exponent += step_kept;
        } else {
            if (out.first_cut < 0) out.first_cut = static_cast<int8_t>(*p - '0');
            out.exponent += step_cut;
        }
    }
    return p;
}

// Takes the exponent after 'e'; null when there is none.
const char* take_exponent(const char* p, const char* end, Decimal& out) {
    const bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) ++p;
    if (p == end || !is_digit(*p)) return nullptr;
    int32_t value = 0;
    for (; p < end && is_digit(*p); ++p) {
        if (value < kFarExponent) value = value * 10 + (*p - '0');
    }
    out.exponent += negative ? -value : value;
    return p;
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text) {
    const char* p = text.data();
    const char* const end = p + text.size();
    Decimal out;
    if (p < end && *p == '-') {
        out.negative = true;
        ++p;
    }
    if (p == end || !is_digit(*p)) return {};
    if (*p == '0' && end - p > 1 && is_digit(p[1])) return {};
    p = take_digits(p, end, out, 0, 1);
    if (p < end && *p == '.') {
        const char* const first = ++p;
        p = take_digits(p, end, out, -1, 0);
        if (p == first) return {};
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p = take_exponent(p + 1, end, out);
    }
    if (p != end) return {};
    return out;
}

std::optional<int64_t> scaled(const Decimal& number, int power) {
    const int64_t shift = int64_t{number.exponent} + power;
    uint64_t size = number.digits;
    if (size == 0) return 0;
    if (shift > 0) {
        if (shift > kLastPower || __builtin_mul_overflow(size, kPowers[shift], &size)) return {};
    } else if (shift == 0) {
        if (number.first_cut >= 5) ++size;
    } else if (-shift > kLastPower) {
        size = 0;
    } else {
        const uint64_t unit = kPowers[-shift], rest = size % unit;
        size = size / unit + (rest >= unit - rest ? 1 : 0);
    }
    constexpr uint64_t kLargest = std::numeric_limits<int64_t>::max();
    if (size > kLargest) return {};
    return number.negative ? -static_cast<int64_t>(size) : static_cast<int64_t>(size);
}

// Small digits and a small power of ten are both exact doubles, so that one operation rounds once (Clinger, "How to read
// floating point numbers accurately", 1990).
std::optional<double> to_double(const Decimal& number, std::string_view text) {
    const int32_t e = number.exponent;
    if (number.digits <= kLastExactInteger && number.first_cut < 0 && e >= -kLastExactPower && e <= kLastExactPower) {
        const double size = static_cast<double>(number.digits);
        const double value = e < 0 ? size / kExactPowers[-e] : size * kExactPowers[e];
        return number.negative ? -value : value;
    }
    double value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) {
        if (e < 0 || number.digits == 0) return 0.0;
        return {};
    }
    return value;
}

}  // namespace foreshock
