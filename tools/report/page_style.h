// The look of the report.
#pragma once

#include <string_view>

namespace foreshock {

extern const std::string_view kPageStyle;  // CSS

}  // namespace foreshock
