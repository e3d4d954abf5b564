// Invariants of the program itself. Input must never reach a failing check; a failure stops the process with the values.
#pragma once

#include <string>
#include <string_view>

namespace foreshock {

[[noreturn]] void check_failed(std::string_view what, std::string_view details, const char* file, int line);

// On in release builds too. `details` names the values that broke the invariant.
inline void check(bool holds, std::string_view what, std::string_view details = {}, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
    if (!holds) [[unlikely]] check_failed(what, details, file, line);
}

}  // namespace foreshock
