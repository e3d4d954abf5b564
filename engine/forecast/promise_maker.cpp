#include "engine/forecast/promise_maker.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr double kSmallest = 0.05;  // probabilities below are not worth a name
constexpr double kSuspectLevel = 0.8, kSuspectRise = 0.1, kSuspectNoise = 2;  // of the knee; beyond the usual

EventTime after(EventTime t, double seconds) { return t + from_seconds(std::min(seconds, 86400.0)); }

// Seconds from `now`.
void say(BreachForecast& f, EventTime now, double probability, double early, double median, double late) {
    f.probability = probability;
    if (probability < kSmallest) return;
    f.breach_at = after(now, median);
    f.earliest = after(now, early);
    f.latest = after(now, late);
}

void say(BreachForecast& f, EventTime now, const Crossing& c) { say(f, now, c.probability, c.early, c.median, c.late); }

}  // namespace

void PromiseMaker::grow() {
    const size_t n = inventory_.services().size();
    if (reach_.size() != n) {
        reach_.assign(n, {});
        uncovered_.assign(n, false);
        latency_broken_.resize(n);
        errors_followed_.resize(n);
        counted_.resize(n);
        broken_.resize(n);
        for (ServiceIndex s = 0; s < n; ++s) {
            reach_[s] = inventory_.reach(s);
            uncovered_[s] = !inventory_.covered_by_promise(s);
        }
    }
    if (grown_ && promise_of_.size() == inventory_.gauges().size()) return;
    grown_ = true;
    promised_.clear();
    for (const ServiceEntry& s : inventory_.services()) {
        if (s.model == nullptr) continue;
        for (const Slo& slo : s.model->slos) {
            promised_.push_back(slo.indicator == Indicator::metric ? inventory_.find_gauge(slo.resource, slo.metric) : kNoIndex);
        }
    }
    promise_of_.assign(inventory_.gauges().size(), kNoIndex);
    for (uint32_t k = 0; k < promised_.size(); ++k) if (promised_[k] < promise_of_.size()) promise_of_[promised_[k]] = k;
}

double PromiseMaker::promised_limit(GaugeIndex g, const Signals& signals) const {
    if (g >= promise_of_.size() || promise_of_[g] == kNoIndex) return kUnknown;
    const SloState& s = signals.slos[promise_of_[g]];
    const double below = inventory_.services()[s.service].model->slos[s.slo].below;
    return signals.gauges[g].limit > 0 ? below / signals.gauges[g].limit : kUnknown;
}

template <class F>
void PromiseMaker::each_gauge(const std::vector<ServiceIndex>& services, F&& f) const {
    for (const ServiceIndex s : services)
        for (const ResourceIndex r : inventory_.services()[s].resources)
            for (const GaugeIndex g : inventory_.resources()[r].gauges) f(g);
}

const GaugeForecast* PromiseMaker::most_urgent(const std::vector<ServiceIndex>& services, const std::vector<GaugeForecast>& gauges,
                                               Crossing GaugeForecast::*law) const {
    const GaugeForecast* best = nullptr;
    each_gauge(services, [&](GaugeIndex g) {
        if (promise_of_[g] != kNoIndex) return;
        if (best == nullptr || (gauges[g].*law).probability > (best->*law).probability + 1e-9) best = &gauges[g];
    });
    return best;
}

const GaugeForecast* PromiseMaker::suspect(const std::vector<ServiceIndex>& services, const Signals& signals,
                                           const std::vector<GaugeForecast>& gauges) const {
    const GaugeForecast* best = nullptr;
    double nearest = kSuspectLevel;
    each_gauge(services, [&](GaugeIndex g) {
        const GaugeState& state = signals.gauges[g];
        const double used = state.utilization, rise = used - state.baseline;
        if (!(rise > std::max(kSuspectRise, kSuspectNoise * state.noise))) return;
        if (used / gauges[g].knee < nearest) return;
        nearest = used / gauges[g].knee;
        best = &gauges[g];
    });
    return best;
}

// An error promise usually breaks after the latency promise, or not at all: its share is learned from how often it followed.
void PromiseMaker::learn_errors(const Signals& signals) {
    std::vector<uint8_t> latency(counted_.size()), errors(counted_.size());
    for (const SloState& s : signals.slos) {
        const Indicator kind = inventory_.services()[s.service].model->slos[s.slo].indicator;
        if (!s.violated) continue;
        if (kind == Indicator::latency_quantile) latency[s.service] = 1;
        if (kind == Indicator::error_ratio) errors[s.service] = 1;
    }
    for (ServiceIndex s = 0; s < counted_.size(); ++s) {
        if (latency[s] == 0) { counted_[s] = 0; continue; }
        if (counted_[s] == 0) { ++latency_broken_[s]; counted_[s] = 1; }
        if (errors[s] != 0 && counted_[s] == 1) { ++errors_followed_[s]; counted_[s] = 2; }
    }
}

double PromiseMaker::share_of_errors(ServiceIndex s) const {
    for (const Slo& slo : inventory_.services()[s].model->slos) {
        if (slo.indicator == Indicator::latency_quantile) {
            return (1.0 + errors_followed_[s]) / (2.0 + latency_broken_[s]);
        }
    }
    return 1;
}

PromiseSubject PromiseMaker::subject(const SloState& s) const {
    const Slo& slo = inventory_.services()[s.service].model->slos[s.slo];
    return {s.service, slo.indicator == Indicator::metric ? inventory_.find_gauge(slo.resource, slo.metric) : kNoIndex};
}

std::vector<GaugeIndex> PromiseMaker::gauges_behind(const BreachForecast& f, const SloState* slo) const {
    if (slo != nullptr)
        if (const GaugeIndex metric = subject(*slo).metric; metric != kNoIndex) return {metric};
    std::vector<GaugeIndex> out;
    each_gauge(slo != nullptr ? reach_[f.service] : std::vector{f.service}, [&](GaugeIndex g) { if (promise_of_[g] == kNoIndex) out.push_back(g); });
    return out;
}

void PromiseMaker::make(const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& gauges,
                        const std::vector<LearnedForecast>& learned, std::vector<BreachForecast>& out) {
    learn_errors(signals);
    out.clear();
    for (size_t k = 0; k < signals.slos.size(); ++k) {
        BreachForecast& f = out.emplace_back();
        f.service = signals.slos[k].service;
        f.slo = signals.slos[k].slo;
        make_slo(signals, c, gauges, learned[k], k, f);
    }
    for (ServiceIndex s = 0; s < uncovered_.size(); ++s) {
        if (!uncovered_[s]) continue;
        BreachForecast& f = out.emplace_back();
        f.service = s;
        make_capacity(signals, c, gauges, s, f);
    }
}

void PromiseMaker::make_slo(const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& gauges,
                            const LearnedForecast& learned, size_t k, BreachForecast& f) {
    const Indicator kind = inventory_.services()[f.service].model->slos[f.slo].indicator;
    f.features = learned.features;
    f.learned = true;
    f.urgent = learned.urgent;
    f.reasons = learned.reasons;
    f.violated = signals.slos[k].violated;
    f.value_per_minute = signals.services[f.service].value_per_minute;
    f.currency = signals.services[f.service].currency;
    const GaugeForecast* g = nullptr;
    if (kind == Indicator::metric) {
        if (k < promised_.size() && promised_[k] < gauges.size()) g = &gauges[promised_[k]];
    } else if (follows_capacity(kind)) {
        g = most_urgent(reach_[f.service], gauges, &GaugeForecast::crossing);
        const bool blamed = g != nullptr && g->crossing.probability >= kSmallest;
        if (!blamed && f.violated) g = suspect(reach_[f.service], signals, gauges);
        else if (!blamed && learned.urgent != kNoIndex) g = &gauges[learned.urgent];
    }
    const HazardModel::Seconds& left = learned.estimate.seconds;
    say(f, signals.end, learned.estimate.probability * (kind == Indicator::error_ratio ? share_of_errors(f.service) : 1), left.early, left.median, left.late);
    DriverKind driver = learned.estimate.driver;
    const GaugeForecast* const straight = follows_capacity(kind) ? most_urgent(reach_[f.service], gauges, &GaugeForecast::straight) : nullptr;
    if (straight != nullptr && straight->straight.probability > f.probability) {
        g = straight;
        driver = DriverKind::other;
        f.learned = false;
        say(f, signals.end, g->straight);
    }
    if (g != nullptr) fill(signals, c, *g, driver, f);
    if (!f.violated) return;
    f.probability = 1;
    f.breach_at = f.earliest = f.latest = signals.slos[k].since;
}

void PromiseMaker::make_capacity(const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& gauges,
                                 ServiceIndex s, BreachForecast& f) {
    f.value_per_minute = signals.services[s].value_per_minute;
    f.currency = signals.services[s].currency;
    Broken& broken = broken_[s];
    if (broken.gauge < gauges.size() && c.outlooks[broken.gauge].level >= broken.knee) {
        GaugeForecast g = gauges[broken.gauge];  // to whose baseline it may belong by now
        g.knee = broken.knee;
        f.probability = 1;
        f.violated = true;
        fill(signals, c, g, DriverKind::other, f);
        f.breach_at = f.earliest = f.latest = broken.since;
        return;
    }
    broken = {};
    const GaugeForecast* g = most_urgent({s}, gauges, &GaugeForecast::crossing);
    if (g == nullptr) return;
    const GaugeForecast* const straight = most_urgent({s}, gauges, &GaugeForecast::straight);
    if (straight->straight.probability > g->crossing.probability) {
        g = straight;
        say(f, signals.end, g->straight);
    } else if (g->crossing.probability >= kSmallest) {
        say(f, signals.end, g->crossing.probability, g->breach_early, g->breach, g->breach_late);
    }
    if (f.probability < kSmallest) return;
    fill(signals, c, *g, DriverKind::other, f);
    f.violated = c.outlooks[g->gauge].level >= g->knee;
    if (!f.violated) return;
    broken = {signals.end, g->gauge, g->knee};
    f.breach_at = f.earliest = f.latest = broken.since;
}

void PromiseMaker::add_driver(const Signals& signals, const Correlation& c, const Outlook& o, DriverKind learned, BreachForecast& f) const {
    f.driver.kind = learned == DriverKind::other ? o.driver : learned;
    const bool by_value = f.driver.kind == DriverKind::value;
    const bool by_demand = by_value || f.driver.kind == DriverKind::volume || f.driver.kind == DriverKind::mix;
    const ServiceIndex driving = o.driving_service != kNoIndex ? o.driving_service : c.entries[f.service];
    if (by_demand && driving != kNoIndex) {
        const ServiceState& s = signals.services[driving];
        const DemandState& d = by_value ? s.value : s.volume;
        f.driver.series = inventory_.services()[driving].name + (by_value ? " value" : " volume");
        f.driver.value = d.level;
        f.driver.baseline = d.baseline;
        f.driver.ratio = d.ratio;
        f.driver.since = d.spike ? d.since : after(signals.end, -d.age_seconds);
        f.driver.contributors = contributors_of(signals, c, driving, by_value);
        return;
    }
    const GaugeEntry& gauge = inventory_.gauges()[o.gauge];
    f.driver.series = inventory_.resources()[gauge.resource].name + " " + gauge.metric;
    f.driver.value = o.level;
    f.driver.baseline = o.baseline;
    f.driver.ratio = o.baseline > 0 ? o.level / o.baseline : kUnknown;
    f.driver.since = after(signals.end, -o.age_seconds);
}

void PromiseMaker::fill(const Signals& signals, const Correlation& c, const GaugeForecast& g, DriverKind driver, BreachForecast& f) const {
    const Outlook& o = c.outlooks[g.gauge];
    if (f.probability < kSmallest && !f.violated) return;
    const ResourceEntry& resource = inventory_.resources()[inventory_.gauges()[g.gauge].resource];
    f.gauge = g.gauge;
    // Demand may say that a full resource is wanted more than wholly; what it is at, it is at.
    f.utilization = std::min(o.level, std::max(1.0, signals.gauges[g.gauge].utilization));
    f.slope_per_min = 60 * (o.fills ? o.fill_rate : o.slope);
    f.limit = signals.gauges[g.gauge].limit;
    f.instances = signals.gauges[g.gauge].instances;
    f.knee = g.knee;
    f.headroom = std::max(0.0, g.knee - o.level);
    f.from_trend_only = o.driving_service == kNoIndex && !o.from_demand;
    const double lead = resource.model != nullptr && resource.model->scaling ? to_seconds(resource.model->scaling->lead_time) : 0;
    if (g.announced != nullptr) {
        f.announced = g.announced->name;
        f.announced_for = g.announced_for;
        f.announced_ratio = g.announced_ratio;
    }
    f.act_before = std::max(signals.end, after(f.earliest, -lead));
    add_driver(signals, c, o, driver, f);
    f.causes = o.causes;
}

}  // namespace foreshock
