#include "engine/base/trend_filter.h"

#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;

TEST_CASE("trend filter: a straight line is found exactly once the past is long") {
    TrendFilter<60> f;
    for (int t = 0; t < 600; t += 10) { f.age(10); f.add(5 + 0.02 * (t + 5), 10); }
    CHECK(f.valid());
    CHECK(f.slope() == Approx(0.02).epsilon(1e-6));
    CHECK(f.level() == Approx(5 + 0.02 * 600).epsilon(1e-6));
    CHECK(f.mean() < f.level());
}

TEST_CASE("trend filter: rows of 60 s and slots of 1 s tell the same line") {
    TrendFilter<150> fine, coarse;
    for (int t = 0; t < 1800; ++t) { fine.age(1); fine.add(3 + 0.01 * (t + 0.5), 1); }
    for (int t = 0; t < 1800; t += 60) { coarse.age(60); coarse.add(3 + 0.01 * (t + 30), 60); }
    CHECK(coarse.slope() == Approx(fine.slope()).epsilon(0.01));
    CHECK(coarse.level() == Approx(fine.level()).epsilon(0.01));
}

TEST_CASE("trend filter: two samples are no line, and a long silence ends validity") {
    TrendFilter<150> f;
    CHECK(std::isnan(f.level()));
    f.age(10); f.add(1, 10);
    CHECK_FALSE(f.valid());
    f.age(10); f.add(2, 10);
    CHECK(f.slope() < 0.02);  // the bare line through both would say 0.1
    for (int i = 0; i < 60; ++i) { f.age(10); f.add(2, 10); }
    CHECK(f.valid());
    f.age(600);
    CHECK_FALSE(f.valid());
}
