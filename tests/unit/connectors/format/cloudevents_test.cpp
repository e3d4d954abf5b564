#include "connectors/format/cloudevents.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "connectors/format/json_value.h"
#include "tests/support/catch.h"
#include "tests/unit/connectors/sample_warning.h"

using namespace foreshock;

TEST_CASE("a warning is these bytes as a CloudEvent") {
    CloudEventContext context{"shop", "https://foreshock.example"};
    CHECK(
        to_cloudevent(sample_warning(), context) ==
        R"({"specversion":"1.0","id":"w-00000000000000af.3","source":"/foreshock/shop",)"
        R"("type":"foreshock.warning.updated.v1","subject":"w-00000000000000af","time":"2026-11-20T09:35:15.000Z",)"
        R"("datacontenttype":"application/json","data":{"id":"w-00000000000000af","revision":3,"state":"updated",)"
        R"("opened_at":"2026-11-20T09:33:15.000Z","rule":"builtin","rule_version":1,"config_hash":"c0ffee",)"
        R"("service":"checkout","slo":"latency","slo_text":"p95 latency < 300 ms","severity":"critical",)"
        R"("breach_at":"2026-11-20T09:44:00.000Z","breach_earliest":"2026-11-20T09:41:00.000Z",)"
        R"("breach_latest":"2026-11-20T09:49:00.000Z","probability":0.812346,"act_before":"2026-11-20T09:41:00.000Z",)"
        R"("breached":false,"driver":{"kind":"value","series":"checkout value","value":113.333,"baseline":33.3333,)"
        R"("ratio":3.4,"since":"2026-11-20T09:30:00.000Z",)"
        R"("contributors":[{"dimension":"campaign","value":"bf26","share":0.82}]},)"
        R"("resource":{"name":"db-1","metric":"connections_used","kind":"connection_pool","utilization":0.71,)"
        R"("limit":600,"slope_per_min":0.026,"headroom":0.29},)"
        R"("causes":[{"node":"checkout","what":"value","share":1}],)"
        R"("impact":{"value_per_minute":4100,"at_risk":20500.5,"currency":"EUR"},"priority":12.5,)"
        R"("rank":2,"rank_reason":"EUR 20,500 at risk, 6 min left","after":"w-1",)"
        R"("incident":{"id":"i-00000000000000af","services":["checkout","web"],"at_risk":20500.5,"currency":"EUR"},)"
        R"("advice":[{"action":"add","resource":"db-1","unit":"replica","amount":3,"lead_time_seconds":300,"cost_per_hour":1.2}],)"
        R"("reasons":[],"grounds":{"levels":{"raise":0.5,"clear":0.35},"indicator":{"value":180,"below":300},)"
        R"("demand":{"level":113.333},"resource":{"level":0.71,"predicted":0.7},"law":{"probability":0.64,"seconds":480},)"
        R"("without":[{"node":"db-1","what":"room","probability":0},{"node":"bf26","what":"campaign","probability":0.12,"seconds":2460}]},)"
        R"("owner":"team-shop","links":{"warning":"https://foreshock.example/warnings/w-00000000000000af"},)"
        R"("sentence":"checkout: raise `db-1` connections before 09:41","inputs":{"transactions/0":{"first":10,"next":99}}}})");
}

TEST_CASE("each state has its type") {
    WarningRevision w = sample_warning();
    const std::pair<WarningState, const char*> states[]{
        {WarningState::open, "foreshock.warning.opened.v1"},
        {WarningState::updated, "foreshock.warning.updated.v1"},
        {WarningState::acknowledged, "foreshock.warning.acknowledged.v1"},
        {WarningState::resolved, "foreshock.warning.resolved.v1"}};
    for (const auto& [state, type] : states) {
        w.state = state;
        CHECK(nlohmann::json::parse(to_cloudevent(w, {}))["type"] == type);
    }
}

TEST_CASE("what is unknown is left out, objects and lists stay") {
    WarningRevision w;
    w.id = "w-1";
    w.service = "s";
    w.time = EventTime{Micros{1}};
    const double nan = std::numeric_limits<double>::quiet_NaN();
    w.driver.value = w.driver.baseline = w.driver.ratio = nan;
    w.impact.value_per_minute = w.impact.at_risk = std::numeric_limits<double>::infinity();
    const auto data = nlohmann::json::parse(to_cloudevent(w, {}))["data"];
    CHECK(data["driver"] == nlohmann::json{{"contributors", nlohmann::json::array()}});
    CHECK(data["resource"] == nlohmann::json::object());
    CHECK(data["impact"] == nlohmann::json::object());
    CHECK(data["links"] == nlohmann::json::object());
    CHECK(data["inputs"] == nlohmann::json::object());
    for (const char* absent : {"breach_at", "breach_earliest", "breach_latest", "act_before", "opened_at", "verdict"}) {
        CHECK_FALSE(data.contains(absent));
    }
}

TEST_CASE("a verdict stands in what resolves") {
    WarningRevision w = sample_warning();
    w.state = WarningState::resolved;
    w.verdict = Verdict::averted;
    CHECK(nlohmann::json::parse(to_cloudevent(w, {}))["data"]["verdict"] == "averted");
}

TEST_CASE("text that is no UTF-8, or no JSON, is still an event") {
    WarningRevision w = sample_warning();
    w.service = "a\"b\n\xff";
    CHECK(nlohmann::json::parse(to_cloudevent(w, {}))["data"]["service"] == "a\"b\n\xef\xbf\xbd");
}

TEST_CASE("numbers are rounded to six digits, whole parts stay whole") {
    CHECK(rounded(0.1 + 0.2) == 0.3);
    CHECK(rounded(1234.5678) == 1234.57);
    CHECK(rounded(-1234.5678) == -1234.57);
    CHECK(rounded(17179869184.4) == 17179869184.0);
    CHECK(rounded(1.23456789e-9) == 1.23457e-9);
    CHECK(rounded(99999.96) == 100000.0);
    CHECK_FALSE(std::signbit(rounded(-0.0)));
    CHECK(std::isnan(rounded(std::nan(""))));

    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    put_number(object, "whole", 600.0);
    put_number(object, "large", 1e300);
    put_number(object, "none", std::nan(""));
    CHECK(to_line(object) == R"({"whole":600,"large":1e+300})");
}
