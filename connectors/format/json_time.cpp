#include "connectors/format/json_time.h"

#include <cstring>

#include "connectors/format/decimal.h"
#include "engine/base/time.h"

namespace foreshock {
namespace {

constexpr size_t kDateBytes = 10;              // 2026-11-20
constexpr size_t kSecondsEnd = 19;             // 2026-11-20T09:00:00
constexpr size_t kLongestPlain = 30;           // nine digits of fraction and Z
constexpr int64_t kFractionUnits[] = {100000, 10000, 1000, 100, 10, 1, 0, 0, 0};

uint64_t load64(const char* p) {
    uint64_t x;
    std::memcpy(&x, p, sizeof x);
    return x;
}

// Microseconds of "09:00:00"; -1 when it is no time of day.
int64_t time_of_day(const char* p) {
    if (p[2] != ':' || p[5] != ':') return -1;
    constexpr uint64_t kColonToZero = 0x00000a00000a0000;  // of the little-endian word
    const uint64_t word = load64(p) ^ kColonToZero;
    constexpr uint64_t kHigh = 0xf0f0f0f0f0f0f0f0, kZeros = 0x3030303030303030, kSix = 0x0606060606060606;
    if ((word & kHigh) != kZeros || ((word + kSix) & kHigh) != kZeros) return -1;
    const int hour = (p[0] - '0') * 10 + (p[1] - '0');
    const int minute = (p[3] - '0') * 10 + (p[4] - '0');
    const int second = (p[6] - '0') * 10 + (p[7] - '0');
    if (hour > 23 || minute > 59 || second > 60) return -1;
    return ((hour * 60 + minute) * 60 + second) * int64_t{1'000'000};
}

}  // namespace

bool TimeReader::know_date(std::string_view date) {
    if (std::memcmp(date_, date.data(), kDateBytes) == 0) return true;
    char midnight[] = "YYYY-MM-DDT00:00:00Z";
    std::memcpy(midnight, date.data(), kDateBytes);
    const std::optional<EventTime> t = parse_rfc3339({midnight, sizeof midnight - 1});
    if (!t) return false;
    std::memcpy(date_, date.data(), kDateBytes);
    midnight_us_ = t->time_since_epoch().count();
    return true;
}

// Of a text that is longer.
bool TimeReader::know_second(std::string_view time) {
    if (std::memcmp(second_, time.data(), kSecondsEnd) == 0) return true;
    if (time[kDateBytes] != 'T') return false;
    const int64_t in_day = time_of_day(time.data() + kDateBytes + 1);
    if (in_day < 0 || !know_date(time.substr(0, kDateBytes))) return false;
    std::memcpy(second_, time.data(), kSecondsEnd);
    second_us_ = midnight_us_ + in_day;
    return true;
}

// The common form, UTC with Z and up to nine digits of fraction; empty for everything else, right or wrong.
std::optional<int64_t> TimeReader::read_plain(std::string_view text) {
    if (text.size() <= kSecondsEnd || text.size() > kLongestPlain || text.back() != 'Z' || !know_second(text)) return {};
    int64_t us = second_us_;
    if (text.size() == kSecondsEnd + 1) return us;
    if (text[kSecondsEnd] != '.' || text.size() == kSecondsEnd + 2) return {};
    for (size_t i = kSecondsEnd + 1; i + 1 < text.size(); ++i) {
        const unsigned digit = static_cast<unsigned char>(text[i] - '0');
        if (digit > 9) return {};
        us += digit * kFractionUnits[i - kSecondsEnd - 1];
    }
    return us;
}

std::optional<int64_t> TimeReader::read_any(std::string_view text) {
    if (const std::optional<int64_t> us = read_plain(text)) return us;
    if (const std::optional<EventTime> t = parse_rfc3339(text)) return t->time_since_epoch().count();
    return read_number(text);
}

std::optional<int64_t> TimeReader::read_number(std::string_view text) {
    const std::optional<Decimal> number = parse_decimal(text);
    if (!number) return {};
    const int64_t far = number->negative ? -kFarTime : kFarTime;
    const std::optional<int64_t> whole = scaled(*number, 0);
    if (!whole) return far;
    if (number->exponent >= 0) return from_epoch(*whole).time_since_epoch().count();
    const int64_t size = *whole < 0 ? -*whole : *whole;
    const int power = size < 100'000'000'000 ? 6 : size < 100'000'000'000'000 ? 3 : size < 100'000'000'000'000'000 ? 0 : -3;
    return scaled(*number, power).value_or(far);
}

}  // namespace foreshock
