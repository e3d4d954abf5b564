// Rules: what is read, and how every wrong one is answered: with its place and with what to write instead.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/plan/changes.h"
#include "rules/config.h"
#include "tests/support/catch.h"

using namespace foreshock;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

Texts texts_of(const Diagnostics& problems) {
    Texts out;
    for (const Diagnostic& d : problems) out.push_back(d.text());
    return out;
}

Texts problems_of(const std::string& text) {
    const auto config = load_config_text(text, "c.yaml");
    return config.ok() ? Texts{} : texts_of(config.problems());
}

Texts notes_of(const std::string& text) {
    const auto config = load_config_text(text, "c.yaml");
    REQUIRE(config.ok());
    return texts_of(config.value().doubts);
}

RulePlan plan_of_text(const std::string& text) {
    auto config = load_config_text(text, "c.yaml");
    REQUIRE(config.ok());
    return config.value().rules;
}

std::string rule_with(const std::string& when, const std::string& more = {}) { return "rules:\n  - name: r\n" + more + "    when: " + when + "\n"; }

const std::string kModel =
    "services:\n  web: {calls: [shop], slos: {latency: {indicator: p95_latency_ms, below: 300}}}\n  shop: {labels: {tier: gold}}\n"
    "resources:\n  db-1: {service: shop}\n";

}  // namespace

TEST_CASE("a rule with everything") {
    const RulePlan plan = plan_of_text(R"(
rules:
  - name: surge
    title: Surge
    version: 3
    by: label.tier
    services: [web, 'sh*']
    when:
      all:
        - spike: {measure: value, ratio: 1.5, on: callers}
        - not: {event: {name: deploy, labels: {stage: 'prod*'}}}
        - pressure: {resource: db-1, utilization: 70%}
      within: 10m
      for: 1m
    severity: critical
    text: '{title} at {key}'
    labels: {team: shop}
    links: {runbook: 'https://example.com'}
    shadow: true
    resolve_after: 5m
)");
    REQUIRE(plan.rules.size() == 1);
    const Rule& r = plan.rules[0];
    CHECK(r.version == 3);
    CHECK(r.by == RuleKey::label);
    CHECK(r.label == "tier");
    CHECK(r.critical);
    CHECK(r.shadow);
    CHECK(r.resolve_after == 5min);
    CHECK(r.when.kind == ConditionKind::all);
    CHECK(r.when.within == 10min);
    CHECK(r.when.hold == 1min);
    REQUIRE(r.when.parts.size() == 3);
    CHECK(r.when.parts[0].measure == DemandMeasure::value);
    CHECK(r.when.parts[0].level == 1.5);
    CHECK(r.when.parts[0].on == Relation::callers);
    CHECK(r.when.parts[1].within == 10min);  // of the `all` around it
    CHECK(r.when.parts[1].parts[0].labels == std::vector<Label>{{"stage", "prod*"}});
    CHECK(r.when.parts[2].on == Relation::anywhere);  // because it is named
    CHECK(r.when.parts[2].level == 0.7);
    CHECK(r.definition.size() == 16);
    CHECK(plan.hash.size() == 16);
}

TEST_CASE("the condition of a rule changes with what it waits for and of whom, and with nothing else") {
    const auto condition = [](const std::string& text) { return plan_of_text(text).rules.at(0).condition; };
    const std::string plain = condition(rule_with("{spike: {ratio: 2}}"));
    CHECK(condition(rule_with("{spike: {ratio: 2}}", "    shadow: true\n    severity: critical\n    text: now\n    labels: {a: b}\n    resolve_after: 9m\n")) == plain);
    CHECK(condition(rule_with("{spike: {ratio: 3}}")) != plain);
    CHECK(condition(rule_with("{spike: {ratio: 2}}", "    by: everything\n")) != plain);
    const std::string used = condition("conditions: {a: spike}\n" + rule_with("{use: a}"));
    CHECK(condition("conditions: {a: drop}\n" + rule_with("{use: a}")) != used);
}

TEST_CASE("the definition of a rule changes with what it says, and with nothing else") {
    const auto definition = [](const std::string& text) { return plan_of_text(text).rules.at(0).definition; };
    const std::string plain = definition(rule_with("{spike: {ratio: 2}}"));
    CHECK(definition("rules: [{name: r, when: {spike: {ratio: 2}}}]  # another layout\n") == plain);
    CHECK(definition(kModel + rule_with("{spike: {ratio: 2}}")) == plain);
    CHECK(definition(rule_with("{spike: {ratio: 3}}")) != plain);
    CHECK(definition(rule_with("{spike: {ratio: 2}}", "    shadow: true\n")) != plain);
    const std::string used = definition("conditions: {a: spike}\n" + rule_with("{use: a}"));
    CHECK(definition("conditions: {a: drop}\n" + rule_with("{use: a}")) != used);
}

TEST_CASE("wrong rules") {
    struct Case {
        std::string text;
        const char* problem;
    };
    const std::string m = kModel;
    const auto c = GENERATE_COPY(values<Case>({
        {"rules: [{when: spike}]", "c.yaml:1:9: 'name' is missing (Stands in warnings as `rule`.)"},
        {"rules: [{name: a b, when: spike}]", "c.yaml:1:16: name: 'a b' is no name of a rule (1 to 100 letters, digits, '.', '_' and '-'; 'builtin' and 'calendar' are taken)"},
        {"rules: [{name: a, when: spike}, {name: a, when: drop}]", "c.yaml:1:40: a rule 'a' is there already (in c.yaml:1; give one another name)"},
        {rule_with("spkie"), "c.yaml:3:11: 'spkie' is no condition (did you mean 'spike'?)"},
        {rule_with("{spkie: {}}"), "c.yaml:3:12: unknown key 'spkie' (did you mean 'spike'?)"},
        {rule_with("{spike: {}, drop: {}}"), "c.yaml:3:23: 'spike' and 'drop' stand in one condition (join them: all: [{spike: ...}, {drop: ...}])"},
        {rule_with("{within: 5m}"), "c.yaml:3:11: a condition that asks for nothing (one of spike, drop, pressure, burn_rate, absent, event, forecast, all, any, sequence, not, count, use)"},
        {rule_with("{spike: {ratoi: 2}}"), "c.yaml:3:20: unknown key 'ratoi' (did you mean 'ratio'?)"},
        {rule_with("{spike: {ratio: 0.5}}"), "c.yaml:3:27: ratio: a spike lies above the usual (above 1, such as 1.5)"},
        {rule_with("{spike: {on: caller}}"), "c.yaml:3:24: on: 'caller' is not known (did you mean 'callers'?)"},
        {rule_with("{spike: {}, within: 0s}"), "c.yaml:3:31: within: no time at all: this can never hold (1s to 1d, or leave the key out)"},
        {rule_with("{spike: {}, within: 5}"), "c.yaml:3:31: within: expected a duration, found '5' (say the unit: 5s)"},
        {rule_with("{sequence: [spike, drop], within: 2d}"), "c.yaml:3:45: within: 2d is longer than what rules remember (at most 1d)"},
        {rule_with("{sequence: [spike, drop]}"), "c.yaml:3:11: sequence: in which time is not said (such as within: 10m beside sequence)"},
        {rule_with("{sequence: [spike], within: 5m}"), "c.yaml:3:22: sequence: one condition is no sequence (add what follows)"},
        {rule_with("{sequence: [{not: spike}, drop], within: 5m}"), "c.yaml:3:22: sequence: nothing precedes the 'not' at its beginning (write all: [B, {not: A, within: 5m}] for B without A before)"},
        {rule_with("{count: {of: spike, at_least: 3}}"), "c.yaml:3:11: count: in which time is not said (such as within: 10m beside count)"},
        {rule_with("{count: {of: spike}, within: 5m}"), "c.yaml:3:19: 'at_least' is missing (How often.)"},
        {rule_with("{count: {of: {any: [spike, drop]}, at_least: 2, distinct: services}}"), "c.yaml:3:69: distinct: only signals are of a service or resource, not 'any' (count the signal itself)"},
        {rule_with("{absent: {}}"), "c.yaml:3:11: absent: how long is not said (such as for: 5m beside absent)"},
        {rule_with("{event: deploy, for: 5m}"), "c.yaml:3:32: for: an event does not last (write within, or count it)"},
        {rule_with("{all: []}"), "c.yaml:3:17: all: expected a list of conditions, found an empty one (write all: [{spike: {}}, {pressure: {}}])"},
        {rule_with("{all: [spike, {not: spike}]}"), "c.yaml:3:12: all: asks for spike and for not the same spike: this can never hold (leave one of the two out, or give the earlier one a time: within)"},
        {rule_with("{all: [spike, {not: spike}], within: 5m}"), "c.yaml:3:12: all: asks for spike and for not the same spike: this can never hold (leave one of the two out, or give the earlier one a time: within)"},
        {rule_with("{all: [{spike: {measure: volume}}, {drop: {measure: volume}}]}"), "c.yaml:3:12: all: asks for spike and drop of the same thing at once: this can never hold (leave one of the two out, or give the earlier one a time: within)"},
        {rule_with("{all: [{pressure: {utilization: 90%}}, {not: {pressure: {utilization: 80%}}}]}"), "c.yaml:3:12: all: asks for pressure and for no pressure at a level that this one is beyond: this can never hold (leave one of the two out, or give the earlier one a time: within)"},
        {rule_with("{all: [{drop: {ratio: 0.2}}, {not: {drop: {ratio: 0.5}}}]}"), "c.yaml:3:12: all: asks for drop and for no drop at a level that this one is beyond: this can never hold (leave one of the two out, or give the earlier one a time: within)"},
        {rule_with("{use: surge}"), "c.yaml:3:17: use: no condition is called 'surge' (write it under conditions:)"},
        {"conditions: {surge: spike}\n" + rule_with("{use: surg}"), "c.yaml:4:17: use: no condition is called 'surg' (did you mean 'surge'?)"},
        {"conditions: {a: {use: b}, b: {use: a}}\n" + rule_with("{use: a}"), "c.yaml:1:36: use: 'a' uses itself (write out one of the two)"},
        {rule_with("spike", "    text: 'over at {servce}'\n"), "c.yaml:3:11: text: nothing is called {servce} (did you mean 'service'?)"},
        {rule_with("spike", "    by: host\n"), "c.yaml:3:9: by: 'host' is nothing to judge by (service, resource, label.NAME or everything)"},
        {rule_with("spike", "    by: label\n"), "c.yaml:3:9: by: the label is not named (write label.NAME, such as label.region)"},
        {rule_with("spike", "    labels: {run-book: x}\n"), "c.yaml:3:14: labels: 'run-book' is no name for receivers (letters, digits and '_')"},
        {rule_with("spike", "    severity: page\n"), "c.yaml:3:15: severity: 'page' is not known (one of warning, critical)"},
        {m + rule_with("{spike: {service: shpo}}"), "c.yaml:8:12: unknown service 'shpo' (did you mean 'shop'?)"},
        {m + rule_with("{pressure: {resource: db1}}"), "c.yaml:8:12: unknown resource 'db1' (did you mean 'db-1'?)"},
        {m + rule_with("{forecast: {slo: latnecy}}"), "c.yaml:8:12: unknown SLO 'latnecy' (did you mean 'latency'?)"},
    }));
    CAPTURE(c.text);
    CHECK(problems_of(c.text) == Texts{c.problem});
}

TEST_CASE("all problems of rules are said at once") {
    CHECK(problems_of("rules:\n  - {name: a, when: {spike: {ratoi: 2}}, severty: x}\n  - {name: b, when: {sequence: [spike, drp]}}\n").size() == 4);
}

TEST_CASE("what is legal but hardly meant") {
    const auto note = [](const std::string& text) {
        const Texts notes = notes_of(text);
        REQUIRE(notes.size() == 1);
        return notes[0];
    };
    CHECK(note("conditions: {a: spike}\n" + rule_with("spike")) == "c.yaml:1:14: no rule uses the condition 'a' (remove it, or write use: a)");
    CHECK(note(kModel + rule_with("spike", "    services: ['x*']\n")) == "c.yaml:7:11: the rule 'r' can never fire: its services match none of the model (name some that are there)");
    CHECK(note(kModel + rule_with("{spike: {on: callees}}", "    services: [shop]\n")) == "c.yaml:9:12: the rule 'r' can never fire: nothing that the rule is for has callees in the model");
    CHECK(note(kModel + rule_with("{pressure: {resource: 'x*'}}", "    by: everything\n")) == "c.yaml:9:12: the rule 'r' can never fire: 'x*' matches no resource of the model");
    CHECK(note(kModel + rule_with("spike", "    by: label.region\n")) == "c.yaml:7:11: the rule 'r' can never fire: nothing in the model has the label 'region' (add it under labels: of services or resources)");
    CHECK(note("rules: [{name: a, when: spike}, {name: b, when: {spike: {}}}]") == "c.yaml:1:40: the rule 'b' asks for what 'a' asks for already (keep one)");
    const auto can = [&](const std::string& when, const std::string& more = {}) {
        const Texts notes = notes_of("services: {a: {slos: {lat: {indicator: p95_latency_ms, below: 300}, ok: {indicator: availability, objective: 99%}}}, b: {}}\n" + rule_with(when, more));
        return notes.empty() ? std::string("fire") : notes.size() == 1 ? notes[0] : "several";
    };
    CHECK(can("{burn_rate: {slo: ok, long: 6h}}") == "fire");
    CHECK(can("{burn_rate: {slo: lat}}") == "c.yaml:4:12: the rule 'r' can never fire: what has no objective has no budget to burn");
    CHECK(can("{burn_rate: {slo: ok, long: 2h}}") == "c.yaml:4:12: the rule 'r' can never fire: no burn rate over 2h is watched, but over 1h, 6h, 3d");
    CHECK(can("{burn_rate: {slo: 'x*', on: callers}}", "    by: everything\n") == "c.yaml:5:12: the rule 'r' can never fire: nothing in the model has such a promise");
    CHECK(can("{forecast: {slo: 'x*'}}") == "c.yaml:4:12: the rule 'r' can never fire: nothing in the model has such a promise");
    CHECK(can("{forecast: {slo: 'cap*'}}") == "fire");
    CHECK(can("{count: {of: {event: e}, at_least: 2, distinct: services}, within: 30m}") == "c.yaml:4:12: the rule 'r' can never fire: it counts several services where there is one; write by: everything");
    CHECK(can("{count: {of: {event: e}, at_least: 2, distinct: services}, within: 30m}", "    by: everything\n") == "fire");
    CHECK(can("{count: {of: {pressure: {}}, at_least: 2, distinct: resources}, within: 30m}") == "fire");
    CHECK(can("{all: [{event: e}, {event: f}]}") == "c.yaml:4:12: the rule 'r' can hardly fire: its events would have to come in the same slot (give what comes earlier a time: within)");
    CHECK(can("{all: [{event: e}, {event: f}], within: 5m}") == "fire");
    CHECK(can("{all: [{event: e, within: 5m}, {event: f}]}") == "fire");
    CHECK(can("{all: [{absent: {}, for: 5m}, spike]}") == "c.yaml:4:12: the rule 'r' can hardly fire: what is silent has no spike (give what comes earlier a time: within)");
    CHECK(can("{all: [{absent: {}, for: 5m}, {spike: {on: callers}}]}").find("has callers") != std::string::npos);
    CHECK(can("{all: [{absent: {}, for: 5m}, drop]}") == "fire");
    CHECK(can("{event: {name: e, service: a}}") == "c.yaml:3:11: the rule 'r' fires for every service at once: nothing in it is of the one it is judged for (name whom it is for by services, or write by: everything)");
    CHECK(can("{all: [spike, {event: {name: e, service: a}, within: 5m}]}") == "fire");
    CHECK(can("{event: {name: e, service: a}}", "    services: [a]\n") == "fire");
    CHECK(can("{all: [{pressure: {utilization: 90%}}, {not: {pressure: {utilization: 95%}}}]}") == "fire");
    CHECK(notes_of(kModel + rule_with("{any: [{spike: {on: callees}}, drop]}", "    services: [shop]\n")).empty());  // the other may fire it
    CHECK(notes_of(kModel + rule_with("spike", "    by: label.tier\n")).empty());
    CHECK(notes_of(kModel + rule_with("{all: [{spike: {}, within: 30m}, {not: spike}]}")).empty());  // it is over
}

TEST_CASE("rules in files of their own") {
    const auto folder = std::filesystem::temp_directory_path() / "foreshock-rules-test";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder / "rules");
    const auto write = [&](const char* name, const char* text) { std::ofstream(folder / name) << text; };
    write("rules/b.yaml", "rules: [{name: b, when: {use: surge}}]\n");
    write("rules/a.yaml", "conditions: {surge: {spike: {ratio: 2}}}\nrules: [{name: a, when: spike}]\n");
    write("rules/notes.txt", "no rules");
    write("model.yaml", "services: {web: {}}\nrules: [{name: of-the-model, when: drop}]\n");
    write("c.yaml", "model: model.yaml\nrules:\n  - rules/*.yaml\n  - {name: inline, when: drop, by: everything}\n");
    const auto config = load_config((folder / "c.yaml").string());
    REQUIRE(config.ok());
    Texts names;
    for (const Rule& r : config.value().rules.rules) names.push_back(r.name);
    CHECK(names == Texts{"a", "b", "inline", "of-the-model"});
    const auto path = [&](const char* name) { return (folder / name).string(); };
    CHECK(files_of(config.value()) == Texts{path("c.yaml"), path("model.yaml"), path("rules/a.yaml"), path("rules/b.yaml")});
    write("rules/c.yaml", "services: {x: {}}\nrules: [rules/a.yaml]\n");
    const auto wrong = load_config((folder / "c.yaml").string());
    REQUIRE(!wrong.ok());
    const std::string c = (folder / "rules/c.yaml").string();
    CHECK(texts_of(wrong.problems()) == Texts{c + ":1:1: 'services' does not belong into a file of rules (only rules and conditions do)",
                                               c + ":2:9: rules: a path in a file of rules (name all files in the program's configuration)"});
    std::filesystem::remove_all(folder);
}

TEST_CASE("the difference of two plans") {
    const auto rules = [](const std::string& text) { return plan_of_text("rules: [" + text + "]"); };
    const RulePlan before = rules("{name: a, when: spike}, {name: b, when: drop}, {name: c, when: pressure}");
    const RulePlan after = rules("{name: d, when: spike}, {name: c, when: pressure}, {name: b, when: {drop: {ratio: 0.2}}}");
    const Changes changes = changes_between(before.rules, after.rules);
    CHECK(changes.added == Texts{"d"});
    CHECK(changes.changed == Texts{"b"});
    CHECK(changes.removed == Texts{"a"});
    CHECK(changes.kept == 1);
    CHECK(changes_between(after.rules, after.rules).none());
}
