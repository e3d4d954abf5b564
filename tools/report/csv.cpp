#include "tools/report/csv.h"

#include <fmt/format.h>

#include <cmath>

#include "connectors/format/json_value.h"

namespace foreshock {

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
}

std::string csv_number(double x) { return std::isnan(x) ? std::string{} : fmt::format("{}", rounded(x)); }

}  // namespace foreshock
