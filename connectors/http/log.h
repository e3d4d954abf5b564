// How connectors say what happened: one line for each change of state. Logging itself lives in tools.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace foreshock {

enum class LogLevel : uint8_t { info, warning, error };

// Called from worker threads, several at once; must not throw. An empty callback is legal and means silence.
using LogCallback = std::function<void(LogLevel, std::string_view)>;

}  // namespace foreshock
