// When each gauge reaches the level at which promises break, from its outlook. Two channels: demand (something is used more than
// usual) and capacity (utilization rises though demand does not; more evidence is asked for). One worker only.
#pragma once

#include "engine/correlate/incident.h"
#include "engine/forecast/continuation.h"
#include "engine/forecast/straight_rise.h"
#include "engine/plan/inventory.h"

namespace foreshock {

struct GaugeForecast {
    GaugeIndex gauge = kNoIndex;
    Crossing crossing;        // of the knee, on the sensor's and demand's word
    double breach = 0, breach_early = 0, breach_late = 0;  // seconds from now until promises break, and its 80 % interval
    Crossing straight;        // of the knee, by a straight rise that demand does not explain; probability 0: there is none
    double knee = 0.9;
    double final_level = 0;   // expected end of the rise
    bool by_demand = false;   // the demand channel speaks
    bool promised = false;    // a promise is made of this very metric
    const CalendarEntry* announced = nullptr;  // the calendar's word outweighs what is seen: what it says
    double announced_ratio = kUnknown;
    EventTime announced_for{};
};

class GaugeForecaster {
public:
    // `demand_rises`: that of whom the resource works for. `seconds`: of the slot. `limit`: of the promise as a utilization; NaN: the knee of the resource's kind.
    GaugeForecast forecast(const ResourceEntry& resource, const GaugeState& state, const Outlook& o, bool demand_rises, double seconds, double limit);

    template <class A>
    void archive(A& a) { a(above_target_, straight_); }

private:
    StraightRise straight_;
    double above_target_ = 0;  // seconds since utilization passed the autoscaler's target
};

// Above its usual by more than noise, and more than an hourly job brings.
bool has_risen(const Outlook& o);
// The outlook as what crosses a level: what fills by balance, and what rises.
Filling filling_of(const Outlook& o, double limit);
Rise rise_of(const Outlook& o, double knee);

// Utilization at which promises break: the knee of the kind, or above what has been usual without harm.
double knee_of(const GaugeState& state, const Outlook& o);

}  // namespace foreshock
