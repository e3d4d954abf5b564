// How many units each resource needs. Demand to come is the present one, moved by the shape of the day, by the rise that is under way as
// long as such rises go on, and by campaigns that are announced; what it makes of a resource, its response says. One worker only.
#pragma once

#include <vector>

#include "engine/forecast/calendar_evidence.h"
#include "engine/forecast/forecast.h"
#include "engine/forecast/gauge_forecaster.h"
#include "engine/forecast/scaling.h"
#include "engine/plan/options.h"
#include "engine/plan/renumbering.h"

namespace foreshock {

// Demand of `s` in `ahead`, over the present one; 1 where nothing says otherwise, unknown without demand.
double demand_ratio_ahead(const Signals& signals, ServiceIndex s, Micros ahead, const CalendarEvidence& calendar);

// One number that goes up when more has been asked for half a minute, or at once when it is urgent, and down, to the most that was
// asked for meanwhile, when less has been asked for half an hour.
class SteadyNumber {
public:
    // NaN: nothing is asked; after ten minutes of that it is forgotten. True when the number is another one.
    bool step(double asked, bool urgent, double seconds);
    double value() const { return value_; }

    template <class A>
    void archive(A& a) { a(value_, above_, below_, silent_, most_below_); }

private:
    double value_ = kUnknown;
    double above_ = 0, below_ = 0, silent_ = 0;  // seconds
    double most_below_ = 0;
};

class CapacityAdvisor {
public:
    CapacityAdvisor(const Inventory& inventory, const EngineOptions& options, const CalendarEvidence& calendar)
        : inventory_(inventory), options_(options), calendar_(calendar) {}

    // Writes `capacity` and `demand` of `f`, and what its promises need of the resource that they will break by.
    void advise(const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& gauges, double seconds, Forecasts& f);

    template <class A>
    void archive(A& a) { archive_numbered(a, advised_, &Renumbering::resources); }

private:
    struct Asked {
        double units = kUnknown;
        bool enough = true;
    };
    void grow();
    Asked ask(const Signals& signals, const Correlation& c, const GaugeForecast& g, bool urgent, CapacityNeed& need) const;
    CapacityNeed judge(ResourceIndex r, const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& gauges,
                       const std::vector<double>& likely, double seconds);

    const Inventory& inventory_;
    const EngineOptions& options_;
    const CalendarEvidence& calendar_;
    std::vector<SteadyNumber> advised_;  // [resource]
    std::vector<Micros> horizons_;       // [service] the longest of what it drives
    size_t known_resources_ = 0;
};

}  // namespace foreshock
