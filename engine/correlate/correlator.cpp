#include "engine/correlate/correlator.h"

#include "engine/correlate/incident_maker.h"
#include "engine/correlate/outlook_maker.h"
#include "engine/plan/renumbering.h"

namespace foreshock {
namespace {

constexpr double kRisen = 2;  // deviations above the usual from which causes are looked for

}  // namespace

struct Correlator::State {
    explicit State(const Inventory& i) : inventory(i), drivers(i) {}

    const Inventory& inventory;
    DriverFinder drivers;
    std::vector<OutlookMaker> makers;  // [gauge]
    IncidentMaker incidents;
    Correlation correlation;
    bool started = false;
    EventTime last{};
};

Correlator::Correlator(const Inventory& inventory, const EngineOptions&) : state_(std::make_unique<State>(inventory)) {}
Correlator::~Correlator() = default;

const Correlation& Correlator::correlate(const Signals& signals) {
    State& s = *state_;
    const double seconds = to_seconds(signals.end - (s.started ? s.last : signals.start));
    s.started = true;
    s.last = signals.end;
    s.drivers.grow();
    s.makers.resize(s.inventory.gauges().size());
    Correlation& c = s.correlation;
    c.slot = signals.slot;
    c.start = signals.start;
    c.end = signals.end;
    c.decided_at = signals.decided_at;
    c.outlooks.resize(s.makers.size());
    for (GaugeIndex g = 0; g < s.makers.size(); ++g) s.makers[g].update(s.inventory, s.drivers, signals, g, seconds, c.outlooks[g]);
    c.entries.resize(signals.services.size());
    for (ServiceIndex x = 0; x < c.entries.size(); ++x) c.entries[x] = s.drivers.entry_of(x, signals);
    for (Outlook& o : c.outlooks) {
        if (o.significance > kRisen || signals.gauges[o.gauge].pressure) o.causes = causes_of(s.inventory, signals, c, o);
    }
    s.incidents.update(s.inventory, s.drivers, signals, c);
    return c;
}

void Correlator::archive(Archive& a) {
    State& s = *state_;
    a(s.started, s.last);
    archive_numbered(a, s.makers, &Renumbering::gauges);
    a(s.incidents);
}

}  // namespace foreshock
