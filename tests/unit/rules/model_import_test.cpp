#include "rules/model_import.h"

#include "rules/config.h"
#include "tests/support/catch.h"

using namespace foreshock;
using namespace std::chrono_literals;

namespace {

constexpr const char* kOpenSlo = R"(apiVersion: openslo/v1
kind: Service
metadata:
  name: checkout
  displayName: Checkout
  labels: {team: [shop]}
  annotations: {foreshock/calls: 'payment', foreshock/class: differentiator}
spec: {description: the till}
---
apiVersion: openslo/v1
kind: Service
metadata: {name: payment}
spec: {}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: checkout-availability}
spec:
  service: checkout
  indicator:
    metadata: {name: checkout-good}
    spec: {ratioMetric: {counter: true, good: {metricSource: {type: Stream}}, total: {metricSource: {type: Stream}}}}
  timeWindow: [{duration: 1M, calendar: {startTime: 2026-01-01 00:00:00, timeZone: Europe/Berlin}, isRolling: false}]
  budgetingMethod: Occurrences
  objectives: [{displayName: good, target: 0.995}]
  alertPolicies: [{alertPolicyRef: page-fast}]
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: latency}
spec:
  service: payment
  indicator: {metadata: {name: payment-latency}, spec: {thresholdMetric: {metricSource: {type: Stream}}}}
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Timeslices
  objectives: [{op: lt, value: 300, targetPercent: 99.5, timeSliceTarget: 0.95, timeSliceWindow: 1m}]
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: strange}
spec:
  service: payment
  indicator: {metadata: {name: unicorns}, spec: {thresholdMetric: {metricSource: {type: Stream}}}}
  objectives: [{op: lt, value: 3, target: 0.9}]
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: page-fast}
spec: {conditions: [{conditionRef: burn-14}], notificationTargets: [{targetRef: oncall}]}
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: burn-14}
spec: {severity: page, condition: {kind: burnrate, threshold: 14.4, lookbackWindow: 1h, alertAfter: 5m}}
---
apiVersion: openslo/v1
kind: DataSource
metadata: {name: prom}
spec: {}
)";

}  // namespace

TEST_CASE("OpenSLO documents become a model") {
    const auto imported = import_openslo(kOpenSlo, "slo.yaml");
    REQUIRE(imported);
    INFO(imported.value().yaml);
    const auto config = load_config_text(imported.value().yaml, "out.yaml");
    REQUIRE(config);
    const auto& services = config.value().model.services;
    REQUIRE(services.size() == 2);
    CHECK(services[0].title == "Checkout");
    CHECK(services[0].owner == "shop");
    CHECK(services[0].time_zone == "Europe/Berlin");
    CHECK(services[0].service_class == ServiceClass::differentiator);
    REQUIRE(services[0].calls.size() == 1);
    const Slo& ok = services[0].slos.at(0);
    CHECK(ok.indicator == Indicator::availability);
    CHECK(ok.objective.value() == Catch::Approx(0.995));
    CHECK(ok.period_kind == PeriodKind::month);
    REQUIRE(ok.burn.size() == 1);
    CHECK(ok.burn[0].factor == Catch::Approx(14.4));
    CHECK(ok.burn[0].short_window == 5min);
    const Slo& latency = services[1].slos.at(0);
    CHECK(latency.indicator == Indicator::latency_quantile);
    CHECK(latency.below == 300);
    CHECK(latency.objective.value() == Catch::Approx(0.995));
    CHECK(latency.period == 28 * 24h);
    std::vector<std::string> notes;
    for (const Diagnostic& d : imported.value().notes) notes.push_back(d.text());
    REQUIRE(notes.size() == 3);
    CHECK(notes[0].starts_with("slo.yaml:33:14: "));
    CHECK(notes[0].find("taken as the 95th percentile") != std::string::npos);
    CHECK(notes[1].find("SLO 'strange' is not taken over") != std::string::npos);
    CHECK(notes[2].find("DataSource 'prom' is not taken over") != std::string::npos);
}

TEST_CASE("documents of another version are refused with their place") {
    const auto imported = import_openslo("a: 1\n---\napiVersion: openslo/v1alpha\nkind: SLO\n", "slo.yaml");
    REQUIRE_FALSE(imported);
    REQUIRE(imported.problems().size() == 2);
    CHECK(imported.problems()[1].text() == "slo.yaml:3:1: apiVersion: expected openslo/v1, found 'openslo/v1alpha' (convert the document to OpenSLO v1 first)");
}

TEST_CASE("the CSV of a CMDB becomes a model") {
    const auto imported = import_cmdb("Name;Type;Depends_On;Owned_By;FQDN;Business_Criticality;Color\r\n"
                                      "shop;Business Service;payment|db-1|ghost;team-shop;;1 - most critical;red\r\n"
                                      "payment;Application;db-1;\"team \"\"pay\"\"\";;3;\r\n"
                                      "db-1;Database Server;;;db-1.example;;\r\n"
                                      "shop;Application;;;;;\r\n", "cmdb.csv");
    REQUIRE(imported);
    INFO(imported.value().yaml);
    const auto config = load_config_text(imported.value().yaml, "out.yaml");
    REQUIRE(config);
    const auto& model = config.value().model;
    REQUIRE(model.services.size() == 2);
    CHECK(model.services[0].name == "payment");
    CHECK(model.services[0].owner == "team \"pay\"");
    CHECK(model.services[1].service_class == ServiceClass::differentiator);
    CHECK(model.services[1].calls.at(0).service == "payment");
    REQUIRE(model.resources.size() == 1);
    CHECK(model.resources[0].service == "payment");
    CHECK(model.resources[0].match.at(0).host == "^db-1\\.example$");
    std::vector<std::string> notes;
    for (const Diagnostic& d : imported.value().notes) notes.push_back(d.text());
    REQUIRE(notes.size() == 4);
    CHECK(notes[0] == "cmdb.csv:1:57: column 'Color' is not taken over");
    CHECK(notes[1] == "cmdb.csv:2:23: 'db-1' carries several services (it stays with 'payment')");
    CHECK(notes[2] == "cmdb.csv:2:23: 'ghost' is in no row (left out)");
    CHECK(notes[3] == "cmdb.csv:5:1: 'shop' stands twice (the first is taken)");
    CHECK_FALSE(import_cmdb("a,b\n1,2\n", "x.csv").ok());
}
