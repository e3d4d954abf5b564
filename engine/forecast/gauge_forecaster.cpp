#include "engine/forecast/gauge_forecaster.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr double kRiseNoise = 3, kLeastRise = 0.04;
constexpr double kCapacityAge = 180, kCapacityLevel = 0.5, kCapacityOverUsual = 1.1, kCapacityDiscount = 5.0 / 6;
constexpr double kPlainAge = 60, kPlainRise = 0.25, kPlainNoise = 10;  // nothing that happens by itself: less age is asked for
constexpr double kFillDiscount = 0.6;      // what fills without more demand than usual
constexpr double kRiseShare = 0.85;        // measured latency breaks somewhat before the fitted line crosses the knee …
constexpr double kWindow = 30;             // … and the indicator's window fills half-way
constexpr double kScalerSettle = 45;       // seconds from a new host to its share of the load

// The autoscaler adds capacity in time: after its delay the knee moves out.
double scaled_knee(const ResourceEntry& resource, const GaugeState& g, double knee, double above_target, double& free_after) {
    free_after = std::numeric_limits<double>::infinity();
    if (resource.model == nullptr || !resource.model->scaling || !resource.model->scaling->automatic) return knee;
    const ScalingModel& s = *resource.model->scaling;
    if (!s.max || !s.automatic_target || g.instances == 0 || *s.max <= g.instances) return knee;
    free_after = std::max(0.0, to_seconds(s.lead_time) + kScalerSettle - above_target);
    return knee * *s.max / g.instances;
}

Crossing scaled_crossing(const ResourceEntry& resource, const GaugeState& g, Rise rise, double above_target) {
    Crossing c = crossing_of(rise);
    double free_after = 0;
    const double later_knee = scaled_knee(resource, g, rise.knee, above_target, free_after);
    if (std::isinf(free_after) || c.probability <= 0) return c;
    if (above_target <= 0) {  // the scaler has not seen it yet: it will at the target
        const double target = *resource.model->scaling->automatic_target;
        free_after += rise.slope > 0 ? std::max(0.0, (target - rise.level) / rise.slope) : 0;
    }
    if (c.median <= free_after) return c;
    rise.knee = later_knee;
    return crossing_of(rise);
}

// Demand neither drives the rise nor explains most of it. Processors have no other reason to rise than what they are asked for.
bool rises_alone(ResourceKind kind, double level, const Outlook& o, double rise) {
    if (kind == ResourceKind::cpu || o.driving_service != kNoIndex) return false;
    return std::isnan(o.predicted) || level - o.predicted > 0.5 * rise;
}

}  // namespace

bool has_risen(const Outlook& o) { return o.level - o.baseline - o.job > std::max(kLeastRise, kRiseNoise * o.noise); }

Filling filling_of(const Outlook& o, double limit) {
    return {o.level, o.fill_rate, o.fill_per_demand, o.fill_pull, o.fill_error, o.relative_demand_slope, o.relative_demand_slope_error,
            o.demand_age_seconds, limit};
}

Rise rise_of(const Outlook& o, double knee) { return {o.level, o.slope, o.slope_error, o.age_seconds, knee}; }

double knee_of(const GaugeState& state, const Outlook& o) {
    if (!state.settled || std::isnan(state.usual_high)) return o.knee;
    return std::max(o.knee, std::min(0.99, state.usual_high + 0.02));
}

GaugeForecast GaugeForecaster::forecast(const ResourceEntry& resource, const GaugeState& state, const Outlook& o, bool demand_rises,
                                        double seconds, double limit) {
    GaugeForecast f;
    f.gauge = o.gauge;
    f.promised = !std::isnan(limit);
    f.knee = std::isnan(limit) ? knee_of(state, o) : limit;
    const bool scaled = resource.model != nullptr && resource.model->scaling && resource.model->scaling->automatic_target;
    above_target_ = scaled && o.level > *resource.model->scaling->automatic_target ? above_target_ + seconds : 0;
    straight_.step(seconds, state.present ? state.utilization : kUnknown, std::fmax(0, std::fmax(state.peak, state.usual_high)));
    if (std::isnan(o.level)) return f;
    if (!demand_rises && rises_alone(resource.kind, state.level, o, straight_.rise())) f.straight = straight_.crossing(state.level, f.knee);
    f.by_demand = o.driving_service != kNoIndex;
    if (o.fills) {
        f.crossing = crossing_of(filling_of(o, f.knee));
        f.breach = f.crossing.median + kWindow;
        f.breach_early = 10 + 0.8 * f.crossing.early;
        f.breach_late = f.crossing.late + 90;
        f.final_level = o.level + std::max(0.0, o.fill_rate) * 1800;
        if (!f.by_demand) f.crossing.probability *= kFillDiscount;
        return f;
    }
    const double rise = o.level - o.baseline;
    if (!has_risen(o)) return f;
    Rise r = rise_of(o, f.knee);
    if (!f.by_demand) {
        const double usual = std::isnan(state.usual_high) ? 0 : state.usual_high;
        const bool plain = o.age_seconds >= kPlainAge && rise > kPlainRise && rise > kPlainNoise * o.noise;
        if (o.age_seconds < kCapacityAge && !plain) return f;
        if (!(state.level > std::max(kCapacityLevel, kCapacityOverUsual * usual))) return f;
        r.level = state.level;
        r.slope = state.slope;
        r.slope_error = state.slope_error;
    }
    f.crossing = scaled_crossing(resource, state, r, above_target_);
    if (!f.by_demand) f.crossing.probability *= kCapacityDiscount;
    f.breach = kRiseShare * f.crossing.median + kWindow;
    f.breach_early = kRiseShare * (10 + 0.8 * f.crossing.early);
    f.breach_late = kRiseShare * (f.crossing.late + 90);
    f.final_level = std::min(3 * f.knee, o.level + std::max(0.0, o.slope) * time_left(o.age_seconds, 0.5));
    return f;
}

}  // namespace foreshock
