#include "engine/detect/detector.h"

#include "tests/support/catch.h"
#include "tests/unit/engine/detect/feed.h"

using namespace foreshock;
using Catch::Approx;

namespace {

double after_ramp_until_spike(Feed& feed, double ramp_at, double until, bool of_value = false) {
    feed.run(ramp_at);
    while (feed.seconds() < until) {
        feed.step();
        if (of_value ? feed.value("web").spike : feed.volume("web").spike) return feed.seconds() - ramp_at;
    }
    return -1;
}

// The classic rule that the product must beat: its variance swallows the ramp.
bool plain_ewma_fires(const std::function<double(double)>& rate, double until) {
    double mean = rate(0), variance = 0.01 * mean * mean;
    for (double t = 0; t < until; t += 10) {
        const double d = rate(t) - mean;
        if (d > 4 * std::sqrt(variance) && rate(t) > 1.5 * mean) return true;
        mean += 0.05 * d;
        variance = 0.95 * (variance + 0.05 * d * d);
    }
    return false;
}

}  // namespace

TEST_CASE("detect: demand that rises to three times within 5 minutes is a spike, where a plain EWMA stays silent") {
    const auto rate = ramp(100, 300, 5400, 300);
    CHECK_FALSE(plain_ewma_fires(rate, 5400 + 600));
    Feed feed;
    feed.service("web", rate, 20);
    const double delay = after_ramp_until_spike(feed, 5400, 5400 + 300);
    CHECK(delay > 0);
    CHECK(delay <= 120);
}

TEST_CASE("detect: the same with only four minutes of past, and no spike before it") {
    Feed feed;
    feed.service("web", ramp(100, 300, 240, 300));
    feed.run(240);
    CHECK_FALSE(feed.volume("web").spike);
    CHECK(after_ramp_until_spike(feed, 0, 600) > 0);
}

TEST_CASE("detect: slots of 1 s and of 5 min find it too") {
    for (const int seconds : {1, 300}) {
        EngineOptions o;
        o.slots.length = std::chrono::seconds{seconds};
        Feed feed({}, o);
        feed.service("web", ramp(100, 300, 7200, 300));
        feed.run(7200);
        CHECK_FALSE(feed.volume("web").spike);
        CHECK(after_ramp_until_spike(feed, 0, 7200 + 1500) > 0);
    }
}

TEST_CASE("detect: the baseline does not learn the ramp") {
    Feed feed;
    feed.service("web", ramp(100, 300, 5400, 300));
    feed.run(5400 + 1800);
    CHECK(feed.volume("web").baseline == Approx(100).epsilon(0.05));
    CHECK(feed.volume("web").ratio == Approx(3).epsilon(0.05));
}

TEST_CASE("detect: value rises while volume does not: a value spike alone") {
    Feed feed;
    feed.service("web", steady(50), ramp(20, 60, 5400, 300));
    feed.run(5400 + 400);
    CHECK(feed.value("web").spike);
    CHECK_FALSE(feed.volume("web").spike);
    CHECK(feed.value("web").ratio == Approx(3).epsilon(0.1));
}

TEST_CASE("detect: returns are negative value, and no crash") {
    Feed feed;
    feed.service("web", steady(5), [](double t) { return std::fmod(t, 600) < 60 ? -40.0 : 20.0; });
    feed.run(7200);
    CHECK(feed.signals->services[0].value.baseline > 0);
}

TEST_CASE("detect: a spike ends when demand is back") {
    Feed feed;
    feed.service("web", [](double t) { return t >= 5400 && t < 6000 ? 300.0 : 100.0; });
    feed.run(5900);
    CHECK(feed.volume("web").spike);
    feed.run(1500);
    CHECK_FALSE(feed.volume("web").spike);
}

TEST_CASE("detect: silence of everything is a gap and not zero demand") {
    Feed feed;
    feed.service("web", [](double t) { return t >= 5400 && t < 5700 ? std::nan("") : 100.0; });
    feed.service("api", [](double t) { return t >= 5400 && t < 5700 ? std::nan("") : 50.0; });
    feed.run(5700);
    CHECK_FALSE(feed.volume("web").drop);
    feed.run(600);
    CHECK(feed.volume("web").level == Approx(100).epsilon(0.05));
    CHECK_FALSE(feed.volume("web").drop);
}

TEST_CASE("detect: silence of one service while others go on is a drop") {
    Feed feed;
    feed.service("web", [](double t) { return t >= 5400 ? std::nan("") : 100.0; });
    feed.service("api", steady(50));
    feed.run(5400 + 600);
    CHECK(feed.volume("web").drop);
    CHECK_FALSE(feed.volume("api").drop);
}

TEST_CASE("detect: missing slots are caught up with") {
    Feed feed;
    feed.service("web", steady(100));
    feed.gauge("cpu", "web", "cpu_used", steady(0.4));
    feed.run(3600);
    feed.now += std::chrono::hours{1};
    feed.run(1200);
    CHECK(feed.volume("web").level == Approx(100).epsilon(0.05));
    CHECK(feed.gauge_state("cpu", "cpu_used").level == Approx(0.4).epsilon(0.05));
}

TEST_CASE("detect: saw-teeth of a garbage collector are no pressure, a rising floor under them is") {
    Model m;
    m.services.emplace_back().name = "web";
    ResourceModel& heap = m.resources.emplace_back();
    heap.name = "heap";
    heap.service = "web";
    heap.kind = ResourceKind::memory;
    heap.metrics = {{"heap_used_mb", 100}};
    Feed feed(m);
    feed.gauge("heap", "web", "heap_used_mb", [](double t) { return ramp(0.3, 0.6, 7200, 1200)(t) + 0.3 * std::fmod(t, 200) / 200; });
    for (int i = 0; i < 720; ++i) { feed.step(); REQUIRE_FALSE(feed.gauge_state("heap", "heap_used_mb").pressure); }
    feed.run(1200);
    CHECK(feed.gauge_state("heap", "heap_used_mb").pressure);
}

TEST_CASE("detect: a gauge that is sampled once a minute has a level too") {
    Feed feed;
    feed.gauge("cpu", "web", "cpu_used", ramp(0.4, 0.8, 5400, 600), 60);
    feed.run(5400);
    CHECK(feed.gauge_state("cpu", "cpu_used").level == Approx(0.4).epsilon(0.02));
    feed.run(600);
    CHECK(feed.gauge_state("cpu", "cpu_used").level > 0.65);
    CHECK(feed.gauge_state("cpu", "cpu_used").pressure);
}

TEST_CASE("detect: a promise is judged over its own window, with a minimum of evidence") {
    Feed feed(small_shop());
    feed.service("web", [](double t) { return t < 600 ? 0.1 : 10.0; });
    feed.latency("web", [](double t) { return t >= 1200 ? 500.0 : 100.0; });
    feed.run(600);
    CHECK(std::isnan(feed.signals->slos.at(0).value));
    feed.run(600);
    CHECK(feed.signals->slos.at(0).value == Approx(100).epsilon(0.01));
    CHECK_FALSE(feed.signals->slos.at(0).violated);
    feed.run(60);
    CHECK(feed.signals->slos.at(0).violated);
    CHECK(feed.signals->slos.at(0).value == Approx(500).epsilon(0.01));
}
