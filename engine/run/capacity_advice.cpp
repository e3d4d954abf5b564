#include "engine/run/capacity_advice.h"

#include "engine/base/fnv1a.h"

namespace foreshock {
namespace {

CapacityAdvice advice_of(const Inventory& inventory, const EngineOptions& options, const Forecasts& f, const CapacityNeed& need) {
    const ResourceEntry& resource = inventory.resources()[need.resource];
    CapacityAdvice a;
    a.id = "c-" + hex_text(Fnv1a{}.add_part(options.app).add_part(resource.name).value());
    a.event_id = a.id + "." + std::to_string(f.end.time_since_epoch() / std::chrono::seconds{1});
    a.time = f.decided_at;
    a.config_hash = inventory.model().hash;
    a.resource = resource.name;
    if (resource.service != kNoIndex) {
        a.service = inventory.services()[resource.service].name;
        a.demand_ratio = f.demand[resource.service].ratio;
    }
    if (need.gauge != kNoIndex) a.metric = inventory.gauges()[need.gauge].metric;
    a.units = need.units;
    a.needed = need.needed;
    a.enough = need.enough;
    a.learned = need.learned;
    a.utilization = need.utilization;
    a.forecast = need.forecast;
    a.knee = need.knee;
    a.horizon_seconds = to_seconds(need.horizon);
    if (resource.model == nullptr || !resource.model->scaling) return a;
    const ScalingModel& scaling = *resource.model->scaling;
    a.unit = scaling.unit;
    a.lead_time_seconds = to_seconds(scaling.lead_time);
    if (scaling.cost_per_hour) a.cost_per_hour = *scaling.cost_per_hour * (need.needed - need.units);
    return a;
}

}  // namespace

std::vector<CapacityAdvice> capacity_advice(const Inventory& inventory, const EngineOptions& options, const Forecasts& forecasts) {
    std::vector<CapacityAdvice> all;
    for (const CapacityNeed& need : forecasts.capacity)
        if (need.changed) all.push_back(advice_of(inventory, options, forecasts, need));
    return all;
}

}  // namespace foreshock
