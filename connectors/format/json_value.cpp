#include "connectors/format/json_value.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace foreshock {

double rounded(double x) {
    if (!std::isfinite(x)) return x;
    if (std::fabs(x) >= 1e5) return std::round(x);
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, x, std::chars_format::scientific, 5).ptr;
    double out = 0;
    std::from_chars(text, end, out);
    return out == 0 ? 0.0 : out;  // no negative zero
}

void put_number(nlohmann::ordered_json& object, std::string_view key, double x) {
    if (!std::isfinite(x)) return;
    const double r = rounded(x);
    if (r == std::trunc(r) && std::fabs(r) < 9e15) {
        object[std::string(key)] = static_cast<int64_t>(r);
    } else {
        object[std::string(key)] = r;
    }
}

void put_time(nlohmann::ordered_json& object, std::string_view key, EventTime t) {
    if (t == EventTime{} || t == kBeginningOfTime || t == kEndOfTime) return;
    object[std::string(key)] = to_rfc3339(t);
}

std::string to_line(const nlohmann::ordered_json& value) {
    return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace foreshock
