// What a warning says in one sentence or two, for people: which resource, until when, what happens otherwise, why, how much is
// at risk. What is not known is left out. Times are UTC. Pure functions.
#pragma once

#include <limits>
#include <string>

#include "engine/plan/model.h"
#include "engine/warn/warning.h"

namespace foreshock {

// "p95 latency < 300 ms", "error ratio < 1 %", "queue_age_s of notify-backlog < 60".
std::string promise_text(const Slo& slo);
// Of the promise that a service gets when none covers it: "db-68 below 90 % of its limit".
std::string capacity_promise_text(const std::string& resource, double knee);

// What a sentence needs beside the revision.
struct SentenceFacts {
    double knee = 0.9;             // utilization below which the resource should stay
    bool from_trend_only = false;  // no demand data stand behind it
    std::string announced;         // campaign of the calendar that speaks before anything is seen; empty: none
    EventTime announced_for{};
    double announced_ratio = std::numeric_limits<double>::quiet_NaN();
};
// The sentence of `w`, whose other fields are filled in.
std::string sentence_of(const WarningRevision& w, const SentenceFacts& facts);

// "71 %": a ratio as people read it.
std::string whole_percent(double ratio);
// "4,100", "12", "0.35": a number as people read it, three significant digits.
std::string readable_number(double x);

}  // namespace foreshock
