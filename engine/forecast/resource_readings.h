// Readings of one gauge for the learned decision, and what they need of the last hour and days. One worker only.
#pragma once

#include <limits>

#include "engine/base/mean_history.h"
#include "engine/base/trend_filter.h"
#include "engine/forecast/gauge_forecaster.h"
#include "engine/forecast/hazard_features.h"

namespace foreshock {

// In the order of FORESHOCK_RESOURCE_READINGS. What depends on who asks (hops, apart) is left unknown.
inline constexpr size_t kResourceFeatures = static_cast<size_t>(Feature::second_level);
using ResourceBlock = std::array<float, kResourceFeatures>;

class ResourceReadings {
public:
    struct Owner {
        double latency_rise = kUnknown;   // p95 against its usual
        double since_harmed = kUnknown;   // seconds since a promise of the owner or of who waits for it was broken; unknown: never
    };
    // What is known of the gauge in this slot. `forecast`: by physics, before any other shields it.
    struct Sight {
        const ResourceEntry& resource;
        const GaugeState& gauge;
        const Outlook& outlook;
        const GaugeForecast& forecast;
        Owner owner;
    };
    // Of the block, what every promise asks every resource for, as long as nobody knows which of them matter.
    struct Brief {
        float level = 0, usual = 0, predicted_10min = 0, cost_drift = 0, growth = 0, growth_recent = 0;
        float slope_fast = 0, slope = 0, slope_slow = 0;
        float crossing = 0, line_minutes = 0, demand_minutes = 0;
        float urgency = 0;  // how near the limit it is or will be; the greatest come first
    };

    // Once a slot of `seconds`.
    void observe(const Sight& sight, double seconds);
    const Brief& brief() const { return brief_; }
    // All readings, after `observe` of the same.
    ResourceBlock block(const Sight& sight) const;

    template <class A>
    void archive(A& a) { a(fast_, slow_, level_, cost_, instances_, since_sample_, proven_, high_seconds_, safe_seconds_); }

private:
    static double cost(const Sight& sight);
    static float urgency(const Sight& sight);
    // What is borne without harm.
    void observe_strain(double since_harmed, double level, double knee, double seconds);

    TrendFilter<45> fast_;
    TrendFilter<300> slow_;
    MeanHistory level_, cost_, instances_;
    float since_sample_ = 0;
    float proven_ = std::numeric_limits<float>::quiet_NaN();  // highest level borne without a broken promise, fading
    float high_seconds_ = 0, safe_seconds_ = 0;
    Brief brief_;  // of this slot, made anew
};

}  // namespace foreshock
