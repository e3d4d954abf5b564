// The small languages of single values: durations, shares, sizes, times, regular expressions. Text in, number out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/time.h"

namespace foreshock {

// "10s", "5m", "28d", "250ms", "1h30m", "1.5h"; units us ms s m h d w. "0" needs no unit. Never negative.
std::optional<Micros> parse_duration(std::string_view text);
// Shortest text that parse_duration reads back: "1m30s".
std::string duration_text(Micros d);

// "99.5%" or "0.995": 0.995. Any finite number; the range is the reader's business.
std::optional<double> parse_share(std::string_view text);

// "256MiB", "64KiB", "1GB", "512B" or "512": bytes. Binary and decimal units.
std::optional<uint64_t> parse_size(std::string_view text);

// A finite decimal number with nothing after it.
std::optional<double> parse_number(std::string_view text);
std::optional<int64_t> parse_integer(std::string_view text);
// true, yes, on, false, no, off.
std::optional<bool> parse_boolean(std::string_view text);

// What is wrong with a regular expression (ECMAScript), if anything, and at which character (from 1).
struct ExpressionError {
    size_t position = 0;
    std::string what;
};
std::optional<ExpressionError> expression_error(const std::string& expression);

}  // namespace foreshock
