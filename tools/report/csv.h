// Fields of a CSV file (RFC 4180). Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace foreshock {

// In quotes where it has to be.
std::string csv_field(std::string_view text);
// Six significant digits; empty for NaN.
std::string csv_number(double x);

}  // namespace foreshock
