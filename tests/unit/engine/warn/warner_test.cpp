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
    Forecasts forecast(double probability, GaugeIndex gauge, bool violated = false, double limit = 100) {
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
        return f;
    }
    std::vector<WarningRevision> step(double probability, bool violated = false, double limit = 100, GaugeIndex gauge = 0) {
        const auto now = warner.decide(forecast(probability, gauge, violated, limit));
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

namespace {

// Services, each with a promise that is broken or not, of so much worth; the bound of open warnings is `bound`.
struct Crowd {
    Model model;
    std::unique_ptr<Inventory> inventory;
    EngineOptions options;
    std::unique_ptr<Warner> warner;
    int64_t slot = 173'000'000;

    Crowd(uint32_t services, uint32_t bound) {
        options.bounds.open_warnings = bound;
        for (uint32_t s = 0; s < services; ++s) {
            ServiceModel& m = model.services.emplace_back();
            m.name = "s" + std::to_string(s);
            m.slos.emplace_back().name = "latency";
        }
        inventory = std::make_unique<Inventory>(model);
        warner = std::make_unique<Warner>(*inventory, options);
    }
    Forecasts slot_with(const std::vector<double>& worth) {  // below 0: kept
        Forecasts f;
        f.slot = {slot++};
        f.start = slot_start(f.slot, options.slots.length);
        f.end = f.decided_at = slot_end(f.slot, options.slots.length);
        for (uint32_t s = 0; s < worth.size(); ++s) {
            BreachForecast& b = f.promises.emplace_back();
            b.service = s;
            b.slo = 0;
            b.violated = worth[s] >= 0;
            b.probability = b.violated ? 1 : 0;
            b.value_per_minute = worth[s];
            b.gauge = kNoIndex;
        }
        return f;
    }
    std::vector<std::string> steps(int n, const std::vector<double>& worth, size_t others = 0) {
        std::vector<std::string> said;
        for (; n > 0; --n)
            for (const WarningRevision& w : warner->decide(slot_with(worth), nullptr, others)) said.push_back(w.service + " " + std::string(to_string(w.state)));
        return said;
    }
    std::vector<std::string> noted() const {
        std::vector<std::string> out;
        for (const SuppressedWarning& w : warner->suppressed()) out.push_back(w.service + " " + std::string(to_string(w.state)) + " by " + w.by);
        return out;
    }
};
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("warn: at the bound of open warnings all are said; one beyond, the least is kept back until there is room") {
    Crowd fits(3, 3);
    CHECK(fits.steps(7, {5, 1, 9}) == Texts{"s0 opened", "s1 opened", "s2 opened"});
    CHECK(fits.noted().empty());
    CHECK(fits.warner->count() == 3);

    Crowd c(4, 3);
    CHECK(c.steps(7, {5, 1, 9, 7}) == Texts{"s0 opened", "s2 opened", "s3 opened"});
    CHECK(c.noted() == Texts{"s1 suppressed by bounds.open_warnings"});
    CHECK(c.warner->count() == 3);
    CHECK(c.warner->open().size() == 3);
    c.steps(1, {5, 1000, 9, 7});  // what is open stays, whatever else is worth
    CHECK(c.noted().empty());
    CHECK(c.warner->count() == 3);
    c.steps(11, {5, 1, -1, 7});
    CHECK(c.steps(1, {5, 1, -1, 7}) == Texts{"s1 opened", "s2 resolved"});  // the end of one is the room of the other
    CHECK(c.noted() == Texts{"s1 released by bounds.open_warnings"});
    CHECK(c.warner->count() == 3);

    Crowd crowded(2, 3);  // others have all places but one
    CHECK(crowded.steps(7, {1, 2}, 2) == Texts{"s1 opened"});
    Crowd full(1, 3);
    CHECK(full.steps(7, {1}, 5).empty());
}

TEST_CASE("warn: what was kept back for want of room and holds no more is never said, nor taken back") {
    Crowd c(2, 1);
    CHECK(c.steps(7, {5, 1}) == Texts{"s0 opened"});
    Archive saving;
    c.warner->archive(saving);
    const std::string bytes = saving.take();
    CHECK(c.steps(12, {5, -1}) == Texts{"s0 updated", "s0 updated"});
    CHECK(c.noted() == Texts{"s1 ended by bounds.open_warnings"});

    Crowd same(2, 1);  // restored, it still waits, and its turn comes
    Archive restoring(bytes);
    same.warner->archive(restoring);
    same.slot = c.slot - 12;
    CHECK(same.steps(13, {-1, 1}) == Texts{"s0 resolved", "s1 opened"});

    Model without = c.model;  // another model promises nothing for s1
    without.services[1].slos.clear();
    Inventory inventory(without);
    Warner warner(inventory, c.options);
    const Numbering then(*c.inventory);
    Renumbering renumbering(then);
    renumbering.complete(Numbering(inventory));
    Archive other(bytes, &renumbering);
    warner.archive(other);
    REQUIRE(other.ok());
    c.slot -= 12;
    CHECK(warner.decide(c.slot_with({5})).empty());
    REQUIRE(warner.suppressed().size() == 1);
    CHECK(warner.suppressed()[0].service == "s1");
    CHECK(warner.suppressed()[0].slo == "latency");
    CHECK(warner.suppressed()[0].state == SuppressedWarning::State::ended);
}

TEST_CASE("warn: what is kept back ends under the resource that it began with, whatever else is about to run out by then") {
    Promise p;
    ResourceModel other = p.model.resources.at(0);
    other.name = "db-threads";
    p.model.resources.push_back(other);
    CalendarEntry upgrade;
    upgrade.name = "upgrade";
    upgrade.kind = CalendarKind::maintenance;
    upgrade.occurrences = {{kBeginningOfTime, kEndOfTime}};
    p.model.calendar.push_back(upgrade);
    Inventory inventory(p.model);
    inventory.gauge(0, "connections_used");
    const GaugeIndex of_other = inventory.gauge(1, "connections_used");
    Warner warner(inventory, p.options);
    std::vector<std::string> noted;
    const auto steps = [&](int n, double probability, GaugeIndex gauge) {
        for (int i = 0; i < n; ++i) {
            CHECK(warner.decide(p.forecast(probability, gauge)).empty());
            for (const SuppressedWarning& w : warner.suppressed()) noted.push_back(w.service + " " + w.resource + " " + std::string(to_string(w.state)));
        }
    };
    steps(3, 0.9, 0);
    steps(30, 0.1, of_other);
    CHECK(noted == std::vector<std::string>{"web db-pool suppressed", "web db-pool ended"});
}
