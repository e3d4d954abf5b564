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
    // Once a slot of `seconds`. `f`: forecast by physics, before any other shields it.
    void observe(const ResourceEntry& resource, const GaugeState& g, const Outlook& o, const GaugeForecast& f, const Owner& owner,
                 double seconds);

    const ResourceBlock& block() const { return block_; }
    // `f`: one of those called first.
    double operator[](Feature f) const { return static_cast<double>(block_[static_cast<size_t>(f)]); }
    // How near the limit it is or will be; the greatest come first.
    float urgency() const { return urgency_; }

    template <class A>
    void archive(A& a) { a(fast_, slow_, level_, cost_, instances_, since_sample_, proven_, high_seconds_, safe_seconds_); }

private:
    // What is borne without harm.
    void observe_strain(double since_harmed, double level, double knee, double seconds);

    TrendFilter fast_{45}, slow_{300};
    MeanHistory level_, cost_, instances_;
    float since_sample_ = 0;
    float proven_ = std::numeric_limits<float>::quiet_NaN();  // highest level borne without a broken promise, fading
    float high_seconds_ = 0, safe_seconds_ = 0;
    // Of this slot, made anew.
    ResourceBlock block_{};
    float urgency_ = 0;
};

}  // namespace foreshock
