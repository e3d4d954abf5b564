#include "connectors/format/advice_event.h"

#include <nlohmann/json.hpp>

#include "connectors/format/json_value.h"

namespace foreshock {
namespace {

using Json = nlohmann::ordered_json;

Json data_json(const CapacityAdvice& a) {
    Json data{{"resource", a.resource}};
    if (!a.service.empty()) data["service"] = a.service;
    if (!a.metric.empty()) data["metric"] = a.metric;
    if (!a.unit.empty()) data["unit"] = a.unit;
    put_number(data, "units", a.units);
    put_number(data, "needed_units", a.needed);
    put_number(data, "difference", a.needed - a.units);
    data["enough"] = a.enough;
    data["learned"] = a.learned;
    put_number(data, "utilization", a.utilization);
    put_number(data, "forecast_utilization", a.forecast);
    put_number(data, "knee", a.knee);
    put_number(data, "demand_forecast_ratio", a.demand_ratio);
    put_number(data, "lead_time_seconds", a.lead_time_seconds);
    put_number(data, "horizon_seconds", a.horizon_seconds);
    put_number(data, "cost_per_hour", a.cost_per_hour);
    data["config_hash"] = a.config_hash;
    data["inputs"] = inputs_json(a.inputs);
    return data;
}

}  // namespace

std::string to_cloudevent(const CapacityAdvice& a, const CloudEventContext& context) {
    return to_line(Json{
        {"specversion", "1.0"},
        {"id", a.event_id},
        {"source", "/foreshock/" + context.app},
        {"type", "foreshock.capacity.advised.v1"},
        {"subject", a.id},
        {"time", to_rfc3339(a.time)},
        {"datacontenttype", "application/json"},
        {"data", data_json(a)},
    });
}

}  // namespace foreshock
