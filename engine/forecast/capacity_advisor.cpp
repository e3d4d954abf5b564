#include "engine/forecast/capacity_advisor.h"

#include <algorithm>
#include <cmath>

#include "engine/forecast/continuation.h"

namespace foreshock {
namespace {

constexpr Micros kMargin = std::chrono::minutes{10};  // beyond the lead time of a unit
constexpr double kUpAfter = 30, kDownAfter = 1800, kForgetAfter = 600;  // seconds
constexpr double kRisen = 2.5;                        // deviations above the usual from which a rise goes on
constexpr double kLeastSeason = 0.2, kMostSeason = 5, kMostRatio = 20;

Micros horizon_of(const ResourceEntry& r) { return (r.model != nullptr && r.model->scaling ? r.model->scaling->lead_time : Micros{0}) + kMargin; }

double season_ahead(const Signals& signals, ServiceIndex s, Measure m, Micros ahead) {
    if (signals.usual == nullptr) return 1;
    const double now = signals.usual->at(s, m, signals.end), then = signals.usual->at(s, m, signals.end + ahead);
    return now > 0 && !std::isnan(then) ? std::clamp(then / now, kLeastSeason, kMostSeason) : 1;
}

}  // namespace

double demand_ratio_ahead(const Signals& signals, ServiceIndex s, Micros ahead, const CalendarEvidence& calendar) {
    const DemandState& d = signals.services[s].volume;
    if (!(d.level > 0)) return kUnknown;
    double ratio = season_ahead(signals, s, Measure::volume, ahead);
    if (d.z > kRisen && d.slope > 0) ratio += d.slope * std::min(to_seconds(ahead), time_left(d.age_seconds, 0.5)) / d.level;
    if (d.baseline > 0) ratio = std::max(ratio, calendar.announced(s, signals.end, ahead) * d.baseline / d.level);
    return std::min(ratio, kMostRatio);
}

bool SteadyNumber::step(double asked, bool urgent, double seconds) {
    const double before = value_;
    if (std::isnan(asked)) {
        silent_ += seconds;
        if (silent_ >= kForgetAfter) *this = SteadyNumber{};
        return !std::isnan(before) && std::isnan(value_);
    }
    silent_ = 0;
    above_ = asked > value_ ? above_ + seconds : 0;
    most_below_ = below_ > 0 ? std::max(most_below_, asked) : asked;
    below_ = asked < value_ ? below_ + seconds : 0;
    if (std::isnan(value_) || (above_ > 0 && (urgent || above_ >= kUpAfter))) {
        value_ = asked;
        above_ = below_ = 0;
    } else if (below_ >= kDownAfter) {
        value_ = most_below_;
        below_ = 0;
    }
    return value_ != before;
}

void CapacityAdvisor::grow() {
    if (known_resources_ == inventory_.resources().size() && horizons_.size() == inventory_.services().size()) return;
    known_resources_ = inventory_.resources().size();
    advised_.resize(known_resources_);
    horizons_.assign(inventory_.services().size(), kMargin);
    for (ServiceIndex s = 0; s < horizons_.size(); ++s)
        for (const ServiceIndex reached : inventory_.reach(s))
            for (const ResourceIndex r : inventory_.services()[reached].resources) horizons_[s] = std::max(horizons_[s], horizon_of(inventory_.resources()[r]));
}

// What one metric asks for. Writes the forecast of it into `need`.
CapacityAdvisor::Asked CapacityAdvisor::ask(const Signals& signals, const Correlation& c, const GaugeForecast& g, bool urgent,
                                            CapacityNeed& need) const {
    const GaugeState& state = signals.gauges[g.gauge];
    const Outlook& o = c.outlooks[g.gauge];
    const ResourceEntry& resource = inventory_.resources()[need.resource];
    const double ahead = to_seconds(need.horizon);
    const double demand = o.demand_of == kNoIndex ? kUnknown : demand_ratio_ahead(signals, o.demand_of, need.horizon, calendar_);
    UnitLoad load{0, o.level, false};
    need.learned = o.fills || (o.response.known && !std::isnan(demand));
    if (o.fills) {
        const double more = std::isnan(demand) ? 0 : std::max(0.0, demand - 1) / 2;  // on the way there
        load.demand += ahead * std::max(0.0, o.fill_rate + o.fill_per_demand * more);
    } else {
        if (o.response.known) load.idle = std::min(o.response.idle, o.level);
        load.demand = o.level - load.idle;
        if (!fills_up(resource.kind) && !std::isnan(demand)) load.demand *= std::max(1.0, demand);
    }
    // A promise will be broken by it: then the whole rise counts, beyond the horizon too.
    if (urgent) load.demand = std::max(load.demand, g.final_level - load.idle);
    need.gauge = g.gauge;
    need.utilization = o.level;
    need.forecast = load.utilization();
    need.knee = g.knee;
    need.headroom = 1 - o.level / g.knee;
    if (resource.model == nullptr || !resource.model->scaling || resource.kind == ResourceKind::queue) return {};
    const ScalingModel& scaling = *resource.model->scaling;
    if (!counts_units(scaling, resource, signals.gauges, g.gauge)) return {};
    need.units = units_in_use(scaling, state);
    load.instances = need.learned && !o.fills && counts_instances(scaling, state);
    UnitsNeeded n = units_needed(scaling, need.units, load, g.knee);
    if (!need.learned && n.units < need.units) n.units = need.units;
    return {n.units, n.enough};
}

CapacityNeed CapacityAdvisor::judge(ResourceIndex r, const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& gauges,
                                    const std::vector<double>& likely, double seconds) {
    CapacityNeed need;
    need.resource = r;
    need.horizon = horizon_of(inventory_.resources()[r]);
    Asked asked;
    bool urgent = false;
    for (const GaugeIndex g : inventory_.resources()[r].gauges) {
        if (std::isnan(c.outlooks[g].level) || !(gauges[g].knee > 0)) continue;
        CapacityNeed one = need;
        const bool pressing = likely[g] >= options_.warn.raise_probability;
        const Asked a = ask(signals, c, gauges[g], likely[g] >= options_.warn.clear_probability, one);
        const bool more = !std::isnan(a.units) && !(a.units <= asked.units);
        const bool tighter = std::isnan(a.units) && std::isnan(asked.units) && !(one.headroom >= need.headroom);
        if (!more && !tighter) continue;
        asked = a;
        urgent = pressing;
        need = one;
    }
    SteadyNumber& advised = advised_[r];
    need.changed = advised.step(asked.units, urgent, seconds);
    need.needed = advised.value();
    need.enough = asked.enough;
    return need;
}

void CapacityAdvisor::advise(const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& gauges, double seconds,
                             Forecasts& f) {
    grow();
    std::vector<double> likely(gauges.size());
    for (const BreachForecast& p : f.promises)
        if (p.gauge != kNoIndex) likely[p.gauge] = std::max(likely[p.gauge], p.probability);
    f.capacity.clear();
    for (ResourceIndex r = 0; r < known_resources_; ++r) f.capacity.push_back(judge(r, signals, c, gauges, likely, seconds));
    f.demand.resize(horizons_.size());
    for (ServiceIndex s = 0; s < horizons_.size(); ++s) f.demand[s] = {demand_ratio_ahead(signals, s, horizons_[s], calendar_), horizons_[s]};
    for (BreachForecast& p : f.promises) {
        if (p.gauge == kNoIndex) continue;
        const CapacityNeed& need = f.capacity[inventory_.gauges()[p.gauge].resource];
        const double more = need.needed - need.units;
        p.units_needed = more > 0 ? more : 0;
    }
}

}  // namespace foreshock
