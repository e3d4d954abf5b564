// A question as people ask it, by names, made one of the engine's.
#pragma once

#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/forecast/what_if.h"
#include "tools/what_if/moment.h"

namespace foreshock {

struct WhatIfRequest {
    std::string service;                // whose demand changes
    std::optional<double> demand;       // by this ratio
    std::string campaign;               // or as this entry of the calendar announces
    std::string resource;               // that gets other units
    std::optional<double> units;        // by so many
    std::string until;                  // RFC 3339, or a duration from now; empty: the end of the campaign, else a day
};

// The time named by `until`, or announced by the campaign, where it is known before anything is read: as far as demand has to be
// looked ahead. kBeginningOfTime where nothing is named; a duration counts from the moment of asking and is the caller's.
EventTime named_end(const WhatIfRequest& r, const Model& model);
// `until` as a duration; zero when it is none.
Micros named_length(const WhatIfRequest& r);

// Problems: names that are not known, with the nearest one; nothing asked; numbers out of range; an end that is not ahead, or more
// than a week ahead.
Result<WhatIfQuestion> to_question(const WhatIfRequest& r, const Moment& moment);

}  // namespace foreshock
