// Times of records: RFC 3339 with any offset, or epoch numbers told apart by magnitude (engine/base/time.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace foreshock {

// Reads times to microseconds since the epoch. Remembers the last date, since the times of a stream are close together.
// One worker only.
class TimeReader {
public:
    // A time, or a number, as text. Empty when it is neither.
    std::optional<int64_t> read_text(std::string_view text);
    // An epoch number; fractions are kept. A number beyond every time is kFarTime or -kFarTime.
    static std::optional<int64_t> read_number(std::string_view text);

    static constexpr int64_t kFarTime = int64_t{1} << 62;

private:
    std::optional<int64_t> read_plain(std::string_view text);
    bool know_date(std::string_view date);

    char date_[10] = {};
    int64_t midnight_us_ = 0;
};

}  // namespace foreshock
