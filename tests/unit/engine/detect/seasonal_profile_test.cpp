#include "engine/detect/seasonal_profile.h"

#include <cmath>

#include "tests/support/catch.h"

using namespace foreshock;
using namespace std::chrono_literals;
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

namespace {

// Demand by the clocks of Berlin: ten times as much from 8 to 20 o'clock as at night.
double office_hours(EventTime local) { const auto h = (local.time_since_epoch() / 1h % 24 + 24) % 24; return h >= 8 && h < 20 ? 100 : 10; }

}  // namespace

TEST_CASE("what is usual follows the clocks of the zone on both days on which they are changed") {
    using std::chrono::sys_days;
    const auto day = [](int m, int d) { return EventTime{sys_days{std::chrono::year{2026} / m / d}}; };
    const std::vector<ZoneOffset> berlin{{kBeginningOfTime, 1h}, {day(3, 29) + 1h, 2h}, {day(10, 25) + 1h, 1h}};
    DayClock clock;
    clock.zone = &berlin;
    for (const EventTime change : {day(3, 29), day(10, 25)}) {
        SeasonalProfile with, without;
        with.set_clock(&clock);
        for (EventTime t = change - 14 * 24h; t < change + 3h; t += 1min) {
            const double y = office_hours(to_local(berlin, t));
            with.add(t + 1min, y, 60, true);
            without.add(t + 1min, y, 60, true);
        }
        for (EventTime t = change + 3h; t < change + 24h; t += 30min) {
            const EventTime local = to_local(berlin, t + 5min);
            if (office_hours(local - 20min) != office_hours(local + 20min)) continue;
            INFO(to_rfc3339(t));
            CHECK(with.at(t + 5min) == Catch::Approx(office_hours(local)).epsilon(0.05));
        }
        // The hour that differs: by UTC the old opening hour would still be expected.
        const EventTime opening = change + (change == day(3, 29) ? 6h : 7h);  // 8 o'clock there
        const EventTime shifted = change == day(3, 29) ? opening + 30min : opening - 30min;
        CHECK(without.at(shifted) != Catch::Approx(office_hours(to_local(berlin, shifted))).epsilon(0.3));
    }
}

TEST_CASE("a holiday is as a Sunday, and is not learned") {
    CalendarEntry feast;
    feast.kind = CalendarKind::holiday;
    const EventTime monday{std::chrono::sys_days{std::chrono::year{2026} / 6 / 1}};
    feast.occurrences = {{monday + 17 * 24h, monday + 18 * 24h}};  // a Thursday
    DayClock clock;
    clock.holidays = {&feast};
    SeasonalProfile profile;
    profile.set_clock(&clock);
    const auto demand = [&](EventTime t) { return (t - monday) / 24h % 7 == 6 ? 20.0 : 100.0; };
    for (EventTime t = monday - 21 * 24h; t < monday + 17 * 24h; t += 5min) profile.add(t + 5min, t < monday && (monday - t - 1min) / 24h % 7 == 0 ? 20 : demand(t), 300, true);
    const double feast_day = profile.at(monday + 17 * 24h + 12h), ordinary = profile.at(monday + 18 * 24h + 12h);
    CHECK(feast_day < 0.5 * ordinary);
    SeasonalProfile before = profile;
    for (EventTime t = monday + 17 * 24h; t < monday + 18 * 24h; t += 5min) profile.add(t + 5min, 3, 300, true);
    for (EventTime t = monday + 18 * 24h; t < monday + 18 * 24h + 2h; t += 5min) profile.add(t + 5min, 100, 300, true);
    CHECK(profile.at(monday + 25 * 24h + 12h) == Catch::Approx(before.at(monday + 25 * 24h + 12h)).epsilon(0.1));
}
