// Demand to come, of every service: today's level, carried on along the usual shape of day and week. A value of its own, so that it
// may be kept beside a copy of the signals. One worker only while it is made, then read-only.
#pragma once

#include <vector>

#include "engine/detect/signal.h"

namespace foreshock {

struct DemandAhead {
    static constexpr Micros kStep = std::chrono::minutes{5};
    static constexpr Micros kLongest = std::chrono::hours{24 * 7};  // the shape is that of a week

    struct Curve {
        bool shaped = false;               // an earlier day is known; else demand is taken as staying what it is
        std::vector<float> volume, value;  // per second, each kStep from `start` on; empty: unknown
    };
    EventTime start{};
    std::vector<Curve> services;  // [service]

    size_t steps() const;
    // NaN where it is unknown; after the end, as at the end.
    double volume(ServiceIndex s, EventTime t) const { return at(services[s].volume, t); }
    double value(ServiceIndex s, EventTime t) const { return at(services[s].value, t); }

private:
    double at(const std::vector<float>& curve, EventTime t) const;
};

// From the end of the slot until `until`, at most kLongest. What makes today unlike what is usual fades by half in six hours.
DemandAhead demand_ahead(const Signals& signals, EventTime until);

}  // namespace foreshock
