#include "engine/forecast/continuation.h"

#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;

TEST_CASE("continuation: the longer a rise has lasted, the longer it goes on") {
    CHECK(goes_on(100, 0) == 1);
    CHECK(goes_on(100, 300) < goes_on(600, 300));
    for (const double q : {0.1, 0.5, 0.9}) CHECK(goes_on(200, time_left(200, q)) == Approx(1 - q));
}

TEST_CASE("continuation: crossing of a rise") {
    Rise r;
    r.level = 0.7;
    r.slope = 0.001;
    r.age_seconds = 600;
    r.knee = 0.9;
    const Crossing c = crossing_of(r);
    CHECK(c.probability > 0.5);
    CHECK(c.early < c.median);
    CHECK(c.median == Approx(200).epsilon(0.01));
    CHECK(c.late > c.median);
    SECTION("a young rise is less sure") {
        r.age_seconds = 30;
        CHECK(crossing_of(r).probability < c.probability);
    }
    SECTION("nothing that falls crosses") {
        r.slope = -0.001;
        CHECK(crossing_of(r).probability == 0);
    }
    SECTION("far away is beyond the horizon") {
        r.slope = 0.00005;
        CHECK(crossing_of(r).probability == 0);
    }
    SECTION("an unsure slope widens the interval") {
        r.slope_error = 0.0004;
        const Crossing unsure = crossing_of(r);
        CHECK(unsure.late - unsure.early > c.late - c.early);
    }
    SECTION("beyond the knee it is now") {
        r.level = 1.0;
        CHECK(crossing_of(r).probability == Approx(1));
        CHECK(crossing_of(r).late == 0);
    }
}

TEST_CASE("continuation: what fills") {
    Filling f;
    f.level = 0.5;
    f.rate = 0.0005;
    f.limit = 1;
    const Crossing steady = crossing_of(f);
    CHECK(steady.probability == Approx(1));
    CHECK(steady.median == Approx(1000).epsilon(0.02));
    SECTION("rising demand fills it sooner") {
        f.per_demand = 0.001;
        f.demand_slope = 0.002;
        f.demand_age_seconds = 300;
        CHECK(crossing_of(f).median < steady.median);
    }
    SECTION("what empties does not fill") {
        f.rate = -0.0005;
        CHECK(crossing_of(f).probability == 0);
    }
    SECTION("a balance holds before the limit") {
        f.pull = -0.002;  // stands still a quarter above
        CHECK(crossing_of(f).probability == 0);
    }
}
