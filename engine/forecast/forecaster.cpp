#include "engine/forecast/forecaster.h"

#include <algorithm>
#include <utility>

#include "engine/forecast/calendar_evidence.h"
#include "engine/forecast/feature_maker.h"
#include "engine/forecast/promise_maker.h"
#include "engine/forecast/shield.h"

namespace foreshock {

struct Forecaster::State {
    State(const Inventory& i, const EngineOptions& o) : inventory(i), options(o), calendar(i), features(i, calendar), shield(i), promises(i) {}

    const Inventory& inventory;
    const EngineOptions& options;
    CalendarEvidence calendar;
    FeatureMaker features;
    Shield shield;
    PromiseMaker promises;
    std::vector<GaugeForecaster> forecasters;  // [gauge]
    std::vector<GaugeForecast> gauges;         // [gauge]
    Forecasts result;
    bool started = false;
    EventTime last{};
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
    for (GaugeIndex g = 0; g < s.gauges.size(); ++g) {
        const ResourceEntry& resource = s.inventory.resources()[s.inventory.gauges()[g].resource];
        const Outlook& o = correlation.outlooks[g];
        s.gauges[g] = s.forecasters[g].forecast(resource, signals.gauges[g], o, seconds, s.promises.promised_limit(g, signals));
        s.calendar.apply(signals, o, resource.service, s.gauges[g]);
        if (!s.calendar.in_maintenance(resource.service, resource.name, signals.end)) continue;
        const double hidden = std::exchange(s.gauges[g].crossing.probability, 0);
        if (hidden >= s.options.warn.raise_probability) s.result.suppressed.push_back({g, hidden});
    }
    s.features.observe(signals, correlation, s.gauges, seconds);
    s.shield.apply(signals.end, s.options.warn.raise_probability, correlation.outlooks, s.gauges);
    Forecasts& f = s.result;
    f.slot = signals.slot;
    f.start = signals.start;
    f.end = signals.end;
    f.decided_at = signals.decided_at;
    s.promises.make(signals, correlation, s.gauges, f.promises);
    for (BreachForecast& p : f.promises) {
        s.features.make(s.promises.subject(p), signals, correlation, p.features, p.urgent);
        p.calendar_priority = s.calendar.priority(p.service, signals.end);
    }
    return f;
}

void Forecaster::archive(Archive& a) {
    State& s = *state_;
    a(s.started, s.last, s.features, s.shield, s.forecasters, s.promises);
}

}  // namespace foreshock
