// What a rule of the user's says: its text with what is known put in, or, where it has none, what holds. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "engine/match/firing.h"
#include "engine/warn/warning.h"

namespace foreshock {

// "shop volume is x2.1 its usual", "`db-1` connections_used is at 81 %".
std::string evidence_text(const Evidence& e);

// "(spike (volume, at least x2) and pressure (at least 90 %)) within 5 min": what a rule waits for.
std::string condition_text(const RuleCondition& c);

// The sentence of `w`, whose other fields are filled in. Times are UTC.
std::string rule_sentence(const Rule& rule, const WarningRevision& w, EventTime since, const std::vector<Evidence>& evidence);

}  // namespace foreshock
