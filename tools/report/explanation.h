// A warning as it was said, explained for people: every number that led to it, and what would come without each of its causes.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace foreshock {

// `data` of a warning's CloudEvent. What it does not hold is left out.
std::string explanation_text(const nlohmann::ordered_json& data);

}  // namespace foreshock
