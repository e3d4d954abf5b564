#include "connectors/format/advice_event.h"

#include "tests/support/catch.h"

using namespace foreshock;

TEST_CASE("capacity advice: the whole event, byte by byte, and what is unknown left out") {
    CapacityAdvice a;
    a.id = "c-0123456789abcdef";
    a.event_id = "c-0123456789abcdef.1795269720";
    a.time = EventTime{std::chrono::seconds{1795269725}};
    a.config_hash = "f00d";
    a.service = "payment";
    a.resource = "payment-conn";
    a.metric = "connections_used";
    a.unit = "connection";
    a.units = 600;
    a.needed = 720;
    a.learned = true;
    a.utilization = 0.71;
    a.forecast = 1.0724;
    a.knee = 0.9;
    a.demand_ratio = 1.5;
    a.lead_time_seconds = 120;
    a.horizon_seconds = 720;
    a.cost_per_hour = 2.4;
    a.inputs = {{"capacity/0", 4, 9}};
    CloudEventContext context;
    context.app = "shop";
    CHECK(to_cloudevent(a, context) ==
          R"({"specversion":"1.0","id":"c-0123456789abcdef.1795269720","source":"/foreshock/shop","type":"foreshock.capacity.advised.v1",)"
          R"("subject":"c-0123456789abcdef","time":"2026-11-21T14:02:05.000Z","datacontenttype":"application/json","data":{"resource":"payment-conn",)"
          R"("service":"payment","metric":"connections_used","unit":"connection","units":600,"needed_units":720,"difference":120,"enough":true,)"
          R"("learned":true,"utilization":0.71,"forecast_utilization":1.0724,"knee":0.9,"demand_forecast_ratio":1.5,"lead_time_seconds":120,)"
          R"("horizon_seconds":720,"cost_per_hour":2.4,"config_hash":"f00d","inputs":{"capacity/0":{"first":4,"next":9}}}})");
    a.needed = a.cost_per_hour = a.demand_ratio = kUnknown;
    const std::string unknown = to_cloudevent(a, context);
    for (const char* key : {"needed_units", "difference", "cost_per_hour", "demand_forecast_ratio"}) CHECK(unknown.find(key) == std::string::npos);
}
