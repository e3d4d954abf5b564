#include "rules/model_import.h"

#include "rules/config.h"
#include "tests/support/catch.h"

using namespace foreshock;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> texts_of(const Diagnostics& notes) {
    std::vector<std::string> out;
    for (const Diagnostic& d : notes) out.push_back(d.text());
    return out;
}

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
    CHECK(imported.value().sources.at(5).line == 7);  // calls of checkout
    const std::vector<std::string> notes = texts_of(imported.value().notes);
    REQUIRE(notes.size() == 4);
    CHECK(notes[0] == "slo.yaml:33:14: 'payment-latency' is taken as the 95th percentile of latency in milliseconds (annotate foreshock/indicator and foreshock/below where it is another)");
    CHECK(notes[1] == "slo.yaml:36:75: timeSliceTarget is not taken over (a window is good or bad as a whole)");
    CHECK(notes[2].find("SLO 'strange' is not taken over") != std::string::npos);
    CHECK(notes[3].find("DataSource 'prom' is not taken over") != std::string::npos);
}

namespace {

// An SLO of shop in a document of its own; its objective stands in line 8.
std::string slo(const std::string& name, const std::string& metric, const std::string& objective, const std::string& more = "budgetingMethod: Occurrences", const std::string& annotations = "{}") {
    return "apiVersion: openslo/v1\nkind: SLO\nmetadata:\n  {name: " + name + ", annotations: " + annotations + "}\nspec:\n  service: shop\n  indicator: " + metric +
           "\n  objectives: [{" + objective + "}]\n  " + more + "\n---\n";
}
std::string threshold(const std::string& name, const std::string& query = "x") {
    return "{metadata: {name: " + name + "}, spec: {thresholdMetric: {metricSource: {spec: {query: '" + query + "'}}}}}";
}
const std::string kRatio = "{metadata: {name: r}, spec: {ratioMetric: {}}}";

struct Imported {
    std::string yaml, notes, problems;
};
Imported imported(const std::string& text) {
    const auto result = import_openslo(text, "o");
    Imported out;
    if (result) out.yaml = result.value().yaml;
    for (const Diagnostic& d : result ? result.value().notes : result.problems()) (result ? out.notes : out.problems) += d.text() + '\n';
    return out;
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("an objective keeps its direction, percentile and unit") {
    CHECK(has(imported(slo("a", threshold("latency-p99-seconds"), "op: lte, value: 0.3, target: 0.99")).yaml, "a: {indicator: p99_latency_ms, below: 300, objective: 0.99}"));
    const Imported query = imported(slo("a", threshold("latency", "histogram_quantile(0.999, http_duration_seconds_bucket)"), "op: lt, value: 0.25, target: 0.99"));
    CHECK(has(query.yaml, "{indicator: p99.9_latency_ms, below: 250,"));
    CHECK(query.notes.empty());
    CHECK(has(imported(slo("a", threshold("secondary-latency_ms"), "op: lt, value: 0.3, target: 0.9")).yaml, "below: 0.3"));
    const Imported scaled = imported(slo("a", threshold("latency-p90", "latency_seconds * 1000"), "op: lt, value: 0.3, target: 0.9"));
    CHECK(has(scaled.notes, "o:7:14: 'latency-p90' is taken as milliseconds (0.3 ms is little: are these seconds? Then annotate foreshock/below with the milliseconds)"));
    const Imported above = imported(slo("a", threshold("latency"), "op: gt, value: 300, target: 0.99"));
    CHECK_FALSE(has(above.yaml, "below"));
    CHECK_FALSE(has(above.notes, "is taken as"));
    CHECK(has(above.notes, "o:8:21: SLO 'a' is not taken over: 'gt 300' cannot be said of p95_latency_ms (what is promised here stays below something)"));
    const Imported ratio = imported(slo("a", threshold("good"), "op: gte, value: 0.98, target: 0.99", "budgetingMethod: Timeslices", "{foreshock/indicator: availability}"));
    CHECK(has(ratio.yaml, "{indicator: availability, above: 0.98, objective: 0.99"));
    CHECK(has(imported(slo("a", threshold("latency"), "op: less, value: 1, target: 0.99")).problems, "o:8:21: op: 'less' is no operator (one of lt, lte, gt, gte)"));
}

TEST_CASE("slices become windows where their share can be said") {
    const Imported slices = imported(slo("a", kRatio, "target: 0.99, timeSliceTarget: 0.95, timeSliceWindow: 5m", "budgetingMethod: Timeslices"));
    CHECK(has(slices.yaml, "{indicator: availability, objective: 0.99, budget: windows, above: 0.95, window: 5m}"));
    CHECK(slices.notes.empty());
    const Imported ratio = imported(slo("a", kRatio, "target: 0.99, timeSliceWindow: 5m", "budgetingMethod: RatioTimeslices"));
    CHECK(has(ratio.notes, "o:9:20: budgetingMethod: RatioTimeslices has no word here (taken as Occurrences)"));
    CHECK(has(ratio.notes, "timeSliceWindow is not taken over"));
    CHECK_FALSE(has(ratio.yaml, "window"));
}

TEST_CASE("what would make no model is named in the document") {
    CHECK(has(imported(slo("a", kRatio, "target: 1")).problems, "o:8:25: target: '1' is out of range (above 0 and below 1, such as 0.995)"));
    CHECK(has(imported(slo("a", kRatio, "target: 99.9")).problems, "(write targetPercent: 99.9)"));
    CHECK(has(imported(slo("a", kRatio, "displayName: x")).problems, "an objective needs target or targetPercent"));
    CHECK(has(imported(slo("a", kRatio, "target: 0.9") + slo("a", kRatio, "target: 0.8")).problems, "o:14:10: metadata.name: SLO a of shop is there already (first in line 4; give one another name)"));
    const auto month = [](const std::string& zone) { return "timeWindow: [{duration: 1M, isRolling: false, calendar: {timeZone: " + zone + "}}]"; };
    const Imported zones = imported(slo("a", kRatio, "target: 0.9", month("Europe/Berlin")) + slo("b", kRatio, "target: 0.8", month("Asia/Tokyo")));
    CHECK(has(zones.notes, "o:19:70: timeZone: 'Asia/Tokyo' is not taken over (the periods of a service have one time zone, here Europe/Berlin of line 9)"));
    CHECK(load_config_text(zones.yaml, "out").ok());
    const Imported queue = imported(slo("a", threshold("age"), "op: lt, value: 60, target: 0.9", "budgetingMethod: Timeslices", "{foreshock/indicator: metric, foreshock/resource: q1, foreshock/metric: age_s}"));
    CHECK(has(queue.notes, "o:4:76: foreshock/resource: 'q1' is added by its name only"));
    CHECK(load_config_text(queue.yaml, "out").ok());
    const Imported composite = imported(slo("a", "{}", "target: 0.9, indicatorRef: r"));
    CHECK(has(composite.notes, "o:8:16: SLO 'a' is not taken over: it is a composite of several indicators"));
    CHECK(has(imported("apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: a}\nspec: {service: shop, indicatorRef: nosuch, objectives: [{target: 0.9}]}\n").notes, "no SLI is called 'nosuch'"));
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
    const std::vector<std::string> notes = texts_of(imported.value().notes);
    REQUIRE(notes.size() == 4);
    CHECK(notes[0] == "cmdb.csv:1:57: column 'Color' is not taken over (one of name, type, depends_on, service, owner, title, criticality, host)");
    CHECK(notes[1] == "cmdb.csv:2:23: 'db-1' carries several services (it stays with 'payment')");
    CHECK(notes[2] == "cmdb.csv:2:23: 'ghost' is in no row (left out)");
    CHECK(notes[3] == "cmdb.csv:5:1: 'shop' stands twice (the first is taken)");
    CHECK_FALSE(import_cmdb("a,b\n1,2\n", "x.csv").ok());
}

TEST_CASE("what a CSV says and cannot be taken over is said") {
    const auto problem = import_cmdb("name,type\na,service\n\"unclosed,service\nb,service\n", "x.csv");
    REQUIRE_FALSE(problem);
    CHECK(problem.problems().at(0).text() == "x.csv:3:1: a quote is not closed (close it with \"; a quote inside a field is written twice)");

    const auto result = import_cmdb("Name,Type,Calls,Owners\n"
                                    "shop,service,Payment|stok\n"
                                    "payment,service,tomcat,x,too,many\n"
                                    "stock,service\n"
                                    "tomcat,Application Server,db-1\n"
                                    "db-1,Database,\n", "x.csv");
    REQUIRE(result);
    CHECK(result.value().yaml == "services:\n  payment: {}\n  shop: {calls: [payment]}\n  stock: {}\nresources:\n  db-1: {}\n  tomcat: {service: payment}\n");
    CHECK(result.value().sources.at(6).line == 5);  // tomcat
    const std::vector<std::string> notes = texts_of(result.value().notes);
    REQUIRE(notes.size() == 5);
    CHECK(notes[0] == "x.csv:1:17: column 'Owners' is not taken over (did you mean 'owner'?)");
    CHECK(notes[1] == "x.csv:2:14: 'Payment' is taken as 'payment'");
    CHECK(notes[2] == "x.csv:2:14: 'stok' is in no row (left out; did you mean 'stock'?)");
    CHECK(notes[3] == "x.csv:3:26: more fields than the first line has columns: 6 and 4 (left out from here on; a separator inside a field has to stand in quotes)");
    CHECK(notes[4] == "x.csv:5:27: 'tomcat' is a resource: that it depends on 'db-1' is not taken over (only services depend on something here)");
}
