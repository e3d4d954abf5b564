#include "engine/forecast/feature_maker.h"

#include "tests/support/catch.h"
#include "tests/unit/engine/detect/feed.h"

using namespace foreshock;

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

const BreachForecast& promise_of(const Feed& feed, const std::string& service) {
    const ServiceIndex s = feed.inventory.find_service(service);
    const auto& all = feed.forecasts->promises;
    const auto found = std::ranges::find(all, s, &BreachForecast::service);
    REQUIRE(found != all.end());
    return *found;
}

size_t unknown(const FeatureVector& f) { return static_cast<size_t>(std::ranges::count_if(f.x, [](float x) { return std::isnan(x); })); }

void no_infinities(const Feed& feed) {
    std::string infinite;
    for (const BreachForecast& p : feed.forecasts->promises) {
        for (size_t i = 0; i < kFeatures; ++i) if (std::isinf(p.features->x[i])) infinite.append(kFeatureTable[i].name).append(" ");
    }
    INFO("after " << feed.seconds() << " s");
    CHECK(infinite == "");
}

}  // namespace

TEST_CASE("readings: a service that waits for another sees its resource one call away") {
    Model m = small_shop();
    Slo latency;
    latency.name = "latency";
    latency.below = 100;
    m.services[1].slos = {latency};
    Feed feed(m);
    feed.service("web", steady(50), 20);
    feed.service("db", steady(50));
    feed.service("mail", steady(5));
    feed.latency("web", steady(150));
    feed.latency("db", steady(50));
    feed.gauge("db-pool", "db", "connections_used", steady(0.4));
    feed.gauge("mail-queue", "mail", "depth", steady(0.9));  // nobody waits for it
    feed.run(7200);
    const FeatureVector& web = *promise_of(feed, "web").features;
    const FeatureVector& db = *promise_of(feed, "db").features;
    CHECK(web[Feature::first_hops] == 1);
    CHECK(db[Feature::first_hops] == 0);
    CHECK(web[Feature::first_kind] == 3);
    CHECK(web[Feature::first_level] == Catch::Approx(0.4).margin(0.02));
    CHECK(web[Feature::most_level] == web[Feature::first_level]);
    CHECK(web[Feature::first_usual] == Catch::Approx(0.4).margin(0.02));
    CHECK(web[Feature::full] == 0);
    CHECK(web[Feature::metric_promise] == 0);
    CHECK(std::isnan(web[Feature::second_level]));
    CHECK(std::isnan(web[Feature::filling_level]));
    CHECK(web[Feature::indicator] == Catch::Approx(0.5).margin(0.05));
    CHECK(web[Feature::worst_below] == Catch::Approx(0.5).margin(0.05));
    CHECK(std::isnan(db[Feature::worst_below]));
    CHECK(web[Feature::volume_ratio] == Catch::Approx(1).margin(0.05));
    CHECK(web[Feature::known_minutes] == Catch::Approx(120).margin(1));
    CHECK(feed.inventory.resources()[feed.inventory.gauges()[promise_of(feed, "web").urgent].resource].name == "db-pool");
    no_infinities(feed);
}

TEST_CASE("readings: what is not known is NaN") {
    Feed feed(small_shop());
    feed.run(600);
    const FeatureVector& f = *promise_of(feed, "web").features;
    for (const Feature x : {Feature::first_level, Feature::first_slope, Feature::second_level, Feature::most_level, Feature::volume_ratio,
                            Feature::value_ratio, Feature::entry_ratio, Feature::indicator, Feature::indicator_slope, Feature::worst_below, Feature::campaign_minutes}) {
        INFO(kFeatureTable[static_cast<size_t>(x)].name);
        CHECK(std::isnan(f[x]));
    }
    CHECK(unknown(f) > kFeatures / 2);
    no_infinities(feed);
}

TEST_CASE("readings: of two resources the more urgent is the first, and what fills has a place of its own") {
    Model m = small_shop();
    for (const auto& [name, kind] : {std::pair{"db-cpu", ResourceKind::cpu}, {"db-queue", ResourceKind::queue}}) {
        ResourceModel& r = m.resources.emplace_back();
        r.name = name;
        r.service = "db";
        r.kind = kind;
        r.metrics = {{"used", 100}};
    }
    Feed feed(m);
    feed.service("web", steady(50));
    feed.service("db", steady(50));
    feed.gauge("db-pool", "db", "connections_used", steady(0.3));
    feed.gauge("db-cpu", "db", "used", steady(0.7));
    feed.gauge("db-queue", "db", "used", steady(0.2));
    feed.run(3600);
    const FeatureVector& f = *promise_of(feed, "web").features;
    CHECK(f[Feature::first_kind] == 1);
    CHECK(f[Feature::second_kind] == 3);
    CHECK(f[Feature::filling_kind] == 4);
    CHECK(f[Feature::first_level] == Catch::Approx(0.7).margin(0.02));
    CHECK(f[Feature::second_level] == Catch::Approx(0.3).margin(0.02));
    CHECK(f[Feature::filling_level] == Catch::Approx(0.2).margin(0.02));
    CHECK(f[Feature::most_level] == f[Feature::first_level]);
    CHECK(std::isnan(f[Feature::first_filled_20min]));
}

TEST_CASE("readings: nothing is ever infinite: not at zero demand, in gaps, at jumps or far above the limit") {
    Feed feed(small_shop());
    const auto wild = [](double base, uint64_t seed) {
        return [=](double t) {
            const auto phase = static_cast<int64_t>(t / 300);
            const double x = noise(phase, seed);
            if (x < -0.6) return kNothing;
            if (x < -0.3) return 0.0;
            return x > 0.7 ? base * 1e6 : x > 0.4 ? base * 1e-9 : base * (1 + 0.2 * noise(static_cast<int64_t>(t), seed));
        };
    };
    // What single transactions carry is always a number, and its sum one of 64 bits.
    const auto carried = [&](double base, uint64_t seed) {
        return [x = wild(base, seed)](double t) { return std::isnan(x(t)) ? 0.0 : std::min(x(t), 1000.0); };
    };
    feed.service("web", wild(50, 1), carried(20, 2));
    feed.service("db", wild(50, 3));
    feed.latency("web", carried(100, 4));
    feed.gauge("db-pool", "db", "connections_used", wild(0.5, 5));
    feed.gauge("db-disk", "db", "used", wild(0.5, 6), 60);
    size_t known = 0;
    while (feed.seconds() < 4 * 3600) {
        feed.step();
        no_infinities(feed);
        known = std::max(known, kFeatures - unknown(*promise_of(feed, "web").features));
    }
    CHECK(known > 40);
}
