// Output of forecast: for each promise, when it will be broken and how likely.
#pragma once

#include <string>
#include <vector>

#include "engine/correlate/incident.h"
#include "engine/forecast/capacity.h"
#include "engine/forecast/hazard_features.h"

namespace foreshock {

inline constexpr uint32_t kCapacityPromise = 0xffffffff;  // pseudo SLO: the limits of a service's resources, where nothing else is promised

struct Driver {
    DriverKind kind = DriverKind::other;
    std::string series;       // "checkout volume"
    double value = kUnknown;  // per second
    double baseline = kUnknown;
    double ratio = kUnknown;
    EventTime since{};
    std::vector<Contributor> contributors;
};

// What one reading adds to the logarithm of the odds of a breach; negative: it speaks against one.
struct Reason {
    Feature reading{};
    double value = 0, weight = 0;
};

// What would come if a cause were taken away, by the law of rises (README.md) over two hours.
struct Without {
    std::string node, what;     // as in Cause; "room": the resource could not run out
    double probability = 0;
    double seconds = kUnknown;  // until the breach; unknown: none is foreseen
};

// The numbers behind a forecast. Per second and as ratios, unless the name says otherwise; what is not known is NaN.
struct Grounds {
    struct {
        double value = kUnknown, below = kUnknown;
    } indicator;
    struct {
        double level = kUnknown, baseline = kUnknown, spread = kUnknown, slope_per_min = kUnknown, age_seconds = kUnknown;
    } demand;
    struct {
        double level = kUnknown, baseline = kUnknown, noise = kUnknown, slope_per_min = kUnknown, slope_error_per_min = kUnknown, age_seconds = kUnknown;
        double predicted = kUnknown, idle = kUnknown, cost_ratio = kUnknown;  // by the learned response; NaN without one
        double usual_high = kUnknown, knee = kUnknown, fill_per_min = kUnknown;
    } resource;
    struct {
        double probability = kUnknown, early_seconds = kUnknown, seconds = kUnknown, late_seconds = kUnknown;
    } law;
    std::vector<Without> without;
};

struct BreachForecast {
    ServiceIndex service = kNoIndex;
    uint32_t slo = kCapacityPromise;  // number in the service's SLOs
    double probability = 0;           // that a breach begins within the horizon
    // Moment of breach: median and 80 % interval. Meaningful when probability > 0.
    EventTime breach_at{}, earliest{}, latest{};
    EventTime act_before{};           // earliest less the lead time of the action; not before now
    GaugeIndex gauge = kNoIndex;      // what will run out
    double utilization = kUnknown, slope_per_min = 0, limit = kUnknown, headroom = kUnknown;
    double knee = 0.9;
    double units_needed = 0;          // more of the resource's scaling unit, as `capacity` advises; 0: none, or unknown
    Driver driver;
    std::vector<Cause> causes;
    double value_per_minute = 0;
    uint32_t currency = 0;
    bool violated = false;            // the promise is broken already
    bool learned = false;             // the learned decision spoke: its probability is smoothed over time
    bool from_trend_only = false;     // no demand data behind it
    std::string announced;            // campaign whose announcement outweighs what is seen; empty: none
    EventTime announced_for{};
    double announced_ratio = kUnknown;
    uint32_t instances = 0;           // of the resource
    const FeatureVector* features = &kNoFeatures;  // what led to the probability; the forecaster's
    std::vector<Reason> reasons;      // heaviest first; only of promises that are, or are about to be, warned of
    Grounds grounds;                  // of the same promises
    GaugeIndex urgent = kNoIndex;     // that the readings called "first" are of
};

// What maintenance of the calendar keeps from being said about a resource.
struct SuppressedForecast {
    GaugeIndex gauge = kNoIndex;
    double probability = 0;
};

struct Forecasts {
    SlotIndex slot;
    EventTime start, end, decided_at;
    std::vector<SuppressedForecast> suppressed;  // beyond the raising level, in the order of gauges
    std::vector<BreachForecast> promises;  // one for each (service, SLO), in a fixed order
    std::vector<CapacityNeed> capacity;    // [resource]
    std::vector<DemandForecast> demand;    // [service]
};

}  // namespace foreshock
