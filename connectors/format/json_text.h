// Texts of JSON with escapes in them; those without are their own bytes.
#pragma once

#include <string>
#include <string_view>

namespace foreshock {

// Replaces `out` by what stands between the quotes, escapes resolved, as UTF-8. False when an escape is none, or names half a
// character.
bool unescape(std::string_view quoted, std::string& out);

}  // namespace foreshock
