// What customers do: the profile of the day, and the excess of each demand event over it.
#pragma once

#include "tools/generate/scenario/spec.h"

namespace foreshock {

// Usual demand at an epoch second, as a multiple of the day's mean.
double usual_demand(const DayProfile& profile, int64_t epoch_s);

// Height of an event, 1 at its peak:
//   ramp         smooth rise over rise_s, hold, smooth fall over fall_s
//   spot         rise over rise_s, then exponential decay with fall_s (TV)
//   steps        three steps, rise_s apart, hold, fall
//   exponential  slow, then fast over rise_s (a post that is passed on), hold, fall
//   bell         a bell over rise_s + hold_s + fall_s (evening, payday)
//   herd         outage of hold_s (height below 0: nobody gets through), then at once the peak, decay with fall_s
double height(const DemandEvent& event, double t);
// From here on it is above the usual level, and until here. A herd begins with the end of its outage.
double onset(const DemandEvent& event);
double ending(const DemandEvent& event);

// Rate by class at an entry, and the mean value of transactions as a multiple of the usual. `off` marks events to leave
// out.
struct DemandNow {
    ClassMix rate{};
    double value = 1;
    double campaign_share = 0;  // of the transactions
};
DemandNow demand_at(const ScenarioSpec& spec, const EntryDemand& entry, double t, uint64_t off = 0);

}  // namespace foreshock
