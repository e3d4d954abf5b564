// What a rule remembers: over slots, over restarts, over reloads; and what bounds it. The constructs themselves are told by
// tests/scenarios/match.
#include <string>
#include <vector>

#include "engine/match/matcher.h"
#include "rules/config.h"
#include "tests/support/catch.h"

using namespace foreshock;
using namespace std::chrono_literals;

namespace {

constexpr Micros kSlot = 10s;
const EventTime kStart{Micros{1'795'165'200'000'000}};  // 2026-11-20T09:00:00Z

RulePlan plan_of_text(const std::string& rules) {
    auto config = load_config_text("rules:\n" + rules, "c.yaml");
    REQUIRE(config.ok());
    return config.value().rules;
}

const std::string kFollowed = "  - {name: followed, when: {sequence: [{event: a}, {event: b}], within: 5m}}\n";

// Feeds a matcher slot by slot with events alone.
struct Feed {
    Model model;
    EngineOptions options;
    Inventory inventory{model};
    Matcher matcher{inventory, options};
    int64_t slot = 0;

    explicit Feed(const std::string& rules) { matcher.use(plan_of_text(rules)); }

    // "rule key" of all that holds in the next slot, in which the named events of `service` come.
    std::vector<std::string> next(const std::vector<std::string>& events = {}, const std::string& service = "shop", const std::vector<Label>& labels = {}) {
        ClosedSlot closed;
        closed.length = kSlot;
        closed.start = kStart + kSlot * slot;
        closed.end = closed.start + kSlot;
        closed.index = slot_of(closed.start, kSlot);
        for (size_t i = 0; i < events.size(); ++i) {
            const EventTime at = closed.start + 1s * static_cast<int64_t>(i + 1);
            closed.occurrences.push_back({events[i], service, "", labels, 1, at, at});
        }
        Signals signals;
        signals.start = closed.start;
        signals.end = closed.end;
        const Forecasts forecasts;
        const Firings& firings = matcher.match(closed, signals, forecasts);
        refused = firings.keys_refused;
        keys = firings.keys;
        std::vector<std::string> out;
        for (const RuleFiring& f : firings.firings) out.push_back(firings.plan->rules[f.rule].name + " " + f.key);
        ++slot;
        return out;
    }
    std::string saved() {
        Archive a;
        matcher.archive(a);
        return a.take();
    }
    uint64_t refused = 0, keys = 0;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a rule that stays as it is keeps its state when others come and go") {
    Feed feed(kFollowed);
    CHECK(feed.next({"a"}).empty());
    feed.matcher.use(plan_of_text("  - {name: other, when: {event: c}}\n" + kFollowed));
    CHECK(feed.next({"b"}) == Texts{"followed shop"});
    feed.next({"a"});
    feed.matcher.use(plan_of_text("  - {name: followed, when: {sequence: [{event: a}, {event: b}], within: 5m}, text: other words, severity: critical}\n"));
    CHECK(feed.next({"b"}) == Texts{"followed shop"});  // half of it was seen under the old text
    feed.next({"a"});
    feed.matcher.use(plan_of_text("  - {name: followed, when: {sequence: [{event: a}, {event: b}], within: 6m}}\n"));
    CHECK(feed.next({"b"}).empty());  // another rule by the same name has seen nothing
    feed.next({"a"});
    feed.matcher.use(plan_of_text("  - {name: other, when: {event: c}}\n"));
    feed.matcher.use(plan_of_text(kFollowed));
    CHECK(feed.next({"b"}).empty());  // what was removed is forgotten
}

TEST_CASE("a restored matcher goes on like the one that was saved") {
    const std::string rules = kFollowed +
                              "  - {name: often, when: {count: {of: {event: a}, at_least: 2}, within: 2m}}\n"
                              "  - {name: missing, when: {sequence: [{event: a}, {not: {event: b}}], within: 1m}}\n"
                              "  - {name: quiet, by: everything, when: {not: {event: a}, within: 1m}}\n";
    const Texts story{"a", "", "b", "a", "", "", "", "a", "", "", "", "", "", "", "b", "a", "a", ""};
    const auto events = [&](size_t i) { return story[i].empty() ? Texts{} : Texts{story[i]}; };
    for (size_t cut = 0; cut < story.size(); ++cut) {
        Feed first(rules);
        for (size_t i = 0; i < cut; ++i) first.next(events(i));
        const std::string bytes = first.saved();
        Feed second(rules);
        Archive a(bytes);
        second.matcher.archive(a);
        REQUIRE(a.ok());
        CHECK(a.at_end());
        CHECK(second.saved() == bytes);
        second.slot = first.slot;
        for (size_t i = cut; i < story.size(); ++i) CHECK(first.next(events(i)) == second.next(events(i)));
    }
}

TEST_CASE("cut state is refused") {
    Feed feed(kFollowed);
    feed.next({"a"}, "shop", {{"version", "2.3"}});
    const std::string bytes = feed.saved();
    for (size_t size = 0; size < bytes.size(); ++size) {
        Feed other(kFollowed);
        Archive a(std::string_view(bytes).substr(0, size));
        other.matcher.archive(a);
        CHECK(!a.ok());
    }
}

TEST_CASE("state of a rule by the same name with another condition is left out") {
    Feed feed(kFollowed);
    feed.next({"a"});
    const std::string bytes = feed.saved();
    Feed other("  - {name: followed, when: {event: a}}\n");
    Archive a(bytes);
    other.matcher.archive(a);
    CHECK(a.ok());
    CHECK(other.next({"b"}).empty());
    CHECK(other.next({"a"}) == Texts{"followed shop"});
}

TEST_CASE("keys that only events have are forgotten when their time is over") {
    Feed feed("  - {name: by-build, by: label.build, when: {sequence: [{event: a}, {event: b}], within: 2m}}\n");
    for (int i = 0; i < 10; ++i) feed.next({"a"}, "shop", {{"build", std::to_string(i)}});
    CHECK(feed.keys == 10);
    CHECK(feed.next({"b"}, "shop", {{"build", "7"}}) == Texts{"by-build 7"});
    for (int i = 0; i < 30; ++i) feed.next();
    CHECK(feed.keys == 0);
}

TEST_CASE("keys beyond the bound are counted and left out") {
    Feed feed("  - {name: by-build, by: label.build, when: {count: {of: {event: a}, at_least: 3}, within: 1d}}\n");
    ClosedSlot closed;
    for (size_t i = 0; i < Matcher::kMostKeys; ++i) closed.occurrences.push_back({"a", "shop", "", {{"build", std::to_string(i)}}, 1, kStart, kStart});
    closed.length = kSlot;
    closed.start = kStart + kSlot * feed.slot;
    closed.end = closed.start + kSlot;
    Signals signals;
    signals.start = closed.start;
    signals.end = closed.end;
    feed.matcher.match(closed, signals, Forecasts{});
    ++feed.slot;
    feed.next({"a"}, "shop", {{"build", "one more"}});
    CHECK(feed.refused == 1);
    CHECK(feed.keys == Matcher::kMostKeys);
}

TEST_CASE("what holds when a rule is first judged does not begin there") {
    Feed feed("  - {name: s, by: everything, when: {count: {of: {not: {event: a}}, at_least: 1}, within: 5m}}\n");
    CHECK(feed.next().empty());
    CHECK(feed.next({"a"}).empty());
    CHECK(feed.next() == Texts{"s "});
}
