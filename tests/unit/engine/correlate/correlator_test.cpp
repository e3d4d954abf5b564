#include "engine/correlate/correlator.h"

#include "tests/support/catch.h"
#include "tests/unit/engine/detect/feed.h"

using namespace foreshock;
using Catch::Approx;

namespace {

// Half a day of waves, so that the response can be learned; then a rise at `at`.
Feed::Series waves_then(double at, double to) {
    return [=](double t) {
        const double wave = 50 + 15 * std::sin(t / 1800);
        return t < at ? wave : wave + (to - 50) * std::min(1.0, (t - at) / 600);
    };
}

constexpr double kHalfDay = 43200;

}  // namespace

TEST_CASE("correlate: the response of utilization to demand is learned and foretells it") {
    Feed feed(small_shop());
    const auto rate = waves_then(kHalfDay, 80);
    feed.service("web", rate);
    feed.service("db", rate);
    feed.gauge("db-pool", "db", "connections_used", [&](double t) { return 0.1 + 0.006 * rate(t) + 0.005 * noise(static_cast<int64_t>(t), 9); });
    feed.run(kHalfDay + 300);
    const Outlook& o = feed.outlook("db-pool", "connections_used");
    CHECK(o.from_demand);
    CHECK(o.predicted == Approx(0.1 + 0.006 * rate(feed.seconds())).epsilon(0.08));
    CHECK(o.cost_ratio == Approx(1).epsilon(0.08));
    CHECK(o.idle == Approx(0.1).margin(0.03));
    CHECK(o.slope > 0);
    // The same as coefficients, which say how sure they are: less the further from what was seen.
    REQUIRE(o.response.known);
    CHECK(o.demand_of == feed.inventory.find_service("db"));
    CHECK(o.response.idle == o.idle);
    CHECK(o.response.per_volume == Approx(0.006).epsilon(0.08));
    CHECK(o.response.at(150, 0) == Approx(0.1 + 0.006 * 150).epsilon(0.05));
    CHECK(o.response.scatter > 0);
    CHECK(o.response.error(50, 0) < 0.03);
    CHECK(o.response.error(150, 0) > o.response.error(50, 0));
}

TEST_CASE("correlate: while the sensor is silent, demand speaks for it") {
    Feed feed(small_shop());
    const auto rate = waves_then(kHalfDay, 100);
    feed.service("web", rate);
    feed.service("db", rate);
    feed.gauge("db-pool", "db", "connections_used", [&](double t) { return t > kHalfDay - 60 ? std::nan("") : 0.1 + 0.006 * rate(t); });
    feed.run(kHalfDay + 400);
    const Outlook& o = feed.outlook("db-pool", "connections_used");
    CHECK_FALSE(o.from_sensor);
    CHECK(o.level == Approx(0.1 + 0.006 * rate(feed.seconds())).epsilon(0.1));
}

TEST_CASE("correlate: more utilization at the same demand costs more, and is a loss of capacity") {
    Feed feed(small_shop());
    const auto rate = waves_then(1e9, 50);
    feed.service("web", rate);
    feed.service("db", rate);
    feed.gauge("db-pool", "db", "connections_used", [&](double t) { return (0.1 + 0.006 * rate(t)) * (t > kHalfDay ? 1.8 : 1); });
    feed.run(kHalfDay + 600);
    const Outlook& o = feed.outlook("db-pool", "connections_used");
    CHECK(o.cost_ratio > 1.4);
    CHECK(o.driver == DriverKind::capacity_loss);
    CHECK(o.driving_service == kNoIndex);
}

TEST_CASE("correlate: the driver is volume or value, and causes add up to 1") {
    for (const bool by_value : {false, true}) {
        Feed feed(small_shop());
        feed.service("web", by_value ? steady(50) : ramp(50, 120, 7200, 300), by_value ? ramp(20, 80, 7200, 300) : steady(20));
        feed.service("db", by_value ? steady(50) : ramp(50, 120, 7200, 300), by_value ? ramp(20, 80, 7200, 300) : steady(20));
        feed.gauge("db-pool", "db", "connections_used", ramp(0.4, 0.8, 7200, 300));
        feed.run(7200 + 280);
        CHECK(feed.outlook("db-pool", "connections_used").driver == (by_value ? DriverKind::value : DriverKind::volume));
        REQUIRE(feed.correlation->incidents.size() == 1);
        const Incident& i = feed.correlation->incidents.front();
        double sum = 0;
        for (const Cause& c : i.causes) sum += c.share;
        CHECK(sum == Approx(1));
        CHECK(i.services.size() == 2);
        const uint64_t id = i.id;
        feed.run(60);
        REQUIRE(feed.correlation->incidents.size() == 1);
        CHECK(feed.correlation->incidents.front().id == id);
    }
}
