#include "engine/forecast/scaling.h"

#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;

namespace {

ScalingModel of(const char* unit, double step = 1) {
    ScalingModel s;
    s.unit = unit;
    s.step = step;
    return s;
}

}  // namespace

TEST_CASE("scaling: units are instances by their name, else what the limit counts") {
    GaugeState g;
    g.limit = 600;
    g.instances = 3;
    CHECK(units_in_use(of("replica"), g) == 3);
    CHECK(units_in_use(of("connection"), g) == 600);
    g.limit = 1;
    g.instances = 0;
    CHECK(units_in_use(of("node"), g) == 1);
}

TEST_CASE("scaling: an instance brings its own idle part, a connection does not") {
    const UnitLoad cpu{0.1, 0.6, true}, pool{0.1, 0.6, false};
    CHECK(utilization_with(cpu, 2) == Approx(0.4));
    CHECK(utilization_with(pool, 2) == Approx(0.35));
    CHECK(utilization_with(cpu, 0.5) == Approx(1.3));
}

TEST_CASE("scaling: units needed are whole steps, within the model's bounds") {
    // 4 instances at 0.1 + 1.5: 4 * 1.5 / (0.9 - 0.1) = 7.5.
    CHECK(units_needed(of("replica"), 4, {0.1, 1.5, true}, 0.9).units == 8);
    CHECK(units_needed(of("replica", 3), 4, {0.1, 1.5, true}, 0.9).units == 10);
    // 600 connections at 1.6: 600 * 1.6 / 0.9 = 1066.7.
    CHECK(units_needed(of("connection", 50), 600, {0.1, 1.5, false}, 0.9).units == 1100);
    // Exactly at the knee is enough.
    CHECK(units_needed(of("replica"), 4, {0, 0.9, true}, 0.9).units == 4);

    SECTION("fewer, down to the least") {
        ScalingModel s = of("replica");
        CHECK(units_needed(s, 8, {0.1, 0.2, true}, 0.9).units == 2);
        s.min = 3;
        CHECK(units_needed(s, 8, {0.1, 0.2, true}, 0.9).units == 3);
        CHECK(units_needed(s, 8, {0.1, 0, true}, 0.9).units == 3);
        CHECK(units_needed(of("replica", 5), 8, {0.1, 0, true}, 0.9).units == 3);
    }
    SECTION("no more than the most, and then it says that they are not enough") {
        ScalingModel s = of("replica");
        s.max = 6;
        const UnitsNeeded n = units_needed(s, 4, {0.1, 1.5, true}, 0.9);
        CHECK(n.units == 6);
        CHECK_FALSE(n.enough);
        s.max = 8;
        CHECK(units_needed(s, 4, {0.1, 1.5, true}, 0.9).enough);
        s.step = 3;  // 4, 7, 10: held at 8, which is enough
        CHECK(units_needed(s, 4, {0.1, 1.5, true}, 0.9).units == 8);
        CHECK(units_needed(s, 4, {0.1, 1.5, true}, 0.9).enough);
    }
    SECTION("no number of instances helps where one is full by itself") {
        CHECK(std::isnan(units_needed(of("replica"), 4, {0.95, 0.1, true}, 0.9).units));
        CHECK(std::isnan(units_needed(of("replica"), 4, {0.1, kUnknown, true}, 0.9).units));
    }
}
