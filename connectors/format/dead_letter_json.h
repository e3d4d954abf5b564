// A record that could not be used, as one JSON object:
// {"partition","offset","reason","what","record"}, or "record_base64" in place of "record" where its bytes are not UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "engine/event/event.h"
#include "engine/run/dead_letter.h"

namespace foreshock {

std::string dead_letter_json(std::string_view partition, const BadRecord& record);
// A warning that nobody took: {"receiver","reason","what","event"}.
std::string dead_letter_json(const UndeliveredWarning& warning);

}  // namespace foreshock
