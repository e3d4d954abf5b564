#include "engine/forecast/scaling.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr double kWhole = 1e-9;  // a need so little above a whole number is that number

}  // namespace

bool counts_instances(const ScalingModel& s, const GaugeState& gauge) {
    constexpr std::string_view kInstances[]{"unit", "replica", "instance", "host", "node", "pod", "machine", "server", "vm"};
    return std::ranges::find(kInstances, s.unit) != std::end(kInstances) || !(gauge.limit >= 1);
}

double units_in_use(const ScalingModel& s, const GaugeState& gauge) {
    return counts_instances(s, gauge) ? std::max(1U, gauge.instances) : gauge.limit;
}

bool counts_units(const ScalingModel& s, const ResourceEntry& resource, const std::vector<GaugeState>& gauges, GaugeIndex gauge) {
    const GaugeState& state = gauges[gauge];
    if (counts_instances(s, state)) return state.instances > 0;
    const auto first = std::ranges::find_if(resource.gauges, [&](GaugeIndex g) { return gauges[g].limit > 0; });
    return first != resource.gauges.end() && *first == gauge;
}

double utilization_with(const UnitLoad& load, double times) {
    return load.instances ? load.idle + load.demand / times : load.utilization() / times;
}

UnitsNeeded units_needed(const ScalingModel& s, double have, const UnitLoad& load, double knee) {
    const double room = load.instances ? knee - load.idle : knee;
    const double wanted = load.instances ? load.demand : load.utilization();
    UnitsNeeded n;
    if (!(room > 0) || std::isnan(wanted)) return n;
    const double least = std::max(1.0, s.min.value_or(1));
    const double most = s.max.value_or(std::numeric_limits<double>::infinity());
    const double asked = have * std::max(0.0, wanted) / room;
    n.units = have + s.step * std::ceil((asked - have) / s.step - kWhole);
    if (n.units < least) n.units += s.step * std::ceil((least - n.units) / s.step);
    if (n.units > most) {
        n.units = most;
        n.enough = asked <= most * (1 + kWhole);
    }
    return n;
}

}  // namespace foreshock
