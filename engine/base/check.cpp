#include "engine/base/check.h"

#include <stdexcept>

namespace foreshock {
namespace {

[[noreturn]] void stop(const std::string& message) { throw std::logic_error(message); }

// The exception cannot leave: the runtime prints its message and aborts, with the failing stack still in the core.
[[noreturn]] void stop_process(const std::string& message) noexcept { stop(message); }

}  // namespace

void check_failed(std::string_view what, std::string_view details, const char* file, int line) {
    std::string message = "broken invariant at " + std::string(file) + ":" + std::to_string(line) + ": ";
    message += what;
    if (!details.empty()) {
        message += ": ";
        message += details;
    }
    stop_process(message);
}

}  // namespace foreshock
