#include "rules/sample_check.h"

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

std::vector<std::string> unmet(std::string_view text, const std::vector<SampledName>& sample) {
    const auto config = load_config_text(text, "m.yaml");
    REQUIRE(config.ok());
    std::vector<std::string> out;
    for (const Diagnostic& d : check_sample(config.value(), sample)) out.push_back(d.text());
    return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a model that meets its events has nothing to say") {
    const char* text = R"(
services: {web: {slos: {e: {indicator: error_ratio, below: 1%}}}}
resources:
  web-cpu: {match: {host: '^web-'}, metrics: {cpu_pct: {limit: 100}}}
  db: {}
)";
    CHECK(unmet(text, {{"web", "", "", "web-1"}, {"web", "node", "cpu_pct", "web-1"}, {"", "db", "used", ""}}).empty());
}

TEST_CASE("what meets no event is named with its place") {
    const char* text = R"(
services:
  wbe: {slos: {e: {indicator: error_ratio, below: 1%}}}
resources:
  web-cpu:
    match: [{host: '^web-'}, {resource: '^wbe-cpu$'}]
    metrics: {cpu: {limit: 100}}
  dbs: {}
)";
    const std::vector<SampledName> sample{{"web", "", "", ""}, {"web", "node", "cpu_pct", "web-1"}, {"", "db", "used", ""}};
    CHECK(unmet(text, sample) ==
          Texts{"m.yaml:6:30: this matcher of 'web-cpu' matches nothing in the sample (one of db, node)",
                "m.yaml:7:15: 'web-cpu' has no metric 'cpu' in the sample (it has cpu_pct)",
                "m.yaml:8:3: no metric of 'dbs' in the sample (did you mean 'db'?)",
                "m.yaml:3:3: no event of 'wbe' in the sample, but it has promises (did you mean 'web'?)"});
}

TEST_CASE("a matcher of labels meets those that have them all") {
    const char* text = R"(
resources:
  pay: {match: {labels: {app: '^pay$', tier: front}}}
  db: {match: {labels: {app: '^pay$', tier: '^db$'}}}
)";
    const std::vector<SampledName> sample{{"", "pod-1", "cpu", "h", "", {{"app", "pay"}, {"tier", "front"}}}, {"", "pod-2", "cpu", "h", "", {{"tier", "db"}}}};
    CHECK(unmet(text, sample) == Texts{"m.yaml:4:15: this matcher of 'db' matches nothing in the sample (one of pod-1, pod-2)"});
}

TEST_CASE("a matcher behind a greedier one is named") {
    const char* text = R"(
resources:
  all: {match: {resource: 'db'}}
  db-1: {match: {resource: '^db-1$'}}
)";
    CHECK(unmet(text, {{"", "db-1", "used", ""}}) ==
          Texts{"m.yaml:4:17: all that this matcher of 'db-1' matches is taken by 'all' (the first resource in the file that fits takes a "
                "metric; put this one before it)"});
}

TEST_CASE("promises and rules about what no event carries") {
    const char* text = R"(
services:
  web: {slos: {paid: {indicator: value_availability, objective: 99%}, lat: {indicator: p95_latency_ms, below: 300}}}
  shop: {slos: {paid: {indicator: value_availability, objective: 99%}, q: {indicator: metric, resource: db, metric: age, below: 3}}}
  gone: {}
resources: {db: {}}
rules:
  - {name: version, when: {event: {name: deploy, labels: {version: 9}}}}
  - {name: pod, when: {event: {name: deploy, labels: {pod: p2}}}}
  - {name: fine, when: {event: {name: 'd*', labels: {pod: 'p*'}}}}
  - {name: podd, by: label.podd, when: {event: deploy}}
  - {name: by-pod, by: label.pod, when: {event: deploy}}
  - {name: gone, services: [gone, web], when: spike}
)";
    const std::vector<SampledName> sample{{.service = "web", .resource = {}, .metric = {}, .host = {}, .timed = true},
                                          {.service = "shop", .resource = {}, .metric = {}, .host = {}, .valued = true},
                                          {.service = {}, .resource = "db", .metric = "used", .host = {}},
                                          {.service = "web", .resource = {}, .metric = {}, .host = {}, .event = "deploy", .labels = {{"pod", "p1"}}}};
    CHECK(unmet(text, sample) ==
          Texts{"m.yaml:3:16: no transaction of 'web' has a value in the sample, so that this promise cannot be judged",
                "m.yaml:4:72: 'db' has no metric 'age' in the sample, which this promise is about (it has used)",
                "m.yaml:8:28: no event 'deploy' with the label 'version' in the sample, so that this condition matches nothing (one of pod)",
                "m.yaml:9:24: no event 'deploy' with the pod 'p2' in the sample, so that this condition matches nothing (did you mean 'p1'?)",
                "m.yaml:11:41: no event with the label 'podd' in the sample, so that this rule is for nothing (did you mean 'pod'?)",
                "m.yaml:13:47: no event of service 'gone' in the sample, so that this rule is never judged for it (one of shop, web)"});
}
