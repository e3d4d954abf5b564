// What a run prints at its end: totals for people, or one JSON object for programs.
#pragma once

#include <string>
#include <vector>

#include "engine/run/metrics.h"
#include "tools/lead_times.h"

namespace foreshock {

// {"events":…,"seconds":…,"events_per_second":…,"late":…,"dropped":{…},"warnings":…,…}
std::string totals_json(const RunTotals& totals, const std::vector<Breach>& breaches);
// A few lines: events and pace, drops by reason where there are any, warnings, and each breach with its lead time.
std::string totals_text(const RunTotals& totals, const std::vector<Breach>& breaches);

}  // namespace foreshock
