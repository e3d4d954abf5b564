// Times of records: RFC 3339 with any offset, or epoch numbers told apart by magnitude (engine/base/time.h).
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace foreshock {

// Reads times to microseconds since the epoch. Remembers the last date and second, since the times of a stream are close together.
// One worker only.
class TimeReader {
public:
    // A time, or a number, as text. False when it is neither.
    bool read_text(std::string_view text, int64_t& us) {
        if (read_milliseconds(text, us)) return true;
        const std::optional<int64_t> any = read_any(text);
        us = any.value_or(0);
        return any.has_value();
    }
    // An epoch number; fractions are kept. A number beyond every time is kFarTime or -kFarTime.
    static std::optional<int64_t> read_number(std::string_view text);

    static constexpr int64_t kFarTime = int64_t{1} << 62;

private:
    // The commonest form by far, 2026-11-20T09:00:00.123Z, of the second that was read last; false for everything else.
    bool read_milliseconds(std::string_view text, int64_t& us) const {
        if (text.size() != 24 || std::memcmp(text.data(), second_, sizeof second_) != 0 || text[19] != '.' || text[23] != 'Z') return false;
        const auto digit = [&](size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i] - '0')); };
        if (digit(20) > 9 || digit(21) > 9 || digit(22) > 9) return false;
        us = second_us_ + (digit(20) * 100 + digit(21) * 10 + digit(22)) * int64_t{1000};
        return true;
    }
    std::optional<int64_t> read_any(std::string_view text);
    std::optional<int64_t> read_plain(std::string_view text);
    bool know_second(std::string_view time);
    bool know_date(std::string_view date);

    char second_[19] = {};  // 2026-11-20T09:00:00
    int64_t second_us_ = 0;
    char date_[10] = {};
    int64_t midnight_us_ = 0;
};

}  // namespace foreshock
