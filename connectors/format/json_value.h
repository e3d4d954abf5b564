// Building blocks of the JSON that leaves the program: fixed key order, fixed rounding, unknown values left out, so
// that the same warning is the same bytes everywhere.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "engine/base/time.h"

namespace foreshock {

// Rounds to six significant digits, but never within the whole part: 0.8123457 -> 0.812346, 17179869184.4 ->
// 17179869184. NaN and infinities stay as they are.
double rounded(double x);

// Sets `key` to the rounded number, a whole number without a fraction ("600", not "600.0"); NaN and infinities: no key.
void put_number(nlohmann::ordered_json& object, std::string_view key, double x);

// Sets `key` to RFC 3339 with milliseconds, UTC; an unset time (the epoch, or the ends of time): no key.
void put_time(nlohmann::ordered_json& object, std::string_view key, EventTime t);

// One line of UTF-8; bytes that are no UTF-8 become U+FFFD.
std::string to_line(const nlohmann::ordered_json& value);

}  // namespace foreshock
