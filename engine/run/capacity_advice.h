// What sinks are told when a resource needs another number of units than before. Everything that is said outside stands here.
#pragma once

#include <string>
#include <vector>

#include "engine/forecast/forecast.h"
#include "engine/plan/inventory.h"
#include "engine/plan/options.h"
#include "engine/warn/warning.h"

namespace foreshock {

// Times are event times; unknown numbers are NaN and are left out of what is sent.
struct CapacityAdvice {
    std::string id;         // of the resource: "c-" and 16 hex digits of a hash of app and resource
    std::string event_id;   // id + "." + the deciding slot's end in seconds: the same in every run
    EventTime time{};       // end of the deciding slot plus allowed lateness
    std::string config_hash;
    std::string service, resource, metric, unit;  // metric: the one that asks for most
    double units = kUnknown, needed = kUnknown;   // in use, and advised; unknown: no longer known
    bool enough = true;     // false: more would be needed than the model allows
    bool learned = false;   // by a learned response; else in proportion to demand
    double utilization = kUnknown, forecast = kUnknown, knee = kUnknown;  // now, and the greatest within the horizon
    double demand_ratio = kUnknown;                      // of the service, forecast over present
    double lead_time_seconds = 0, horizon_seconds = 0;
    double cost_per_hour = kUnknown;                     // of the difference; negative: saved
    std::vector<InputRange> inputs;                      // records of the last ten minutes
};

// Of all resources whose needed units changed in this slot, in the order of their numbers.
std::vector<CapacityAdvice> capacity_advice(const Inventory& inventory, const EngineOptions& options, const Forecasts& forecasts);

}  // namespace foreshock
