// Part of the output of forecast: units that each resource needs, so that it stays below its knee for as long as it takes until a unit
// that is ordered now helps, and a while beyond.
#pragma once

#include "engine/detect/signal.h"

namespace foreshock {

struct CapacityNeed {
    ResourceIndex resource = kNoIndex;
    GaugeIndex gauge = kNoIndex;     // its tightest metric; kNoIndex: none is known
    double utilization = kUnknown;   // of that, now
    double forecast = kUnknown;      // the greatest until `horizon`, with the units that there are
    double knee = kUnknown;
    double headroom = kUnknown;      // share of the way to the knee that is left now, 1 .. below 0
    Micros horizon{};                // lead time of a unit, and ten minutes
    bool learned = false;            // by a learned response or balance; else in proportion to demand, and never fewer units than there are
    // Only where the model says how the resource scales; unknown otherwise, and while nothing is known of its use.
    double units = kUnknown;         // in use
    double needed = kUnknown;        // advised: up at once, down when fewer have been enough for half an hour
    bool enough = true;              // false: more would be needed than the model allows
    bool changed = false;            // `needed` is another one since this slot
};

// Demand of a service that is to be expected, over the present one: at the longest horizon of what it drives.
struct DemandForecast {
    double ratio = kUnknown;
    Micros horizon{};
};

}  // namespace foreshock
