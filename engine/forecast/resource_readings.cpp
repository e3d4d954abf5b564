#include "engine/forecast/resource_readings.h"

#include <algorithm>
#include <cmath>

#include "engine/forecast/reading_math.h"

namespace foreshock {
namespace {

constexpr double kFillRise = 600, kFillAhead = 1200;  // demand of what fills goes on rising for the first, and is asked for the second
constexpr double kLongestLine = 120;          // minutes
constexpr double kHighShare = 0.9;            // of the knee: where harm may be expected
constexpr double kSurelySafe = 600;           // seconds after which a high level without harm is harmless
constexpr double kForgotten = 172800;         // seconds after which what was safe counts for 1/e
constexpr double kProvenFade = 0.05 / 86400;  // utilization a second

// Level of what fills, `kFillAhead` seconds on: demand rises for `kFillRise` seconds more and stays.
double filled(const Outlook& o) {
    if (!o.fills) return kUnknown;
    const double slope = std::abs(o.relative_demand_slope) < o.relative_demand_slope_error ? 0 : o.relative_demand_slope;
    const double extra = o.fill_per_demand * slope * kFillRise * (kFillAhead - kFillRise / 2);
    const double pulled = std::abs(o.fill_pull) > 1e-9 ? std::expm1(o.fill_pull * kFillAhead) / o.fill_pull : kFillAhead;
    return std::clamp(o.level + o.fill_rate * pulled + extra, 0.0, 5.0);
}

double scale_room(const ResourceEntry& r, uint32_t instances) {
    if (r.model == nullptr || !r.model->scaling || !r.model->scaling->automatic || !r.model->scaling->max || instances == 0) return 1;
    return std::max(1.0, *r.model->scaling->max / instances);
}

double line_minutes(double room, double slope) {
    if (std::isnan(room)) return kUnknown;
    if (room <= 0) return 0;
    return slope > 0 ? std::min(kLongestLine, room / slope / kMinute) : kLongestLine;
}

// What demand will make of it, at what it costs now.
double predicted_10min(const Outlook& o, double cost) { return std::max(o.predicted, o.predicted + o.predicted_slope * 600) * cost; }

// What demand makes of the utilization, now against then.
double growth(double level, double idle, double then) {
    return then - idle >= kLeastUse ? std::clamp((level - idle) / (then - idle), -1.0, kMostRatio) : kUnknown;
}

}  // namespace

void ResourceReadings::observe_strain(double since_harmed, double level, double knee, double seconds) {
    const auto dt = to_float(seconds);
    safe_seconds_ *= to_float(std::exp(-seconds / kForgotten));
    proven_ -= to_float(kProvenFade) * dt;
    if (since_harmed <= 0) {
        high_seconds_ = 0;
    } else if (level > kHighShare * knee) {
        high_seconds_ += dt;
        if (high_seconds_ > to_float(kSurelySafe)) safe_seconds_ += dt;
    } else {
        safe_seconds_ += std::min(high_seconds_, to_float(kSurelySafe));
        high_seconds_ = 0;
    }
    const auto before = to_float(level_.mean(10, 12));
    if (since_harmed > 12 * kMinute && !(before <= proven_) && !std::isnan(before)) proven_ = before;
}

// Of what demand alone explains, now.
double ResourceReadings::cost(const Sight& sight) {
    const double level = sight.gauge.level, predicted = sight.outlook.predicted;
    return predicted > 0.01 && !std::isnan(level) ? std::min(kMostRatio, level / predicted) : kUnknown;
}

void ResourceReadings::observe(const Sight& sight, double seconds) {
    const GaugeState& g = sight.gauge;
    fast_.age(seconds);
    slow_.age(seconds);
    since_sample_ += to_float(seconds);
    if (g.present && std::isfinite(g.utilization)) {
        const double y = sight.resource.kind == ResourceKind::memory ? g.level : g.utilization;  // without the saw-teeth
        const double span = std::min(300.0, static_cast<double>(since_sample_));
        if (!std::isnan(y)) { fast_.add(y, span); slow_.add(y, span); }
        since_sample_ = 0;
    }
    observe_strain(sight.owner.since_harmed, sight.outlook.level, sight.forecast.knee, seconds);
    level_.add(sight.outlook.level, seconds);
    cost_.add(cost(sight), seconds);
    instances_.add(g.instances > 0 ? g.instances : kUnknown, seconds);
    const ResourceBlock all = block(sight);
    const auto of = [&all](Feature x) { return all[static_cast<size_t>(x)]; };
    brief_ = {of(Feature::first_level), of(Feature::first_usual), of(Feature::first_predicted_10min), of(Feature::first_cost_drift),
              of(Feature::first_growth), of(Feature::first_growth_recent), of(Feature::first_slope_fast), of(Feature::first_slope),
              of(Feature::first_slope_slow), of(Feature::first_crossing), of(Feature::first_line_minutes), of(Feature::first_demand_minutes),
              urgency(sight)};
}

ResourceBlock ResourceReadings::block(const Sight& sight) const {
    const auto& [resource, g, o, f, owner] = sight;
    ResourceBlock out;
    const bool known = !std::isnan(o.level);
    const double cost_now = cost(sight);
    const double in5 = o.predicted + std::max(0.0, o.predicted_slope) * 300;
    const double scale = std::isnan(cost_now) ? 1 : cost_now, in_now = o.predicted * scale;
    const double in10 = predicted_10min(o, scale);
    const double rise = o.level - o.baseline;
    const double fill = filled(o);
    const auto put = [&out](Feature x, double v) { out[static_cast<size_t>(x)] = to_float(v); };
    put(Feature::first_level, o.level);
    put(Feature::first_sensor, fast_.valid() ? fast_.level() : kUnknown);
    put(Feature::first_predicted, o.predicted);
    put(Feature::first_predicted_5min, in5);
    put(Feature::first_predicted_10min, in10);
    put(Feature::first_usual, level_.mean(30, 60));
    put(Feature::first_peak, most(level_.most(0, 30), o.level));
    put(Feature::first_usual_high, g.usual_high);
    put(Feature::first_cost_ratio, std::isnan(o.predicted) ? kUnknown : o.cost_ratio);
    put(Feature::first_cost_drift, ratio(cost_now, cost_.mean(20, 40)));
    put(Feature::first_slope_fast, fast_.valid() ? 100 * kMinute * fast_.slope() : kUnknown);
    put(Feature::first_slope, known ? 100 * kMinute * o.slope : kUnknown);
    put(Feature::first_slope_slow, slow_.valid() ? 100 * kMinute * slow_.slope() : kUnknown);
    put(Feature::first_filled_20min, fill);
    put(Feature::first_significance, std::clamp(o.significance, -20.0, 100.0));
    put(Feature::first_noise, o.noise);
    put(Feature::first_rise_age, o.age_seconds);
    put(Feature::first_used_headroom, f.knee > o.baseline ? std::clamp(rise / (f.knee - o.baseline), -2.0, 5.0) : kUnknown);
    put(Feature::first_need_ratio, ratio(f.knee - o.idle, o.baseline - o.idle));
    put(Feature::first_crossing, f.crossing.probability);
    put(Feature::first_crossing_minutes, f.crossing.probability > 0.01 ? f.breach / kMinute : kUnknown);
    put(Feature::first_line_minutes, line_minutes(f.knee - o.level, o.slope));
    put(Feature::first_demand_minutes, line_minutes(f.knee - in_now, o.predicted_slope * scale));
    // Rows of an earlier kind may not have told instances apart: only a loss means something.
    put(Feature::first_lost_instances, std::max(0.0, 1 - ratio(g.instances, instances_.mean(30, 60))));
    put(Feature::first_scale_room, scale_room(resource, g.instances));
    put(Feature::first_silent, std::min(3600.0, g.silent_seconds));
    put(Feature::first_kind, static_cast<double>(resource.kind));
    put(Feature::first_hops, kUnknown);
    const double now = fast_.valid() ? fast_.level() : kUnknown;
    put(Feature::first_growth, growth(now, o.idle, level_.mean(30, 60)));
    put(Feature::first_growth_recent, growth(now, o.idle, level_.mean(4, 8)));
    put(Feature::first_apart, kUnknown);
    put(Feature::first_over_usual_high, o.level - g.usual_high);
    put(Feature::first_over_proven, o.level - static_cast<double>(proven_));
    put(Feature::first_high_minutes, static_cast<double>(high_seconds_) / kMinute);
    put(Feature::first_safe_minutes, static_cast<double>(safe_seconds_) / kMinute);
    put(Feature::first_owner_latency, owner.latency_rise);
    return out;
}

float ResourceReadings::urgency(const Sight& sight) {
    const Outlook& o = sight.outlook;
    const double cost_now = cost(sight), rise = o.level - o.baseline;
    const auto known_or_0 = [](double x) { return std::isnan(x) ? 0 : x; };
    const double next = std::max({known_or_0(o.level), o.significance > 2 ? known_or_0(o.level + 2 * rise) : 0, known_or_0(filled(o)),
                                  known_or_0(predicted_10min(o, std::isnan(cost_now) ? 1 : cost_now))});
    return to_float(next / std::max(0.05, sight.forecast.knee) + 0.5 * sight.forecast.crossing.probability);
}

}  // namespace foreshock
