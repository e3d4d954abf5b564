#include "engine/base/quantile_ring.h"

#include "engine/base/archive.h"
#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;

TEST_CASE("quantile ring: newest first, the oldest is overwritten") {
    QuantileRing<4> r;
    CHECK(std::isnan(r.at(0)));
    for (int i = 1; i <= 6; ++i) r.push(i);
    CHECK(r.size() == 4);
    CHECK(r.at(0) == 6);
    CHECK(r.at(3) == 3);
    CHECK(std::isnan(r.at(4)));
}

TEST_CASE("quantile ring: quantiles over a stretch, missing samples left out") {
    QuantileRing<10> r;
    for (int i = 0; i < 10; ++i) r.push(i == 4 ? std::nan("") : i);
    CHECK(r.quantile(0.5, 0, 10) == Approx(5));
    CHECK(r.quantile(0, 0, 3) == 7);
    CHECK(r.quantile(1, 0, 3) == 9);
    CHECK(r.quantile(0.25, 0, 3) == Approx(7.5));
    CHECK(r.mean(4, 7) == Approx(4));  // 5, missing, 3
    CHECK(std::isnan(r.quantile(0.5, 5, 6)));
    CHECK(std::isnan(r.quantile(0.5, 20, 30)));
}

TEST_CASE("quantile ring: what is put aside is there, and not learned from") {
    QuantileRing<20> r;
    for (int i = 0; i < 10; ++i) i < 7 ? r.push(i) : r.push_aside(i);
    r.push_aside(0);
    r.push_aside(std::nan(""));
    CHECK(std::isnan(r.at(0)));
    CHECK(r.at(1) == 0);
    CHECK(r.at(2) == 9);
    CHECK(r.most(5) == 9);
    CHECK(r.most(2) == 0);
    CHECK(std::isnan(r.most(1)));
    CHECK(r.quantile(1, 0, 20) == 6);
    CHECK(r.mean(0, 20) == Approx(3));
    CHECK(std::isnan(r.mean(0, 5)));
}

TEST_CASE("quantile ring: restored as it was saved") {
    QuantileRing<5> a, b;
    for (int i = 0; i < 8; ++i) a.push(i * 1.5);
    Archive saving;
    saving(a);
    const std::string bytes = saving.take();
    Archive restoring{std::string_view(bytes)};
    restoring(b);
    REQUIRE(restoring.ok());
    a.push(1);
    b.push(1);
    for (size_t age = 0; age < 5; ++age) CHECK(a.at(age) == b.at(age));
}
