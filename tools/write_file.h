// Whole files of text.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace foreshock {

// Replaces the file at `path`. Problem: it cannot be written; `what` names the text for people ("the report").
Status write_file(const std::string& path, std::string_view text, std::string_view what);

}  // namespace foreshock
