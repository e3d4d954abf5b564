// What a demand to come, or fewer units, would do to every resource: which breaks first, when, what keeps it from breaking, which
// promises break with it. From what was learned; where nothing was, it says so. Pure functions of one moment.
#pragma once

#include <string>
#include <vector>

#include "engine/correlate/incident.h"
#include "engine/detect/signal.h"
#include "engine/forecast/demand_ahead.h"
#include "engine/plan/inventory.h"

namespace foreshock {

struct WhatIfQuestion {
    std::vector<ServiceIndex> services;           // whose demand changes
    double ratio = 1;                             // of what is usual at that time
    EventTime from = kBeginningOfTime, to = kEndOfTime;  // when it does
    ResourceIndex resource = kNoIndex;            // that gets other units, from now on
    double units = 0;                             // by so many; negative: fewer
    EventTime until{};                            // looked ahead so far
};

// By what a resource's use is foretold.
enum class Basis : uint8_t {
    learned,       // its learned response to demand
    balance,       // its learned balance of filling and draining
    proportional,  // nothing learned: between not moving at all and moving as demand does
    none,          // not even that
};
constexpr std::string_view to_string(Basis b) {
    constexpr std::string_view kNames[]{"learned", "balance", "proportional", "none"};
    return kNames[static_cast<size_t>(b)];
}

// `holds` and `breaks` are said of what was learned only.
enum class Prospect : uint8_t { breaks, may_break, unknown, holds };
constexpr std::string_view to_string(Prospect p) {
    constexpr std::string_view kNames[]{"breaks", "may_break", "unknown", "holds"};
    return kNames[static_cast<size_t>(p)];
}

struct PromiseAtRisk {
    ServiceIndex service = kNoIndex;
    uint32_t slo = 0;  // number among the service's
};

// One gauge. Utilizations are value / limit and may be above 1: wanted more than wholly. Unknown numbers are NaN.
struct GaugeOutcome {
    GaugeIndex gauge = kNoIndex;
    Basis basis = Basis::none;
    Prospect outcome = Prospect::unknown;
    double share = 0;               // of its owner's demand that changes …
    bool share_guessed = false;     // … weighed by the volumes of the callers
    double now = kUnknown;          // utilization now
    double at_once = kUnknown;      // at this moment's usual demand, changed as asked
    double peak = kUnknown, peak_low = kUnknown, peak_high = kUnknown;  // greatest until `until`, and its 80 % interval
    EventTime peak_at{};
    double knee = kUnknown, limit = kUnknown;
    double headroom = kUnknown;     // knee - peak; negative: beyond
    bool breaks_now = false;        // the knee is passed as soon as demand changes
    EventTime breaks_at{};          // unset: never, or unknown
    double holds_to = kUnknown;     // greatest ratio of demand that stays below the knee at its busiest time
    double cost_ratio = 1;          // what a transaction costs now, as a multiple of the usual; in the figures
    struct {
        double have = kUnknown, needed = kUnknown, needed_high = kUnknown;  // high: at the upper end of the interval
        bool enough = true;         // false: the model allows no more
        double cost_per_hour = kUnknown, cost = kUnknown;  // of what has to be added; per hour, and from `order_by` until `until`
        EventTime order_by{};       // when it breaks, less the lead time
    } units;                        // unknown without `scaling` in the model
    std::vector<PromiseAtRisk> promises;
};

struct WhatIf {
    EventTime now{}, until{};
    double demand_now = kUnknown;    // of the services asked for, per second …
    double demand_usual = kUnknown;  // … and what is usual
    bool shaped = true;              // false: no earlier day is known, demand is taken as staying what it is
    std::vector<GaugeOutcome> gauges;  // affected ones: what breaks in the order of breaking, then what may, is unknown, holds
};

WhatIf what_if(const Inventory& inventory, const Signals& signals, const Correlation& correlation, const DemandAhead& ahead,
               const WhatIfQuestion& question);

}  // namespace foreshock
