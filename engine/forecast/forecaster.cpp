#include "engine/forecast/forecaster.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "engine/forecast/calendar_evidence.h"
#include "engine/forecast/capacity_advisor.h"
#include "engine/forecast/feature_maker.h"
#include "engine/forecast/grounds_maker.h"
#include "engine/forecast/promise_maker.h"
#include "engine/forecast/shield.h"
#include "engine/plan/renumbering.h"

namespace foreshock {
namespace {

// Of a service, or where its demand comes in: by more than a tenth in ten minutes, and beyond its noise.
bool demand_rises(const Signals& signals, const Correlation& correlation, ServiceIndex s) {
    if (s == kNoIndex) return false;
    const auto rises = [](const DemandState& d) { return d.slope > 2 * d.slope_error && d.slope * 600 > 0.1 * d.level; };
    const auto any = [&](ServiceIndex i) { return i != kNoIndex && (rises(signals.services[i].volume) || rises(signals.services[i].value)); };
    return any(s) || any(correlation.entries[s]);
}

}  // namespace

struct Forecaster::State {
    State(const Inventory& i, const EngineOptions& o) : inventory(i), options(o), calendar(i), features(i, calendar), shield(i), promises(i), advisor(i, o, calendar) {}

    const Inventory& inventory;
    const EngineOptions& options;
    CalendarEvidence calendar;
    FeatureMaker features;
    Shield shield;
    PromiseMaker promises;
    CapacityAdvisor advisor;
    std::vector<GaugeForecaster> forecasters;  // [gauge]
    std::vector<GaugeForecast> gauges;         // [gauge]
    std::vector<Hazard> hazards;               // [SLO]
    std::vector<LearnedForecast> learned;      // [SLO]
    std::deque<FeatureVector> readings;        // of each subject in turn; a deque, because what is learned points at them
    size_t subjects = 0;
    Forecasts result;
    bool started = false;
    EventTime last{};

    void decide(size_t k, const Signals& signals, const Correlation& correlation, double seconds) {
        const SloState& slo = signals.slos[k];
        LearnedForecast& l = learned[k];
        const PromiseSubject subject{slo.service, promises.metrics()[k]};
        const bool same = k > 0 && subject == PromiseSubject{signals.slos[k - 1].service, promises.metrics()[k - 1]};
        if (same) {
            l.features = learned[k - 1].features;
            l.urgent = learned[k - 1].urgent;
        } else {
            if (subjects == readings.size()) readings.emplace_back();
            FeatureVector& made = readings[subjects++];
            features.make(subject, signals, correlation, gauges, made, l.urgent);
            l.features = &made;
        }
        l.estimate = {};
        l.reasons.clear();
        if (slo.violated) return hazards[k].forget();
        static const std::string kNone;
        const std::string& resource = l.urgent == kNoIndex ? kNone : inventory.resources()[inventory.gauges()[l.urgent].resource].name;
        const Hazard::Estimate e = hazards[k].step(HazardModel::builtin(), options.warn.calibration, *l.features, seconds);
        if (!calendar.in_maintenance(slo.service, resource, signals.end)) l.estimate = e;
        if (l.estimate.probability >= options.warn.clear_probability) l.reasons = HazardModel::builtin().reasons(*l.features);
    }
};

Forecaster::Forecaster(const Inventory& inventory, const EngineOptions& options)
    : state_(std::make_unique<State>(inventory, options)) {}
Forecaster::~Forecaster() = default;

const Forecasts& Forecaster::forecast(const Signals& signals, const Correlation& correlation) {
    State& s = *state_;
    const double seconds = to_seconds(signals.end - (s.started ? s.last : signals.start));
    s.started = true;
    s.last = signals.end;
    s.promises.grow();
    s.forecasters.resize(s.inventory.gauges().size());
    s.gauges.resize(s.forecasters.size());
    s.result.suppressed.clear();
    s.calendar.begin(signals);
    for (GaugeIndex g = 0; g < s.gauges.size(); ++g) {
        const ResourceEntry& resource = s.inventory.resources()[s.inventory.gauges()[g].resource];
        const Outlook& o = correlation.outlooks[g];
        const bool moves = demand_rises(signals, correlation, resource.service);
        s.gauges[g] = s.forecasters[g].forecast(resource, signals.gauges[g], o, moves, seconds, s.promises.promised_limit(g, signals));
        s.calendar.apply(signals, o, resource.service, s.gauges[g]);
        if (!s.calendar.in_maintenance(resource.service, resource.name, signals.end)) continue;
        const double hidden = std::max(std::exchange(s.gauges[g].crossing.probability, 0), std::exchange(s.gauges[g].straight.probability, 0));
        if (hidden >= s.options.warn.raise_probability) s.result.suppressed.push_back({g, hidden});
    }
    s.features.observe(signals, correlation, s.gauges, s.promises.metrics(), seconds);
    Forecasts& f = s.result;
    f.slot = signals.slot;
    f.start = signals.start;
    f.end = signals.end;
    f.decided_at = signals.decided_at;
    s.hazards.resize(signals.slos.size());
    s.learned.resize(signals.slos.size());
    s.subjects = 0;
    for (size_t k = 0; k < s.learned.size(); ++k) s.decide(k, signals, correlation, seconds);
    s.shield.apply(signals.end, s.options.warn.raise_probability, correlation.outlooks, s.gauges);
    s.promises.make(signals, correlation, s.gauges, s.learned, f.promises);
    s.advisor.advise(signals, correlation, s.gauges, seconds, f);
    for (size_t k = 0; k < f.promises.size(); ++k) {
        BreachForecast& p = f.promises[k];
        if (!p.violated && p.probability < s.options.warn.clear_probability) continue;
        const SloState* slo = k < signals.slos.size() ? &signals.slos[k] : nullptr;
        p.grounds = grounds_of(signals, correlation, s.gauges, s.promises.gauges_behind(p, slo), s.inventory, p, slo);
    }
    return f;
}

void Forecaster::archive(Archive& a) {
    State& s = *state_;
    a(s.started, s.last, s.features);
    archive_numbered(a, s.hazards, &Renumbering::promises);
    a(s.shield);
    archive_numbered(a, s.forecasters, &Renumbering::gauges);
    a(s.promises, s.advisor);
}

}  // namespace foreshock
