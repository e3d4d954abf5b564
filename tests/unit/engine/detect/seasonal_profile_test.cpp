#include "engine/detect/seasonal_profile.h"

#include <cmath>

#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;

namespace {

constexpr EventTime kMonday{std::chrono::hours{24 * 19999}};

double shape(EventTime t) {  // a peak at noon
    const double day = std::fmod(to_seconds(t.time_since_epoch()), 86400) / 86400;
    return 100 - 50 * std::cos(2 * 3.14159265358979 * day);
}

void feed(SeasonalProfile& p, EventTime& t, double days, double times = 1) {
    for (int i = 0; i < static_cast<int>(days * 1440); ++i) {
        t += std::chrono::minutes{1};
        p.add(t, times * shape(t), 60, true);
    }
}

}  // namespace

TEST_CASE("seasonal profile: unknown on the first day, known on the second") {
    SeasonalProfile p;
    EventTime t = kMonday;
    feed(p, t, 0.4);
    CHECK(std::isnan(p.at(t + std::chrono::hours{1})));
    CHECK(p.factor(t, 0.5, 2) == 1);
    feed(p, t, 1);
    CHECK(p.at(t) == Approx(shape(t)).epsilon(0.03));
    const EventTime ago = t - std::chrono::minutes{50};
    CHECK(p.factor(t, 0.5, 2) == Approx(shape(t) / shape(ago)).epsilon(0.02));
}

TEST_CASE("seasonal profile: what happens now is learned 90 minutes later") {
    SeasonalProfile p;
    EventTime t = kMonday;
    feed(p, t, 2);
    const double before = p.at(t);
    feed(p, t, 1.0 / 24, 5);
    CHECK(p.at(t) < 1.3 * before);
}

TEST_CASE("seasonal profile: the scatter of a steady shape is small") {
    SeasonalProfile p;
    EventTime t = kMonday;
    feed(p, t, 1);
    CHECK(std::isnan(p.scatter()));
    feed(p, t, 3);
    CHECK(p.scatter() < 0.1);
}
