#include "engine/forecast/grounds_maker.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr double kHorizon = 7200;
constexpr double kWorthAWord = 0.05;

// When the gauge crosses its knee with `keep` of the rise that a cause makes up.
Crossing law_of(const Outlook& o, double knee, double ratio, double keep) {
    if (std::isnan(o.level)) return {};
    if (o.fills) {
        const double less = ratio > 1 ? (1 - keep) * (ratio - 1) / ratio : 0;  // of demand
        Filling fill = filling_of(o, knee);
        fill.rate -= less * fill.per_demand;
        fill.demand_slope *= keep;
        fill.horizon = kHorizon;
        return crossing_of(fill);
    }
    if (!has_risen(o)) return {};
    Rise rise = rise_of(o, knee);
    rise.level = o.baseline + keep * (o.level - o.baseline);
    rise.slope *= keep;
    rise.horizon = kHorizon;
    return crossing_of(rise);
}

double share_in(const Outlook& o, const Cause& cause) {
    const auto found = std::ranges::find_if(o.causes, [&](const Cause& c) { return c.node == cause.node && c.what == cause.what; });
    return found == o.causes.end() ? 0 : found->share;
}

double demand_ratio(const Signals& signals, const Outlook& o) {
    return o.driving_service == kNoIndex ? kUnknown : signals.services[o.driving_service].volume.ratio;
}

void put_resource(const Signals& signals, const Outlook& o, double knee, Grounds& out) {
    const GaugeState& g = signals.gauges[o.gauge];
    auto& r = out.resource;
    r.level = o.level;
    r.baseline = o.baseline;
    r.noise = o.noise;
    r.slope_per_min = 60 * o.slope;
    r.slope_error_per_min = 60 * o.slope_error;
    r.age_seconds = o.age_seconds;
    r.usual_high = g.usual_high;
    r.knee = knee;
    if (o.fills) r.fill_per_min = 60 * o.fill_rate;
    if (!o.from_demand) return;
    r.predicted = o.predicted;
    r.idle = o.idle;
    r.cost_ratio = o.cost_ratio;
}

void put_demand(const Signals& signals, ServiceIndex s, DriverKind kind, Grounds& out) {
    const DemandState& d = kind == DriverKind::value ? signals.services[s].value : signals.services[s].volume;
    out.demand.level = d.level;
    out.demand.baseline = d.baseline;
    out.demand.spread = d.spread;
    out.demand.slope_per_min = 60 * d.slope;
    out.demand.age_seconds = d.age_seconds;
}

}  // namespace

Grounds grounds_of(const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& forecasts, std::span<const GaugeIndex> reach,
                   const Inventory& inventory, const BreachForecast& f, const SloState* slo) {
    Grounds out;
    if (slo != nullptr) {
        out.indicator.value = slo->value;
        out.indicator.below = inventory.services()[slo->service].model->slos[slo->slo].below;
    }
    const Outlook* first = f.gauge == kNoIndex ? nullptr : &c.outlooks[f.gauge];
    const ServiceIndex driving = first != nullptr && first->driving_service != kNoIndex ? first->driving_service : c.entries[f.service];
    if (driving != kNoIndex) put_demand(signals, driving, f.driver.kind, out);
    if (first == nullptr) return out;
    put_resource(signals, *first, forecasts[f.gauge].knee, out);
    const Crossing law = law_of(*first, forecasts[f.gauge].knee, demand_ratio(signals, *first), 1);
    out.law.probability = law.probability;
    if (law.probability >= kWorthAWord) {
        out.law.early_seconds = law.early;
        out.law.seconds = law.median;
        out.law.late_seconds = law.late;
    }
    // The soonest of those that are left.
    const auto soonest = [&](Without w, auto keep) {
        for (const GaugeIndex g : reach) {
            const Outlook& o = c.outlooks[g];
            const double kept = keep(o);
            if (kept < 0) continue;
            const Crossing x = law_of(o, forecasts[g].knee, demand_ratio(signals, o), kept);
            if (x.probability < kWorthAWord || x.median >= w.seconds) continue;
            w.probability = x.probability;
            w.seconds = x.median;
        }
        out.without.push_back(std::move(w));
    };
    const std::string& resource = inventory.resources()[inventory.gauges()[f.gauge].resource].name;
    soonest({resource, "room", 0, kUnknown}, [&](const Outlook& o) { return inventory.gauges()[o.gauge].resource == inventory.gauges()[f.gauge].resource ? -1.0 : 1.0; });
    for (const Cause& cause : f.causes) soonest({cause.node, cause.what, 0, kUnknown}, [&](const Outlook& o) { return 1 - share_in(o, cause); });
    return out;
}

}  // namespace foreshock
