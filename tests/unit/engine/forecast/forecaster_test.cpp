#include "engine/forecast/forecaster.h"

#include "tests/support/catch.h"
#include "tests/unit/engine/detect/feed.h"

using namespace foreshock;

namespace {

std::unique_ptr<Feed> shop_with_rise(double to, double seconds = 600) {
    auto made = std::make_unique<Feed>(small_shop());
    Feed& feed = *made;
    feed.service("web", ramp(50, 50 * to / 0.4, 7200, seconds), 20);
    feed.service("db", ramp(50, 50 * to / 0.4, 7200, seconds));
    feed.latency("web", steady(100));
    feed.gauge("db-pool", "db", "connections_used", ramp(0.4, to, 7200, seconds));
    return made;
}

}  // namespace

TEST_CASE("forecast: a caller's promise breaks by the resource of what it waits for") {
    const auto made = shop_with_rise(1.2);
    Feed& feed = *made;
    feed.run(7200);
    REQUIRE(feed.forecasts->promises.size() == 2);  // web latency; mail, which nobody waits for, gets the capacity promise
    CHECK(feed.forecasts->promises[0].probability < 0.1);
    double first = 0;
    while (feed.seconds() < 7200 + 400 && first == 0) {
        feed.step();
        if (feed.forecasts->promises[0].probability >= 0.5) first = feed.seconds() - 7200;
    }
    REQUIRE(first > 0);
    CHECK(first < 360);  // the knee is passed after 375 s
    const BreachForecast& f = feed.forecasts->promises[0];
    CHECK(feed.inventory.resources()[feed.inventory.gauges()[f.gauge].resource].name == "db-pool");
    CHECK(f.driver.kind == DriverKind::volume);
    CHECK(f.earliest <= f.breach_at);
    CHECK(f.breach_at <= f.latest);
    CHECK(f.breach_at > feed.slot.end);
    CHECK(f.act_before >= feed.slot.end);
    CHECK(f.units_needed >= 1);
    CHECK(f.value_per_minute > 0);
    CHECK_FALSE(std::isnan((*f.features)[Feature::most_level]));
}

TEST_CASE("forecast: a rise that stops half-way stays below the level of a warning at its end") {
    const auto made = shop_with_rise(0.55);
    Feed& feed = *made;
    feed.run(7200 + 1800);
    CHECK(feed.forecasts->promises[0].probability < 0.35);
}

TEST_CASE("forecast: maintenance silences a resource") {
    Model m = small_shop();
    CalendarEntry e;
    e.name = "upgrade";
    e.kind = CalendarKind::maintenance;
    e.resources = {"db-pool"};
    e.occurrences = {{kBeginningOfTime, kEndOfTime}};
    m.calendar = {e};
    Feed feed(m);
    feed.service("web", ramp(50, 150, 7200, 600));
    feed.gauge("db-pool", "db", "connections_used", ramp(0.4, 1.2, 7200, 600));
    feed.run(7200 + 360);
    CHECK(feed.forecasts->promises[0].probability == 0);
}

TEST_CASE("forecast: an announced campaign is warned of before demand moves, and fades when nothing comes") {
    Model m = small_shop();
    CalendarEntry e;
    e.name = "bf26";
    e.services = {"web"};
    e.expected_ratio = 4;
    Feed probe(m);
    probe.step();
    const EventTime start = probe.slot.start + std::chrono::seconds{7200};
    e.occurrences = {{start, start + std::chrono::hours{4}}};
    m.calendar = {e};
    Feed feed(m);
    feed.service("web", steady(50));
    feed.service("db", steady(50));
    feed.gauge("db-pool", "db", "connections_used", steady(0.4));
    feed.run(7200 - 1200);
    const double far_off = feed.forecasts->promises[0].probability;
    CHECK(far_off < 0.5);
    feed.run(1000);
    const double close = feed.forecasts->promises[0].probability;
    CHECK(close > far_off);
    CHECK(close >= 0.3);
    feed.run(1000);
    CHECK(feed.forecasts->promises[0].probability < 0.5 * close);
}

TEST_CASE("forecast: a queue fills by balance before anything waits") {
    Model m = small_shop();
    Slo age;
    age.name = "queue_age";
    age.indicator = Indicator::metric;
    age.resource = "mail-queue";
    age.metric = "queue_age_s";
    age.below = 100;
    m.services[2].slos = {age};
    ResourceModel queue, cpu;
    queue.name = "mail-queue";
    queue.service = "mail";
    queue.kind = ResourceKind::queue;
    cpu.name = "mail-cpu";
    cpu.service = "mail";
    cpu.kind = ResourceKind::cpu;
    m.resources.push_back(queue);
    m.resources.push_back(cpu);
    Feed feed(m);
    const auto demand = ramp(50, 130, 14400, 900);  // mail can do 100 a second
    feed.service("web", demand);
    feed.service("mail", [&](double t) { return std::min(100.0, demand(t)); });
    feed.gauge("mail-cpu", "mail", "cpu_used", [&](double t) { return std::min(1.0, demand(t) / 100); });
    feed.gauge("mail-queue", "mail", "queue_age_s", steady(0));
    feed.run(14400 + 480);  // 93 a second: still everything is served
    const BreachForecast& f = feed.forecasts->promises[1];
    CHECK(f.service == feed.inventory.find_service("mail"));
    CHECK(f.probability >= 0.3);
    CHECK(f.breach_at > feed.slot.end + std::chrono::seconds{60});
    CHECK(f.driver.kind == DriverKind::volume);
}
