#include "engine/warn/warner.h"

#include <set>

#include "engine/plan/renumbering.h"
#include "tests/support/catch.h"
#include "tests/unit/engine/detect/feed.h"

using namespace foreshock;

namespace {

// One promise whose probability is set by hand.
struct Promise {
    Model model = small_shop();
    Inventory inventory{model};
    EngineOptions options;
    Warner warner{inventory, options};
    int64_t slot = 173'000'000;
    std::vector<WarningRevision> said;

    Promise() {
        for (const char* metric : {"connections_used", "threads_used"}) inventory.gauge(0, metric);
    }
    std::vector<WarningRevision> step(double probability, bool violated = false, double limit = 100, GaugeIndex gauge = 0) {
        Forecasts f;
        f.slot = {slot++};
        f.start = slot_start(f.slot, options.slots.length);
        f.end = slot_end(f.slot, options.slots.length);
        f.decided_at = f.end + options.slots.allowed_lateness;
        BreachForecast& b = f.promises.emplace_back();
        b.service = 0;
        b.slo = 0;
        b.probability = violated ? 1 : probability;
        b.violated = violated;
        b.limit = limit;
        b.gauge = gauge;
        b.breach_at = f.end + std::chrono::minutes{15};
        b.earliest = f.end + std::chrono::minutes{12};
        b.latest = f.end + std::chrono::minutes{20};
        const auto now = warner.decide(f);
        std::vector<WarningRevision> out(now.begin(), now.end());
        said.insert(said.end(), out.begin(), out.end());
        return out;
    }
    std::vector<WarningRevision> steps(int n, double probability, bool violated = false, double limit = 100, GaugeIndex gauge = 0) {
        const size_t before = said.size();
        for (int i = 0; i < n; ++i) step(probability, violated, limit, gauge);
        return {said.begin() + static_cast<std::ptrdiff_t>(before), said.end()};
    }
};

}  // namespace

TEST_CASE("warn: opens after 30 s of agreement, repeats each minute, is resolved after two calm minutes") {
    Promise p;
    CHECK(p.steps(2, 0.6).empty());
    CHECK(p.steps(1, 0.3).empty());  // agreement starts again
    CHECK(p.steps(2, 0.6).empty());
    const auto opened = p.steps(1, 0.6);
    REQUIRE(opened.size() == 1);
    CHECK(opened[0].state == WarningState::open);
    CHECK(opened[0].revision == 1);
    CHECK(opened[0].service == "web");
    CHECK(opened[0].slo_text == "p95 latency < 300 ms");
    const auto updates = p.steps(12, 0.4);  // below the raising, above the clearing level
    REQUIRE(updates.size() == 2);
    for (const WarningRevision& w : updates) {
        CHECK(w.state == WarningState::updated);
        CHECK(w.id == opened[0].id);
    }
    CHECK(updates[1].revision == 3);
    const auto end = p.steps(30, 0.1);
    REQUIRE(end.size() == 1);
    CHECK(end[0].state == WarningState::resolved);
    CHECK(end[0].id == opened[0].id);
    CHECK(end[0].verdict == Verdict::false_alarm);
}

TEST_CASE("warn: verdicts") {
    SECTION("came true") {
        Promise p;
        p.steps(3, 0.9);
        p.steps(10, 1, true);
        CHECK(p.steps(20, 0).back().verdict == Verdict::came_true);
    }
    SECTION("averted: somebody raised the limit") {
        Promise p;
        p.steps(3, 0.9);
        p.steps(3, 0.5, false, 150);
        CHECK(p.steps(20, 0, false, 150).back().verdict == Verdict::averted);
    }
    SECTION("another resource that is named has another limit: nobody raised anything") {
        Promise p;
        p.steps(3, 0.9);
        p.steps(3, 0.5, false, 150, 1);
        p.steps(3, 0.5);
        CHECK(p.steps(20, 0, false, 150, 1).back().verdict == Verdict::false_alarm);
    }
}

TEST_CASE("warn: a promise that breaks without a forecast is said at its onset, once it is no blip") {
    Promise p;
    CHECK(p.steps(6, 0, true).empty());
    const auto opened = p.steps(1, 0, true);
    REQUIRE(opened.size() == 1);
    CHECK(opened[0].breached);
    CHECK(opened[0].severity == Severity::critical);
    Promise blip;
    blip.steps(3, 0, true);
    CHECK(blip.steps(30, 0).empty());
}

TEST_CASE("warn: getting worse is said at once") {
    Promise p;
    p.steps(3, 0.6);
    p.steps(2, 0.6);
    const auto worse = p.step(0, true);
    REQUIRE(worse.size() == 1);
    CHECK(worse[0].state == WarningState::updated);
    CHECK(worse[0].breached);
}

TEST_CASE("warn: after a broken promise everything sways: more agreement is asked for during ten minutes") {
    Promise p;
    p.steps(3, 0.9);
    p.steps(10, 1, true);
    CHECK(p.steps(12, 0).back().state == WarningState::resolved);
    CHECK(p.steps(12, 0.9).empty());
    CHECK(p.steps(6, 0.9).size() == 1);
    Promise calm;
    calm.steps(3, 0.9);
    calm.steps(10, 1, true);
    calm.steps(12 + 60, 0);
    CHECK(calm.steps(3, 0.9).size() == 1);
}

TEST_CASE("warn: ids are stable, and differ from one warning to the next") {
    Promise a, b;
    const std::string first = a.steps(3, 0.7).front().id;
    CHECK(first == b.steps(3, 0.7).front().id);
    CHECK(first.size() == 18);
    CHECK(first.substr(0, 2) == "w-");
    a.steps(20, 0);
    CHECK(a.steps(3, 0.7).front().id != first);
}

TEST_CASE("warn: slots of any length agree for 30 s") {
    for (const int seconds : {1, 5, 60}) {
        Promise p;
        p.options.slots.length = std::chrono::seconds{seconds};
        int n = 0;
        while (p.step(0.7).empty()) ++n;
        CHECK(n + 1 == std::max(1, 30 / seconds));
    }
}

TEST_CASE("engine: no model at all: the limit of a resource is what is warned of, and nothing else is") {
    Feed feed;
    for (int s = 0; s < 5; ++s) {
        const std::string name = "service-" + std::to_string(s);
        feed.service(name, s == 3 ? Feed::Series([](double t) { return t < 300 ? 100.0 : 200 + 100 * std::min(1.0, (t - 300) / 300); }) : steady(100), 20);
        for (int r = 0; r < 8; ++r) {
            const bool hot = s == 3 && r == 5;
            const double base = 0.2 + 0.07 * r;
            feed.gauge("r-" + std::to_string(s * 8 + r), name, "used", [=](double t) {
                return (hot ? ramp(0.48, 0.98, 300, 300)(t) : base) + 0.005 * noise(static_cast<int64_t>(t), static_cast<uint64_t>(s * 8 + r));
            });
        }
    }
    feed.run(600);
    REQUIRE_FALSE(feed.warnings.empty());
    std::set<std::string> pairs;
    for (const WarningRevision& w : feed.warnings) pairs.insert(w.service + " " + w.resource.name + " " + w.slo);
    CHECK(pairs == std::set<std::string>{"service-3 r-29 capacity"});
    CHECK_FALSE(feed.warnings.front().breached);
}

TEST_CASE("engine: restore and rest are the whole run") {
    const auto make = [] {
        auto made = std::make_unique<Feed>(small_shop());
        Feed& feed = *made;
        feed.service("web", ramp(50, 150, 7200, 600), 20);
        feed.service("db", ramp(50, 150, 7200, 600));
        feed.latency("web", [](double t) { return t > 7800 ? 900.0 : 100.0; });
        feed.gauge("db-pool", "db", "connections_used", ramp(0.4, 1.1, 7200, 600), 20);
        return made;
    };
    const auto first = make();
    Feed& whole = *first;
    whole.run(9000);
    REQUIRE(whole.warnings.size() > 3);
    for (const double cut : {30.0, 3600.0, 7350.0, 7500.0, 7850.0}) {
        const auto second = make();
        Feed& parts = *second;
        parts.run(cut);
        const std::string bytes = parts.save();
        REQUIRE(parts.restore(bytes));
        CHECK(parts.save() == bytes);
        parts.run(9000 - cut);
        CHECK(parts.save() == whole.save());
        REQUIRE(parts.warnings.size() == whole.warnings.size());
        for (size_t i = 0; i < whole.warnings.size(); ++i) {
            CHECK(parts.warnings[i].id == whole.warnings[i].id);
            CHECK(parts.warnings[i].sentence == whole.warnings[i].sentence);
            CHECK(parts.warnings[i].probability == whole.warnings[i].probability);
        }
    }
    CHECK_FALSE(make()->restore(whole.save().substr(0, 100)));
}

TEST_CASE("engine: cut state is refused") {
    Feed feed(small_shop());
    feed.service("web", ramp(50, 150, 3600, 600), 20);
    feed.gauge("db-pool", "db", "connections_used", ramp(0.4, 1.1, 3600, 600));
    feed.run(4000);
    const std::string good = feed.save();
    for (size_t size = 0; size < good.size(); size += 37) CHECK_FALSE(feed.restore(good.substr(0, size)));
    REQUIRE(feed.restore(good));
    feed.run(60);
    CHECK_FALSE(feed.forecasts->promises.empty());
}

TEST_CASE("warn: a warning whose promise is made no more ends without a verdict, and only once") {
    Promise p;
    const auto opened = p.steps(3, 0.9);
    REQUIRE(opened.size() == 1);
    Archive saving;
    p.warner.archive(saving);
    const std::string bytes = saving.take();

    Model changed = p.model;
    changed.services[0].slos.clear();
    changed.services.insert(changed.services.begin(), ServiceModel{})->name = "first";
    Inventory inventory(changed);
    Warner warner(inventory, p.options);
    const Numbering then(p.inventory);
    Renumbering renumbering(then);
    renumbering.complete(Numbering(inventory));
    Archive restoring(bytes, &renumbering);
    warner.archive(restoring);
    REQUIRE(restoring.ok());
    Archive again;  // a checkpoint before the next slot does not forget it
    warner.archive(again);
    CHECK(Warner::open_in(again.take(), p.options.app).size() == 1);

    Forecasts f;
    f.slot = {p.slot};
    f.start = slot_start(f.slot, p.options.slots.length);
    f.end = f.decided_at = slot_end(f.slot, p.options.slots.length);
    const auto said = warner.decide(f);
    REQUIRE(said.size() == 1);
    CHECK(said[0].id == opened[0].id);
    CHECK(said[0].state == WarningState::resolved);
    CHECK(said[0].revision == opened[0].revision + 1);
    CHECK(said[0].verdict == Verdict::none);
    CHECK(warner.decide(f).empty());
}
