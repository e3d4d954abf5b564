#include "connectors/http/engine_metrics.h"

#include <limits>

#include "connectors/http/prometheus_text.h"
#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("exposition escapes label values and leaves unknown numbers out") {
    PrometheusText out;
    out.family("a_total", PrometheusText::Type::counter, "Line\nbreak \\ back.");
    out.sample(1.5, {{"x", "quote \" back \\ line\n"}, {"y", ""}});
    out.sample(std::numeric_limits<double>::quiet_NaN(), {{"x", "unknown"}});
    out.single("b_ratio", PrometheusText::Type::gauge, "Help.", -std::numeric_limits<double>::infinity());
    CHECK(out.take() ==
          "# HELP a_total Line\\nbreak \\\\ back.\n# TYPE a_total counter\n"
          "a_total{x=\"quote \\\" back \\\\ line\\n\",y=\"\"} 1.5\n"
          "# HELP b_ratio Help.\n# TYPE b_ratio gauge\nb_ratio -Inf\n");
}

TEST_CASE("the metrics of a run name every stage and reason") {
    RunTotals totals;
    totals.events = 12;
    totals.dropped[static_cast<size_t>(DropReason::late)] = 3;
    totals.names_refused[static_cast<size_t>(NameSpace::host)] = 4;
    totals.warnings_beyond_bound = 2;
    totals.watermark_us = 1'500'000;
    LiveState state;
    state.demand.push_back({"checkout", 3.4, kUnknown, 4100});
    state.capacity.push_back({"db-1", "connections_used", 0.75, 0.25});
    state.promises.push_back({"checkout", "latency", 0.8});
    state.needs = {{"db-1", 4, 6, -0.125}, {"db-2", kUnknown, kUnknown, 0.5}};
    state.ahead = {{"checkout", 1.5}, {"new", kUnknown}};
    state.open_warnings["critical"] = 1;
    const std::string text = to_prometheus(totals, state, {{"webhook http://x", 5, 1, 0, 0, 3, 2, true}}, "1.0");
    for (const char* line :
         {"foreshock_ingest_events_total 12\n", "foreshock_dropped_total{stage=\"ingest\",reason=\"late\"} 3\n",
          "foreshock_dropped_total{stage=\"decode\",reason=\"broken_json\"} 0\n",
          "foreshock_names_refused_total{bound=\"hosts\"} 4\n", "foreshock_names_refused_total{bound=\"dimension_values\"} 0\n",
          "foreshock_warn_beyond_bound_total 2\n", "foreshock_window_watermark_timestamp_seconds 1.5\n",
          "foreshock_demand_ratio{service=\"checkout\",measure=\"volume\"} 3.4\n",
          "foreshock_capacity_headroom_ratio{resource=\"db-1\",metric=\"connections_used\"} 0.25\n",
          "foreshock_forecast_breach_probability_ratio{service=\"checkout\",slo=\"latency\"} 0.8\n",
          "foreshock_capacity_needed_units{resource=\"db-1\"} 6\n", "foreshock_capacity_units{resource=\"db-1\"} 4\n",
          "foreshock_headroom_ratio{resource=\"db-1\"} -0.125\n", "foreshock_headroom_ratio{resource=\"db-2\"} 0.5\n",
          "foreshock_demand_forecast_ratio{service=\"checkout\"} 1.5\n",
          "foreshock_warn_open_warnings{severity=\"critical\"} 1\n",
          "foreshock_sink_dropped_total{receiver=\"webhook http://x\",reason=\"given_up\"} 3\n",
          "foreshock_sink_waiting{receiver=\"webhook http://x\"} 2\n"}) {
        CHECK_THAT(text, ContainsSubstring(line));
    }
    CHECK(text.find("measure=\"value\"") == std::string::npos);
    CHECK(text.find("units{resource=\"db-2\"}") == std::string::npos);  // unknown is no number
    CHECK(text.find("service=\"new\"") == std::string::npos);
}

TEST_CASE("before the first event there is no watermark") {
    RunTotals totals;
    totals.watermark_us = INT64_MIN;
    CHECK(to_prometheus(totals, {}, {}, "1.0").find("watermark") == std::string::npos);
}

TEST_CASE("the live state follows slots and the life of warnings") {
    Model model;
    model.services.resize(1);
    model.services[0].name = "checkout";
    model.services[0].slos.resize(1);
    model.services[0].slos[0].name = "latency";
    Inventory inventory(model);
    const auto resource = inventory.resource("db-1", 0);
    const auto gauge = inventory.gauge(resource, "connections_used");
    ClosedSlot slot;
    Signals signals;
    signals.services.resize(1);
    signals.services[0].service = 0;
    signals.services[0].volume.ratio = 2;
    signals.gauges.resize(1);
    signals.gauges[0].gauge = gauge;
    signals.gauges[0].level = 0.75;
    Correlation correlation;
    Forecasts forecasts;
    forecasts.promises.resize(2);
    forecasts.promises[0].service = forecasts.promises[1].service = 0;
    forecasts.promises[0].slo = 0;
    forecasts.promises[0].probability = 0.25;
    WarningRevision w;
    w.id = "w-1";
    LiveStateObserver observer;
    observer.decided({inventory, slot, signals, correlation, forecasts, {&w, 1}});
    LiveState now = observer.now();
    CHECK(now.demand.at(0).volume_ratio == 2);
    CHECK(now.capacity.at(0).resource == "db-1");
    CHECK(now.capacity.at(0).headroom == 0.25);
    CHECK(now.promises.at(0).slo == "latency");
    CHECK(now.promises.at(1).slo == "capacity");
    CHECK(now.open_warnings.at("warning") == 1);
    w.state = WarningState::resolved;
    observer.decided({inventory, slot, signals, correlation, forecasts, {&w, 1}});
    CHECK(observer.now().open_warnings.empty());
}

TEST_CASE("old good news is no news") {
    LiveState state;
    state.nodes.push_back({"", "shop", Condition::ok, Condition::ok, Missing::none, "", ""});
    state.nodes.push_back({"", "psp", Condition::broken, Condition::broken, Missing::none, "", "Cards Ltd"});
    state.nodes.push_back({"teams", "money", Condition::broken, Condition::broken, Missing::none, "psp", ""});
    const auto now = nlohmann::json::parse(state_json(state, {3, Lag::Why::none}));
    CHECK(now["services"][0]["state"] == "ok");
    CHECK(now["services"][1]["supplier"] == "Cards Ltd");
    CHECK(now["views"]["teams"][0]["because"] == "psp");
    CHECK_FALSE(now.contains("behind"));
    const auto behind = nlohmann::json::parse(state_json(state, {300, Lag::Why::engine_behind}));
    CHECK(behind["behind"] == "engine_behind");
    CHECK(behind["behind_seconds"] == 300);
    CHECK(behind["services"][0]["state"] == "unknown");
    CHECK(behind["services"][0]["missing"] == "engine_behind");
    CHECK(behind["services"][1]["state"] == "broken");
    const std::string metrics = to_prometheus({}, state, {}, "1", {300, Lag::Why::sources_silent});
    CHECK(metrics.find("foreshock_standing_state{view=\"\",name=\"shop\",state=\"unknown\"} 1") != std::string::npos);
    CHECK(metrics.find("foreshock_standing_missing{name=\"shop\",reason=\"sources_silent\"} 1") != std::string::npos);
    CHECK(metrics.find("foreshock_window_behind_seconds 300") != std::string::npos);
}
