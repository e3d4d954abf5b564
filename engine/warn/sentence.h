// What a warning says in one sentence or two, for people: which resource, until when, what happens otherwise, why, how much is
// at risk. What is not known is left out. Times are UTC. Pure functions.
#pragma once

#include <string>

#include "engine/plan/model.h"
#include "engine/warn/warning.h"

namespace foreshock {

// "p95 latency < 300 ms", "error ratio < 1 %", "queue_age_s of notify-backlog < 60".
std::string promise_text(const Slo& slo);
// Of the promise that a service gets when none covers it: "db-68 below 90 % of its limit".
std::string capacity_promise_text(const std::string& resource, double knee);

// The sentence of `w`, whose other fields are filled in. `knee`: utilization below which the resource should stay.
// `from_trend_only`: no demand data stand behind it.
std::string sentence_of(const WarningRevision& w, double knee, bool from_trend_only);

// "4,100", "12", "0.35": a number as people read it, three significant digits.
std::string readable_number(double x);

}  // namespace foreshock
