#include "engine/warn/rule_warner.h"

#include "engine/warn/rule_sentence.h"
#include "tests/support/catch.h"

using namespace foreshock;

namespace {

constexpr Micros kSlot = std::chrono::seconds{10};

Rule surge() {
    Rule r;
    r.name = "surge";
    r.condition = "waits for a spike";
    r.definition = "first text";
    r.when.kind = ConditionKind::spike;
    r.when.level = 2;
    r.when.measure = DemandMeasure::volume;
    return r;
}

// One rule, slot after slot.
struct Desk {
    Model model;
    Inventory inventory{model};
    EngineOptions options;
    RuleWarner warner{inventory, options};
    RulePlan plan{{surge()}, "hash"};
    EventTime end{std::chrono::hours{24 * 20000}};

    // What is said in slots for so long, in which shop volume is `ratio` times its usual.
    std::vector<WarningRevision> hold(double ratio, Micros for_time) {
        std::vector<WarningRevision> said;
        for (const EventTime until = end + for_time; end < until;) {
            Firings slot{SlotIndex{0}, end, end + kSlot, end + kSlot, &plan, {}, 0, 0};
            end += kSlot;
            RuleFiring f;
            f.key = "shop";
            f.since = slot.start;
            f.evidence.push_back({ConditionKind::spike, "shop volume", ratio, slot.end, {}});
            slot.firings.push_back(f);
            const RuleWarnings& out = warner.decide(slot);
            said.insert(said.end(), out.said.begin(), out.said.end());
            said.insert(said.end(), out.shadow.begin(), out.shadow.end());
        }
        return said;
    }
    std::vector<WarningRevision> without_rule() {
        plan.rules.clear();
        Firings slot{SlotIndex{0}, end, end + kSlot, end + kSlot, &plan, {}, 0, 0};
        end += kSlot;
        return warner.decide(slot).said;
    }
};

}  // namespace

TEST_CASE("rule warning: it is said again when a number has moved by a quarter, else once an hour") {
    Desk d;
    const auto first = d.hold(2.4, std::chrono::minutes{50});
    REQUIRE(first.size() == 1);
    CHECK(first[0].state == WarningState::open);
    CHECK(d.hold(2.9, std::chrono::minutes{5}).empty());
    const auto moved = d.hold(3.1, std::chrono::minutes{5});
    REQUIRE(moved.size() == 1);
    CHECK(moved[0].revision == 2);
    CHECK(moved[0].sentence == "shop: surge: shop volume is x3.1 its usual.");
    CHECK(d.hold(3.1, std::chrono::hours{2}).size() == 2);
}

TEST_CASE("rule warning: it outlives a change of words, and is said again with them") {
    Desk d;
    const std::string id = d.hold(2.4, std::chrono::minutes{5}).at(0).id;
    d.plan.rules[0].definition = "second text";
    d.plan.rules[0].text = "look at {service}{key}";
    d.plan.rules[0].critical = true;
    const auto said = d.hold(2.4, std::chrono::minutes{5});
    REQUIRE(said.size() == 1);
    CHECK(said[0].id == id);
    CHECK(said[0].state == WarningState::updated);
    CHECK(said[0].severity == Severity::critical);
    CHECK(said[0].sentence.starts_with("look at shop"));
}

TEST_CASE("rule warning: one that waits for something else now, or speaks to nobody, ends the old one") {
    Desk d;
    d.hold(2.4, std::chrono::minutes{5});
    d.plan.rules[0].condition = "waits for another spike";
    auto said = d.hold(2.4, kSlot * 2);
    REQUIRE(said.size() == 2);
    CHECK(said[0].sentence == "shop: over. The rule 'surge' was changed.");
    CHECK(said[1].state == WarningState::open);
    d.plan.rules[0].shadow = true;
    said = d.hold(2.4, kSlot * 2);
    REQUIRE(said.size() == 2);
    CHECK(said[0].state == WarningState::resolved);
}

TEST_CASE("rule warnings: at the bound of open warnings all are said, one beyond is kept back until there is room") {
    Desk d;
    d.options.bounds.open_warnings = 3;
    d.plan.rules[0].resolve_after = kSlot;
    const auto slot = [&](std::vector<std::string> keys, size_t others) {
        Firings f{SlotIndex{0}, d.end, d.end + kSlot, d.end + kSlot, &d.plan, {}, 0, 0};
        d.end += kSlot;
        for (std::string& key : keys) f.firings.emplace_back().key = std::move(key);
        return d.warner.decide(f, others).said;
    };
    CHECK(slot({"a", "b"}, 1).size() == 2);
    CHECK(d.warner.count() == 2);
    CHECK(d.warner.suppressed().empty());
    CHECK(slot({"a", "b", "c"}, 1).empty());
    REQUIRE(d.warner.suppressed().size() == 1);
    CHECK(d.warner.suppressed()[0].by == kBeyondBound);
    CHECK(d.warner.suppressed()[0].state == SuppressedWarning::State::suppressed);
    CHECK(slot({"a", "b", "c"}, 1).empty());
    CHECK(d.warner.suppressed().empty());  // written down once
    const auto said = slot({"a", "b", "c"}, 0);
    REQUIRE(said.size() == 1);
    CHECK(said[0].key == "c");
    CHECK(said[0].state == WarningState::open);
    CHECK(d.warner.suppressed()[0].state == SuppressedWarning::State::released);
    CHECK(slot({"a", "b", "c", "d"}, 0).empty());
    const auto ended = slot({"a", "b", "c"}, 0);  // of d nobody ever hears
    CHECK(ended.empty());
    CHECK(d.warner.suppressed()[0].state == SuppressedWarning::State::ended);

    Desk shadow;  // takes no room
    shadow.options.bounds.open_warnings = 1;
    shadow.plan.rules[0].shadow = true;
    Firings f{SlotIndex{0}, shadow.end, shadow.end + kSlot, shadow.end + kSlot, &shadow.plan, {}, 0, 0};
    f.firings.emplace_back().key = "a";
    CHECK(shadow.warner.decide(f, 1).shadow.size() == 1);
    CHECK(shadow.warner.count() == 0);
}

TEST_CASE("rule warning: the end of a removed rule says so") {
    Desk d;
    d.hold(2.4, std::chrono::minutes{5});
    const auto said = d.without_rule();
    REQUIRE(said.size() == 1);
    CHECK(said[0].sentence == "shop: over. The rule 'surge' was removed.");
}

TEST_CASE("rule warning: it says what its rule waits for, and what was seen") {
    Desk d;
    const auto said = d.hold(2.4, kSlot);
    REQUIRE(said.size() == 1);
    CHECK(said[0].condition == "spike (volume, at least x2)");
    REQUIRE(said[0].seen.size() == 1);
    CHECK(said[0].seen[0].entity == "shop volume");
    CHECK(said[0].seen[0].value == 2.4);
}

TEST_CASE("conditions in words") {
    RuleCondition all;
    all.within = std::chrono::minutes{5};
    RuleCondition& pressure = all.parts.emplace_back();
    pressure.kind = ConditionKind::pressure;
    pressure.resource = "db-*";
    pressure.level = 0.9;
    pressure.hold = std::chrono::seconds{90};
    RuleCondition& no = all.parts.emplace_back();
    no.kind = ConditionKind::negation;
    RuleCondition& event = no.parts.emplace_back();
    event.kind = ConditionKind::event;
    event.name = "deploy";
    event.on = Relation::callers;
    CHECK(condition_text(all) == "(pressure (`db-*`, at least 90 %) for 90 s and not event (`deploy`, on callers)) within 5 min");
    RuleCondition count;
    count.kind = ConditionKind::count;
    count.at_least = 3;
    count.distinct = CountOf::services;
    count.parts.push_back(surge().when);
    CHECK(condition_text(count) == "at least 3 services with spike (volume, at least x2)");
}
