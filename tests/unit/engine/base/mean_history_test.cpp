#include "engine/base/mean_history.h"

#include "engine/base/archive.h"
#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;

TEST_CASE("mean history: means by age") {
    MeanHistory h;
    CHECK(std::isnan(h.mean(0, 64)));
    CHECK(std::isnan(h.most(0, 64)));
    for (int minute = 0; minute < 60; ++minute) for (int i = 0; i < 6; ++i) h.add(minute, 10);
    CHECK(h.mean(0, 2) == Approx(58.5));    // the last two minutes: 58 and 59
    CHECK(h.mean(2, 4) == Approx(56.5));
    CHECK(h.mean(30, 60) == Approx(14.5));  // the first half hour
    CHECK(h.most(30, 60) == Approx(28.5));
    CHECK(h.most(0, 60) == Approx(58.5));
    CHECK(h.mean(0, 60) == Approx(29.5));
    CHECK(h.mean(0, 1000) == Approx(29.5));  // no further back than it keeps
    CHECK(std::isnan(h.mean(60, 64)));       // before the first sample
}

TEST_CASE("mean history: what began before its hour is forgotten") {
    MeanHistory h;
    for (int i = 0; i < 100; ++i) h.add(1000, 120);
    for (int i = 0; i < 32; ++i) h.add(1, 120);
    CHECK(h.mean(0, 64) == 1);
    CHECK(h.most(0, 64) == 1);
}

TEST_CASE("mean history: a gap is unknown, and pulls no mean") {
    MeanHistory h;
    for (int i = 0; i < 5; ++i) h.add(7, 120);
    for (int i = 0; i < 5; ++i) h.add(std::numeric_limits<double>::quiet_NaN(), 120);
    CHECK(std::isnan(h.mean(0, 10)));
    CHECK(h.mean(0, 20) == 7);
    // A minute without a sample in a bucket: its mean is that of the other minute.
    h.add(3, 60);
    h.add(std::numeric_limits<double>::quiet_NaN(), 60);
    CHECK(h.mean(0, 2) == 3);
}

TEST_CASE("mean history: a sample that stands for long fills every bucket that it covers") {
    MeanHistory h;
    h.add(4, 600);
    CHECK(h.mean(0, 2) == 4);
    CHECK(h.mean(8, 10) == 4);
    CHECK(std::isnan(h.mean(10, 12)));
    h.add(std::numeric_limits<double>::quiet_NaN(), 600);
    CHECK(std::isnan(h.mean(0, 10)));
    CHECK(h.mean(10, 20) == 4);
}

TEST_CASE("mean history: what has always been the same changes") {
    MeanHistory h;
    for (int i = 0; i < 5; ++i) h.add(3, 120);
    CHECK(h.mean(0, 64) == 3);
    h.add(9, 120);
    CHECK(h.most(0, 64) == 9);
    CHECK(h.most(2, 64) == 3);
    CHECK(h.mean(0, 64) == 4);
    CHECK(std::isnan(h.mean(12, 64)));
}

TEST_CASE("mean history: saved and restored it goes on the same") {
    const int samples = GENERATE(0, 1, 12, 100);
    const bool same = GENERATE(true, false);
    MeanHistory h, copy;
    for (int i = 0; i < samples; ++i) h.add(same ? 5 : i, 50);
    Archive save;
    save(h);
    const std::string bytes = save.take();
    Archive restore{std::string_view(bytes)};
    restore(copy);
    REQUIRE((restore.ok() && restore.at_end()));
    for (int i = 0; i < 10; ++i) { h.add(i, 50); copy.add(i, 50); }
    for (size_t from = 0; from < 64; from += 2) {
        const double a = h.mean(from, from + 2), b = copy.mean(from, from + 2);
        CHECK((a == b || (std::isnan(a) && std::isnan(b))));
    }
}
