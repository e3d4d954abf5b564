#include "engine/forecast/capacity_advisor.h"

#include "tests/support/catch.h"
#include "tests/unit/engine/detect/feed.h"

using namespace foreshock;
using Catch::Approx;
using namespace std::chrono_literals;

namespace {

constexpr double kHalfDay = 43200;

double wave(double t) { return 50 + 15 * std::sin(t / 1800); }

// A pool of instances that follows demand: 0.1 + 0.006 * demand.
void add_shop(Feed& feed, Feed::Series rate) {
    feed.service("web", rate);
    feed.service("db", rate);
    feed.gauge("db-pool", "db", "connections_used", [rate](double t) { return 0.1 + 0.006 * rate(t) + 0.002 * noise(static_cast<int64_t>(t), 9); });
}

const CapacityNeed& need_of(const Feed& feed) { return feed.forecasts->capacity[feed.inventory.find_resource("db-pool")]; }

}  // namespace

TEST_CASE("capacity: the number goes up soon and down late, to the most that was asked for meanwhile") {
    SteadyNumber n;
    CHECK(n.step(4, false, 10));
    CHECK(n.value() == 4);
    SECTION("up after half a minute, at once when urgent") {
        CHECK_FALSE(n.step(6, false, 10));
        CHECK_FALSE(n.step(6, false, 10));
        CHECK(n.step(6, false, 10));
        CHECK(n.value() == 6);
        CHECK(n.step(8, true, 10));
        CHECK(n.value() == 8);
    }
    SECTION("a blip moves nothing") {
        for (int i = 0; i < 50; ++i) CHECK_FALSE(n.step(i % 3 == 0 ? 6 : 4, false, 10));
    }
    SECTION("down after half an hour") {
        for (int i = 0; i < 179; ++i) CHECK_FALSE(n.step(i == 100 ? 3 : 2, false, 10));
        CHECK(n.step(1, false, 10));
        CHECK(n.value() == 3);
        for (int i = 0; i < 100; ++i) CHECK_FALSE(n.step(2, false, 10));
        CHECK_FALSE(n.step(3, false, 10));  // asked for again: the half hour begins anew
        for (int i = 0; i < 179; ++i) CHECK_FALSE(n.step(2, false, 10));
        CHECK(n.step(2, false, 10));
        CHECK(n.value() == 2);
    }
    SECTION("what is not known for long is forgotten") {
        for (int i = 0; i < 59; ++i) CHECK_FALSE(n.step(kUnknown, false, 10));
        CHECK(n.value() == 4);
        CHECK(n.step(kUnknown, false, 10));
        CHECK(std::isnan(n.value()));
        CHECK_FALSE(n.step(kUnknown, false, 10));
    }
}

TEST_CASE("capacity: demand ahead is that of the season, of the rise under way, or what a campaign announces") {
    Model m = small_shop();
    CalendarEntry sale;
    sale.name = "sale";
    sale.services = {"web"};
    sale.expected_ratio = 3;
    const EventTime now{24h * 20000};
    sale.occurrences = {{now + 30min, now + 3h}};
    m.calendar = {sale};
    const Inventory inventory(m);
    const CalendarEvidence calendar(inventory);
    Signals signals;
    signals.end = now;
    signals.services.resize(3);
    DemandState& d = signals.services[0].volume;
    CHECK(std::isnan(demand_ratio_ahead(signals, 0, 10min, calendar)));
    d.level = d.baseline = 20;
    CHECK(demand_ratio_ahead(signals, 0, 10min, calendar) == 1);
    SECTION("the campaign, for those it reaches, from when it is within reach to a quarter of an hour after its start") {
        CHECK(demand_ratio_ahead(signals, 0, 31min, calendar) == Approx(3));
        signals.services[1].volume.level = signals.services[1].volume.baseline = 5;
        CHECK(demand_ratio_ahead(signals, 1, 31min, calendar) == Approx(3));  // db, which web waits for
        d.level = 40;
        CHECK(demand_ratio_ahead(signals, 0, 31min, calendar) == Approx(1.5));
        signals.end = now + 46min;
        CHECK(demand_ratio_ahead(signals, 0, 31min, calendar) == 1);
    }
    SECTION("the rise, as long as such rises go on") {
        d.z = 5;
        d.slope = 0.02;
        d.age_seconds = 600;
        // (1 + h / 720)^-1.75 = 0.5 at h = 349.9.
        CHECK(demand_ratio_ahead(signals, 0, 10min, calendar) == Approx(1 + 0.02 * 349.9 / 20).epsilon(1e-3));
        CHECK(demand_ratio_ahead(signals, 0, 1min, calendar) == Approx(1 + 0.02 * 60 / 20));
        d.z = 1;
        CHECK(demand_ratio_ahead(signals, 0, 10min, calendar) == 1);
    }
    SECTION("the shape of the day") {
        struct Doubles : UsualDemand {
            EventTime from;
            double at(ServiceIndex, Measure, EventTime t) const override { return t >= from ? 20 : 10; }
        } usual;
        usual.from = now + 5min;
        signals.usual = &usual;
        CHECK(demand_ratio_ahead(signals, 0, 10min, calendar) == Approx(2));
        CHECK(demand_ratio_ahead(signals, 0, 4min, calendar) == Approx(1));
    }
}

TEST_CASE("capacity: what a resource needs follows its demand, and warnings ask for the same") {
    Feed feed(small_shop());
    add_shop(feed, [](double t) { return t < kHalfDay ? wave(t) : wave(kHalfDay) + std::min(130.0, (t - kHalfDay) / 8); });
    feed.run(kHalfDay);
    CHECK(need_of(feed).learned);
    CHECK(need_of(feed).units == 1);
    CHECK(need_of(feed).needed == 1);
    CHECK(need_of(feed).headroom == Approx(1 - need_of(feed).utilization / need_of(feed).knee));
    size_t changes = 0, warned = 0;
    for (int i = 0; i < 150; ++i) {
        feed.step();
        changes += need_of(feed).changed;
        for (const BreachForecast& p : feed.forecasts->promises) {
            if (p.gauge == kNoIndex || p.probability < 0.5) continue;
            ++warned;
            CHECK(p.units_needed == std::max(0.0, need_of(feed).needed - need_of(feed).units));
        }
    }
    CHECK(need_of(feed).needed == 2);
    CHECK(changes == 1);
    CHECK(warned > 10);
}

TEST_CASE("capacity: fewer are advised by what was learned only, and kept over a restart") {
    Model m = small_shop();
    m.resources[0].scaling->unit = "connection";
    m.resources[0].scaling->step = 10;
    m.resources[0].scaling->min = 20;
    Feed feed(m);
    add_shop(feed, wave);
    feed.run(1200);
    CHECK_FALSE(need_of(feed).learned);
    CHECK(need_of(feed).units == 100);
    CHECK(need_of(feed).needed == 100);  // half used, but nothing is known of the idle part
    feed.run(kHalfDay);
    CHECK(need_of(feed).learned);
    CHECK(need_of(feed).needed < 100);
    CHECK(need_of(feed).needed >= 100 * need_of(feed).utilization / need_of(feed).knee);
    const double before = need_of(feed).needed;
    REQUIRE(feed.restore(feed.save()));
    feed.step();
    CHECK(need_of(feed).needed == before);
    CHECK_FALSE(need_of(feed).changed);
}
