// Promises in configurations: what is read, what is refused, and what is built on what.
#include "rules/config.h"
#include "tests/support/catch.h"

using namespace foreshock;

namespace {

std::vector<std::string> problems_of(const std::string& text) {
    std::vector<std::string> out;
    const auto config = load_config_text(text, "c.yaml");
    if (!config) for (const Diagnostic& d : config.problems()) out.push_back(d.text());
    return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("objectives, budgets and corrections") {
    const auto config = load_config_text(R"(
services:
  shop:
    time_zone: Europe/Berlin
    slos:
      ok: {indicator: availability, objective: 99.9%, calendar: month}
      paid:
        indicator: value_availability
        above: 99%
        objective: 99.5%
        least_failures: 20
        maintenance: excluded
        burn: [{long: 2h, short: 10m, factor: 7}]
        corrections:
          - {start: 2026-06-01T00:00:00, end: 2026-06-01T01:00:00, exclude: true, author: jane, reason: power test}
          - {start: 2026-06-02, bad: -12.5, total: 3, author: joe, reason: test orders}
      slow: {indicator: p95_latency_ms, below: 300, objective: 99%, budget: transactions}
      fresh: {indicator: freshness, below: 120, missing: bad}
)", "c.yaml");
    REQUIRE(config);
    const auto& slos = config.value().model.services[0].slos;
    CHECK(slos[0].budgeting == Budgeting::transactions);
    CHECK(slos[0].period_kind == PeriodKind::month);
    CHECK(slos[0].below == Catch::Approx(0.0144));
    CHECK(slos[0].burn.size() == 3);
    CHECK(slos[1].budgeting == Budgeting::value);
    CHECK(slos[1].below == Catch::Approx(0.01));
    CHECK(slos[1].least_failures == 20);
    CHECK(slos[1].without_maintenance);
    REQUIRE(slos[1].burn.size() == 1);
    CHECK(slos[1].burn[0].factor == 7);
    REQUIRE(slos[1].corrections.size() == 2);
    CHECK(slos[1].corrections[0].exclude);
    CHECK(to_rfc3339(slos[1].corrections[0].start) == "2026-05-31T22:00:00.000Z");
    CHECK(slos[1].corrections[1].bad == -12'500'000);
    CHECK(slos[1].corrections[1].total == 3'000'000);
    CHECK(slos[1].corrections[1].author == "joe");
    CHECK(slos[2].budgeting == Budgeting::transactions);
    CHECK(slos[3].missing_is_bad);
}

TEST_CASE("promises that cannot be meant") {
    struct Case { std::string slo; std::string problem; };
    const Case cases[]{
        {"{indicator: availability}", "c.yaml:1:38: indicator: an availability needs 'objective' or 'above' beside it (write objective: 99.9%)"},
        {"{indicator: availability, below: 1%}", "c.yaml:1:59: below: an availability stays above something (write above: 99.9%)"},
        {"{indicator: drop, below: 50%, budget: transactions}",
         "c.yaml:1:64: budget: this indicator is no count of transactions (write budget: windows, or leave it out)"},
        {"{indicator: availability, objective: 99%, missing: bad}",
         "c.yaml:1:77: missing: transactions that never came cannot be counted (write budget: windows, or leave it out)"},
        {"{indicator: error_ratio, below: 1%, period: 1d, calendar: day}",
         "c.yaml:1:70: period: 'calendar' stands instead of a rolling period (keep one of them)"},
        {"{indicator: error_ratio, below: 1%, burn: [{long: 90m, short: 7m, factor: 2}, {long: 5m, short: 6m, factor: 2}]}",
         "c.yaml:1:122: short: is longer than 'long' (swap them)"},
        {"{indicator: error_ratio, below: 1%, corrections: [{start: 2026-01-01, author: a, reason: r}]}",
         "c.yaml:1:84: start: this corrects nothing (write exclude: true, or bad: -120)"},
        {"{indicator: error_ratio, below: 1%, corrections: [{start: 2026-01-01, bad: 3, reason: r}]}", "c.yaml:1:76: 'author' is missing (Who answers for it.)"},
        {"{indicator: error_ratio, below: 1%, of: [x.y]}", "c.yaml:1:66: of: only for 'indicator: composite' (remove it, or change the indicator)"},
        {"{indicator: composite, of: [w.lat]}", "c.yaml:1:54: of: unknown promise 'w.lat' (did you mean 'w.late'?)"},
        {"{indicator: composite, of: [w.late, w.l]}", "c.yaml:1:23: of: promises are built on each other: w.l -> w.l (take one of them out)"},
    };
    for (const Case& c : cases) {
        INFO(c.slo);
        CHECK(problems_of("services: {w: {slos: {l: " + c.slo + ", late: {indicator: p95_latency_ms, below: 5}}}}\n") == Texts{c.problem});
    }
}

TEST_CASE("no promise is better than what it is built on") {
    const std::string parts =
        "services:\n  a: {slos: {ok: {indicator: availability, objective: 99.9%}}}\n  b: {slos: {ok: {indicator: availability, objective: 99.8%}}}\n";
    const auto with = [&](const std::string& rest) { return problems_of(parts + "  top: " + rest + "\n"); };
    CHECK(with("{slos: {j: {indicator: composite, of: [a.ok, b.ok], objective: 99.7%}}}").empty());
    CHECK(with("{slos: {j: {indicator: composite, of: [a.ok, b.ok], objective: 99.9%}}}") ==
          Texts{"c.yaml:4:16: objective: 99.9% is more than what it is built on allows: 99.7002% (a.ok 99.9%, b.ok 99.8%) "
                "(promise at most 99.7002%, or have its parts promise more)"});
    CHECK(with("{slos: {j: {indicator: composite, of: [a.ok, b.ok], needs: 1, objective: 99.99%}}}").empty());
    // By weight: while no more than a third is broken, a has to hold; while less than all is, one of them.
    const std::string weighted = "{slos: {j: {indicator: composite, of: [{a.ok: {weight: 2}}, b.ok], combine: weighted, ";
    CHECK(with(weighted + "below: 50%, objective: 99.9%}}}").empty());
    CHECK(with(weighted + "below: 50%, objective: 99.91%}}}") ==
          Texts{"c.yaml:4:16: objective: 99.91% is more than what it is built on allows: 99.9% (a.ok 99.9%, b.ok 99.8%) (promise at most 99.9%, or have its parts promise more)"});
    CHECK(with(weighted + "below: 100%, objective: 99.999%}}}").empty());
}

TEST_CASE("a promise above what is called is worth a word") {
    const auto notices = [](const std::string& calls) {
        const auto config = load_config_text("services:\n  a: {slos: {ok: {indicator: availability, objective: 99.9%}}}\n"
                                             "  b: {slos: {ok: {indicator: availability, objective: 99.9%}}}\n"
                                             "  top: {calls: " + calls + ", slos: {ok: {indicator: availability, objective: 99.85%}}}\n", "c.yaml");
        REQUIRE(config);
        Texts out;
        for (const Diagnostic& d : config.value().notices) out.push_back(d.text());
        return out;
    };
    CHECK(notices("[a, b]") == Texts{"c.yaml:4:31: objective: 99.85% is more than what it calls allows: 99.8001% (a.ok 99.9%, b.ok 99.9%) "
                                     "(promise at most 99.8001%, or mark calls that it can do without: {optional: true})"});
    CHECK(notices("[a, {b: {optional: true}}]").empty());
    CHECK(notices("[{a: {group: ab}}, {b: {group: ab}}]").empty());
    CHECK(notices("[{a: {group: ab, needs: 2}}, {b: {group: ab}}]").size() == 1);
}

TEST_CASE("a callee that promises nothing keeps no more than what it calls") {
    const auto notices = [](const std::string& rest) {
        const auto config = load_config_text("services:\n  a: {calls: [b, d], slos: {ok: {indicator: availability, objective: 99.9%}}}\n  c: {supplier: x, sla: 99%}\n" + rest, "c.yaml");
        REQUIRE(config);
        Texts out;
        for (const Diagnostic& d : config.value().notices) out.push_back(d.text());
        return out;
    };
    const Texts below{"c.yaml:2:29: objective: 99.9% is more than what it calls allows: 99% (c.sla 99%) (promise at most 99%, or mark calls that it can do without: {optional: true})"};
    CHECK(notices("  b: {calls: [c]}\n  d: {}\n") == below);
    CHECK(notices("  b: {calls: [c]}\n  d: {calls: [c]}\n") == below);  // it fails once
    CHECK(notices("  b: {calls: [{c: {optional: true}}]}\n  d: {}\n").empty());
    CHECK(notices("  b: {calls: [{c: {group: g}}, {d: {group: g}}]}\n  d: {}\n").empty());  // of d nothing is known
    CHECK(notices("  b: {calls: [{c: {group: g, needs: 2}}, {d: {group: g}}]}\n  d: {}\n").size() == 1);
    CHECK(notices("  b: {calls: [{c: {group: g}}, {e: {group: g}}]}\n  d: {}\n  e: {calls: [f]}\n  f: {sla: 80%}\n") ==
          Texts{"c.yaml:2:29: objective: 99.9% is more than what it calls allows: 99.8% (b g 99.8%) (promise at most 99.8%, or mark calls that it can do without: {optional: true})"});
}

TEST_CASE("a promise about a metric that its resource does not list") {
    const auto doubts = [](const std::string& metric) {
        const auto config = load_config_text("services:\n  shop: {slos: {q: {indicator: metric, resource: r1, metric: " + metric + ", below: 60}}}\nresources: {r1: {metrics: {depth: {}}}}\n", "c.yaml");
        REQUIRE(config);
        Texts out;
        for (const Diagnostic& d : config.value().doubts) out.push_back(d.text());
        return out;
    };
    CHECK(doubts("depht") == Texts{"c.yaml:2:17: 'r1' lists no metric 'depht', which this promise is about (did you mean 'depth'? Else add it under metrics)"});
    CHECK(doubts("depth").empty());
    CHECK(doubts("age_s").empty());  // need not be listed
}
