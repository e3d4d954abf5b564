// Units of a resource: how many there are, what more or fewer of them make of its utilization, and how many keep it below its
// knee. Pure functions.
#pragma once

#include <vector>

#include "engine/detect/signal.h"
#include "engine/plan/inventory.h"
#include "engine/plan/model.h"

namespace foreshock {

// True when the scaling unit is a word for an instance; else it is what the limit counts: connections, threads, workers.
bool counts_instances(const ScalingModel& s, const GaugeState& gauge);
// In use now; at least 1.
double units_in_use(const ScalingModel& s, const GaugeState& gauge);

// True when the gauge tells how many units there are, or that more are needed: each metric of instances; of what a limit counts, the
// first metric of the resource that has a limit (connections in use, not those who wait for one).
bool counts_units(const ScalingModel& s, const ResourceEntry& resource, const std::vector<GaugeState>& gauges, GaugeIndex gauge);

// What makes up a utilization, with the units that are there. Every instance has an idle part of its own, so that more of them do not
// make it smaller; where units are what the limit counts, they do.
struct UnitLoad {
    double idle = 0, demand = 0;
    bool instances = false;
    double utilization() const { return idle + demand; }
};
// With `times` as many units.
double utilization_with(const UnitLoad& load, double times);

struct UnitsNeeded {
    double units = kUnknown;  // unknown: the idle part alone is beyond the knee
    bool enough = true;       // false: more would be needed than the model allows
};
// The least number of whole steps up or down from `have` that keeps the utilization at or below the knee, within the model's
// bounds; at least one unit.
UnitsNeeded units_needed(const ScalingModel& s, double have, const UnitLoad& load, double knee);

}  // namespace foreshock
