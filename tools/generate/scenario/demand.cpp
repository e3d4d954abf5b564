#include "tools/generate/scenario/demand.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

double smooth(double x) {
    x = std::clamp(x, 0.0, 1.0);
    return x * x * (3 - 2 * x);
}

double bump(double hour, double at, double width) {
    const double d = std::remainder(hour - at, 24.0);
    return std::exp(-0.5 * d * d / (width * width));
}

double hold_and_fall(const DemandEvent& e, double after_rise) {
    return after_rise < e.hold_s ? 1 : 1 - smooth((after_rise - e.hold_s) / e.fall_s);
}

double steps(const DemandEvent& e, double x) {
    if (x < e.rise_s) return 0.45;
    if (x < 2 * e.rise_s) return 0.75;
    return hold_and_fall(e, x - 2 * e.rise_s);
}

double growth(const DemandEvent& e, double x) {
    if (x >= e.rise_s) return hold_and_fall(e, x - e.rise_s);
    return (std::exp(3.2 * x / e.rise_s) - 1) / (std::exp(3.2) - 1);
}

}  // namespace

double usual_demand(const DayProfile& p, int64_t epoch_s) {
    const double hour = static_cast<double>(epoch_s % 86400) / 3600.0;
    const double day = bump(hour, p.morning_h, 3.2) + p.evening_weight * bump(hour, p.evening_h, 2.8);
    const int64_t weekday = (epoch_s / 86400 + 3) % 7;  // 0 is Monday
    return (p.low + (1.55 - p.low) * std::min(1.25, day)) * (weekday >= 5 ? p.weekend : 1);
}

double height(const DemandEvent& e, double t) {
    const double x = t - e.start_s;
    if (x < 0) return 0;
    switch (e.form) {
        case DemandForm::ramp:
            return x < e.rise_s ? smooth(x / e.rise_s) : hold_and_fall(e, x - e.rise_s);
        case DemandForm::spot:
            return x < e.rise_s ? smooth(x / e.rise_s) : std::exp(-(x - e.rise_s) / e.fall_s);
        case DemandForm::steps:
            return steps(e, x);
        case DemandForm::exponential:
            return growth(e, x);
        case DemandForm::bell: {
            const double all = e.rise_s + e.hold_s + e.fall_s;
            return x >= all ? 0 : 0.5 - 0.5 * std::cos(2 * M_PI * x / all);
        }
        case DemandForm::herd:
            return x < e.hold_s ? -1 : std::exp(-(x - e.hold_s) / e.fall_s) * smooth((x - e.hold_s) / e.rise_s);
    }
    return 0;
}

double onset(const DemandEvent& e) { return e.form == DemandForm::herd ? e.start_s + e.hold_s : e.start_s; }

double ending(const DemandEvent& e) {
    switch (e.form) {
        case DemandForm::spot:
            return e.start_s + e.rise_s + 2.5 * e.fall_s;
        case DemandForm::steps:
            return e.start_s + 2 * e.rise_s + e.hold_s + e.fall_s;
        case DemandForm::herd:
            return e.start_s + e.hold_s + e.rise_s + 2.5 * e.fall_s;
        default:
            return e.start_s + e.rise_s + e.hold_s + e.fall_s;
    }
}

DemandNow demand_at(const ScenarioSpec& spec, const EntryDemand& entry, double t, uint64_t off) {
    const int64_t now = spec.live_start + static_cast<int64_t>(std::floor(t));
    const double usual = entry.rate * usual_demand(spec.profile, now) / usual_demand(spec.profile, spec.live_start);
    DemandNow d;
    double through = 1, tagged = 0, total = 0;
    ClassMix more{};
    for (size_t i = 0; i < spec.demand.size(); ++i) {
        const DemandEvent& e = spec.demand[i];
        const double h = (off >> i & 1) != 0 ? 0 : height(e, t);
        if (h < 0) through = 0.04;
        if (h <= 0) continue;
        for (size_t k = 0; k < kClasses; ++k) {
            more[k] += e.excess[k] * h;
            if (!e.campaign.empty()) tagged += std::max(0.0, usual * entry.share[k] * e.excess[k] * h);
        }
        d.value += e.value_excess * h;
    }
    for (size_t k = 0; k < kClasses; ++k)
        total += d.rate[k] = usual * entry.share[k] * std::max(0.0, 1 + more[k]) * through;
    d.campaign_share = total > 0 ? std::min(1.0, tagged / total) : 0;
    return d;
}

}  // namespace foreshock
