// Logging of the program, on standard error: one line a change of state. Hides the logging library. Any thread.
#pragma once

#include <string_view>

#include "connectors/http/log.h"
#include "rules/config.h"

namespace foreshock {

// Level and form of all following lines. JSON: one object a line with time, level and message.
void set_up_log(LogThreshold level, bool json);

void log(LogLevel level, std::string_view text);
void log_debug(std::string_view text);

// For connectors, which know no logging of their own.
LogCallback log_callback();

}  // namespace foreshock
