#include "engine/forecast/what_if.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "engine/forecast/demand_share.h"
#include "engine/forecast/gauge_forecaster.h"
#include "engine/forecast/scaling.h"

namespace foreshock {
namespace {

constexpr double kIn80 = 1.2816;          // deviations of a normal law that hold 80 %
constexpr double kGuess = 0.5;            // a share by volumes may be off by so much of itself
// How far a surge is off the straight line of ordinary days, as a share of the rise: other transactions come, and what holds a thread or
// a connection holds it longer. 80 % of 416 cases in generated surges lay between these (tools/quality/README.md).
constexpr double kLessThanSaid = 0.12, kMoreOfCpu = 0.3, kMoreOfOthers = 0.7;
constexpr double kDearer = 1.15;          // from here on what a transaction costs now goes into the figures
constexpr double kFillStep = 60;          // seconds

// What one resource is made of at one moment.
struct Point {
    UnitLoad load;       // with the units that are there now
    double low, high;    // 80 % interval of its utilization
};

class Asking {
public:
    Asking(const Inventory& inventory, const Signals& signals, const Correlation& correlation, const DemandAhead& ahead,
           const WhatIfQuestion& question)
        : inventory_(inventory), signals_(signals), correlation_(correlation), ahead_(ahead), q_(question),
          shares_(demand_shares(inventory, signals, question.services)) {
        const EventTime now = signals.end;
        for (EventTime t = now; t <= q_.until; t += DemandAhead::kStep) times_.push_back(t);
        for (const EventTime t : {q_.from, q_.to})
            if (t > now && t < q_.until) times_.push_back(t);
        std::ranges::sort(times_);
        times_.erase(std::unique(times_.begin(), times_.end()), times_.end());
    }

    WhatIf answer();

private:
    bool asked(EventTime t) const { return q_.from <= t && t < q_.to; }
    // By how much the demand of a service is changed at `t`; `trust`: of a guessed share.
    double factor(ServiceIndex s, EventTime t, double trust = 1) const {
        const double share = std::min(1.0, shares_[s].share * (shares_[s].guessed ? trust : 1));
        return asked(t) ? 1 + share * (q_.ratio - 1) : 1;
    }
    // Demand at `t`, changed, over the present one.
    double relative(ServiceIndex owner, ServiceIndex demand, EventTime t) const {
        return ahead_.volume(demand, t) / signals_.services[demand].volume.level * factor(owner, t);
    }
    double times_units(const GaugeOutcome& g, ResourceIndex r) const {
        return r == q_.resource && g.units.have > 0 ? std::max(0.0, g.units.have + q_.units) / g.units.have : 1;
    }

    GaugeOutcome outcome(GaugeIndex gauge) const;
    std::vector<Point> course(const GaugeOutcome& g, ServiceIndex owner, bool instances) const;
    std::vector<Point> filling(const GaugeOutcome& g, ServiceIndex owner) const;
    void judge(const std::vector<Point>& points, double times, GaugeOutcome& g) const;
    void reach_of_ratio(const std::vector<Point>& points, double times, ServiceIndex owner, GaugeOutcome& g) const;
    void scale(const ScalingModel& s, const std::vector<Point>& points, GaugeOutcome& g) const;
    double knee(GaugeIndex gauge, bool& promised) const;
    std::vector<PromiseAtRisk> promises(GaugeIndex gauge, ServiceIndex owner) const;

    const Inventory& inventory_;
    const Signals& signals_;
    const Correlation& correlation_;
    const DemandAhead& ahead_;
    const WhatIfQuestion& q_;
    std::vector<DemandShare> shares_;
    std::vector<EventTime> times_;
};

const Slo& promise_of(const Inventory& inventory, const SloState& s) { return inventory.services()[s.service].model->slos[s.slo]; }

// A promise on the metric itself comes before the knee.
double Asking::knee(GaugeIndex gauge, bool& promised) const {
    const GaugeState& state = signals_.gauges[gauge];
    for (const SloState& s : signals_.slos) {
        const Slo& slo = promise_of(inventory_, s);
        if (slo.indicator != Indicator::metric || inventory_.find_gauge(slo.resource, slo.metric) != gauge || !(state.limit > 0)) continue;
        promised = true;
        return slo.below / state.limit;
    }
    return knee_of(state, correlation_.outlooks[gauge]);
}

std::vector<PromiseAtRisk> Asking::promises(GaugeIndex gauge, ServiceIndex owner) const {
    std::vector<PromiseAtRisk> metric, all;
    for (const SloState& s : signals_.slos) {
        const Slo& slo = promise_of(inventory_, s);
        if (slo.indicator == Indicator::metric) {
            if (inventory_.find_gauge(slo.resource, slo.metric) == gauge) metric.push_back({s.service, s.slo});
        } else if (follows_capacity(slo.indicator) && std::ranges::count(inventory_.reach(s.service), owner) != 0) {
            all.push_back({s.service, s.slo});
        }
    }
    return metric.empty() ? all : metric;
}

std::vector<Point> Asking::course(const GaugeOutcome& g, ServiceIndex owner, bool instances) const {
    if (g.basis == Basis::balance) return filling(g, owner);
    const Outlook& o = correlation_.outlooks[g.gauge];
    const bool cpu = inventory_.resources()[inventory_.gauges()[g.gauge].resource].kind == ResourceKind::cpu;
    std::vector<Point> points;
    for (const EventTime t : times_) {
        Point p{};
        p.load.instances = instances;
        if (g.basis == Basis::proportional) {
            p.load.demand = g.now * relative(owner, o.demand_of, t);
            p.low = std::min(g.now, p.load.demand);
            p.high = std::max(g.now, p.load.demand);
        } else {
            const double volume = ahead_.volume(o.demand_of, t), known_value = ahead_.value(o.demand_of, t);
            const double value = std::isnan(known_value) ? 0 : known_value;
            const double usual = g.cost_ratio * (o.response.at(volume, value) - o.response.idle);
            // At so much demand, with the error of the fit and that of a rise beyond the usual; `side`: a share of the rise, with its sign.
            const auto bound = [&](double f, double side) {
                const double fit = kIn80 * g.cost_ratio * o.response.error(f * volume, f * value);
                const double u = o.response.idle + usual * f, off = std::hypot(fit, side * usual * (f - 1));
                return std::max(0.0, side < 0 ? u - off : u + off);
            };
            const double few = factor(owner, t, 1 - kGuess), many = factor(owner, t, 1 + kGuess);
            p.load.idle = o.response.idle;
            p.load.demand = usual * factor(owner, t);
            p.low = bound(std::min(few, many), -kLessThanSaid);
            p.high = bound(std::max(few, many), cpu ? kMoreOfCpu : kMoreOfOthers);
        }
        points.push_back(p);
    }
    return points;
}

std::vector<Point> Asking::filling(const GaugeOutcome& g, ServiceIndex owner) const {
    const Outlook& o = correlation_.outlooks[g.gauge];
    double x = g.now, low = g.now, high = g.now;
    std::vector<Point> points;
    for (size_t k = 0; k < times_.size(); ++k) {
        Point p{};
        p.load.demand = x;
        p.low = low;
        p.high = high;
        points.push_back(p);
        if (k + 1 == times_.size()) break;
        const double rise = relative(owner, o.demand_of, times_[k]) - 1;
        const double rate = o.fill_rate + o.fill_per_demand * rise, off = kIn80 * o.fill_error * std::max(1.0, 1 + rise);
        for (double left = to_seconds(times_[k + 1] - times_[k]); left > 0; left -= kFillStep) {
            const double step = std::min(left, kFillStep);
            const auto filled = [&](double y, double by) { return std::max(0.0, y + step * (by + o.fill_pull * (y - g.now))); };
            x = filled(x, rate);
            low = filled(low, rate - off);
            high = filled(high, rate + off);
        }
    }
    return points;
}

void Asking::judge(const std::vector<Point>& points, double times, GaugeOutcome& g) const {
    const bool sure = g.basis == Basis::learned || g.basis == Basis::balance;
    for (size_t k = 0; k < points.size(); ++k) {
        const Point& p = points[k];
        const double u = utilization_with(p.load, times), moved = u - p.load.utilization();
        if (k == 0) g.at_once = u;
        if (!(u <= g.peak)) { g.peak = u; g.peak_at = times_[k]; }
        if (!(p.low + moved <= g.peak_low)) g.peak_low = p.low + moved;
        if (!(p.high + moved <= g.peak_high)) g.peak_high = p.high + moved;
        if (u >= g.knee && g.breaks_at == EventTime{}) {
            g.breaks_at = times_[k];
            g.breaks_now = k == 0;
        }
    }
    g.headroom = g.knee - g.peak;
    if (g.peak_high >= g.knee) g.outcome = Prospect::may_break;
    else if (sure) g.outcome = Prospect::holds;
    if (sure && g.peak >= g.knee) g.outcome = Prospect::breaks;
}

// Over the time asked for, at its busiest: the ratio at which the knee is reached.
void Asking::reach_of_ratio(const std::vector<Point>& points, double times, ServiceIndex owner, GaugeOutcome& g) const {
    const double share = shares_[owner].share;
    if (g.basis == Basis::balance || !(share > 0) || !(g.peak > 0)) return;
    for (size_t k = 0; k < points.size(); ++k) {
        if (!asked(times_[k])) continue;
        UnitLoad usual = points[k].load;
        usual.demand /= factor(owner, times_[k]);
        if (!(usual.demand > 0)) continue;
        const double idle = usual.idle / (usual.instances ? 1 : times);
        const double most = 1 + ((g.knee - idle) * times / usual.demand - 1) / share;
        if (!(most >= g.holds_to)) g.holds_to = std::max(0.0, most);
    }
}

void Asking::scale(const ScalingModel& s, const std::vector<Point>& points, GaugeOutcome& g) const {
    UnitLoad worst{}, high{};
    for (const Point& p : points) {
        if (p.load.utilization() >= worst.utilization()) worst = p.load;
        if (p.high >= high.utilization()) { high = p.load; high.demand = p.high - p.load.idle; }
    }
    const UnitsNeeded needed = units_needed(s, g.units.have, worst, g.knee);
    g.units.needed = needed.units;
    g.units.enough = needed.enough;
    g.units.needed_high = units_needed(s, g.units.have, high, g.knee).units;
    if (g.breaks_at != EventTime{}) g.units.order_by = std::max(signals_.end, g.breaks_at - s.lead_time);
    if (!s.cost_per_hour || std::isnan(needed.units)) return;
    g.units.cost_per_hour = std::max(0.0, needed.units - g.units.have) * *s.cost_per_hour;
    const EventTime from = g.breaks_at == EventTime{} ? q_.until : g.units.order_by;
    g.units.cost = g.units.cost_per_hour * to_seconds(q_.until - from) / 3600;
}

GaugeOutcome Asking::outcome(GaugeIndex gauge) const {
    const ResourceIndex r = inventory_.gauges()[gauge].resource;
    const ResourceEntry& resource = inventory_.resources()[r];
    const GaugeState& state = signals_.gauges[gauge];
    const Outlook& o = correlation_.outlooks[gauge];
    const ServiceIndex owner = resource.service;
    GaugeOutcome g;
    g.gauge = gauge;
    g.share = shares_[owner].share;
    g.share_guessed = shares_[owner].guessed;
    g.now = o.fills ? o.level : state.level;
    g.limit = state.limit;
    bool promised = false;
    g.knee = knee(gauge, promised);
    g.promises = promises(gauge, owner);
    const bool demand = o.demand_of != kNoIndex && ahead_.volume(o.demand_of, signals_.end) > 0;
    const bool moves = demand && signals_.services[o.demand_of].volume.level > 0;
    if (o.fills && moves) g.basis = Basis::balance;
    else if (o.response.known && demand) g.basis = Basis::learned;
    else if (!fills_up(resource.kind) && moves && !std::isnan(g.now)) g.basis = Basis::proportional;
    const ScalingModel* scaling = resource.model != nullptr && resource.model->scaling ? &*resource.model->scaling : nullptr;
    const bool instances = (scaling == nullptr || counts_instances(*scaling, state)) && !fills_up(resource.kind);
    if (scaling != nullptr && counts_units(*scaling, resource, signals_.gauges, gauge)) g.units.have = units_in_use(*scaling, state);
    else if (r == q_.resource && scaling == nullptr) g.units.have = std::max(1U, state.instances);
    if (g.basis == Basis::none) return g;
    if (g.basis == Basis::learned && o.cost_ratio > kDearer) g.cost_ratio = o.cost_ratio;
    const double times = times_units(g, r);
    const std::vector<Point> points = course(g, owner, instances && g.basis == Basis::learned);
    judge(points, times, g);
    reach_of_ratio(points, times, owner, g);
    if (scaling != nullptr && g.units.have > 0 && resource.kind != ResourceKind::queue) scale(*scaling, points, g);
    return g;
}

WhatIf Asking::answer() {
    WhatIf out;
    out.now = signals_.end;
    out.until = q_.until;
    for (const ServiceIndex s : q_.services) {
        const DemandState& d = signals_.services[s].volume;
        const double usual = ahead_.volume(s, signals_.end);
        if (std::isnan(d.level) || std::isnan(usual)) continue;
        out.demand_now = d.level + (std::isnan(out.demand_now) ? 0 : out.demand_now);
        out.demand_usual = usual + (std::isnan(out.demand_usual) ? 0 : out.demand_usual);
        out.shaped = out.shaped && ahead_.services[s].shaped;
    }
    for (GaugeIndex g = 0; g < inventory_.gauges().size(); ++g) {
        const ResourceIndex r = inventory_.gauges()[g].resource;
        const ServiceIndex owner = inventory_.resources()[r].service;
        if (owner != kNoIndex && (shares_[owner].share > 0 || r == q_.resource)) out.gauges.push_back(outcome(g));
    }
    std::ranges::stable_sort(out.gauges, [](const GaugeOutcome& a, const GaugeOutcome& b) {
        const auto rank = [](const GaugeOutcome& g) { return std::tuple(g.outcome, g.breaks_at == EventTime{} ? kEndOfTime : g.breaks_at); };
        if (rank(a) != rank(b)) return rank(a) < rank(b);
        const auto last = [](double x) { return std::isnan(x) ? std::numeric_limits<double>::infinity() : x; };
        if (last(a.holds_to) != last(b.holds_to)) return last(a.holds_to) < last(b.holds_to);
        return last(a.headroom) < last(b.headroom);
    });
    return out;
}

}  // namespace

WhatIf what_if(const Inventory& inventory, const Signals& signals, const Correlation& correlation, const DemandAhead& ahead,
               const WhatIfQuestion& question) {
    return Asking(inventory, signals, correlation, ahead, question).answer();
}

}  // namespace foreshock
