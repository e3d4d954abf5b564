#include "engine/base/noise_ring.h"

#include "engine/base/archive.h"
#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;

TEST_CASE("noise ring: newest first, the oldest is overwritten, within 3 percent") {
    NoiseRing<4, 1> r;
    CHECK(std::isnan(r.quantile(0, 0.5, 0, 4)));
    for (const double x : {0.001, 0.02, 0.3, 0.5, 0.7}) r.push({x});
    CHECK(r.size() == 4);
    CHECK(r.quantile(0, 0, 0, 4) == Approx(0.02).epsilon(0.03));
    CHECK(r.quantile(0, 1, 0, 1) == Approx(0.7).epsilon(0.03));
    CHECK(r.quantile(0, 0.5, 0, 3) == Approx(0.5).epsilon(0.03));
    CHECK(std::isnan(r.quantile(0, 0.5, 4, 8)));
}

TEST_CASE("noise ring: columns do not touch each other, missing ones are left out") {
    NoiseRing<10, 2> r;
    for (int i = 0; i < 10; ++i) r.push({i == 3 ? std::nan("") : 1e-6 * (i + 1), i < 5 ? 1e9 : std::nan("")});
    CHECK(r.quantile(0, 1, 0, 10) == Approx(1e-5).epsilon(0.03));
    CHECK(r.quantile(0, 0, 6, 8) == Approx(3e-6).epsilon(0.03));  // 3, missing
    CHECK(std::isnan(r.quantile(1, 0.5, 0, 5)));
    CHECK(r.quantile(1, 0.5, 5, 10) == Approx(1e9).epsilon(0.03));
}

TEST_CASE("noise ring: a greater one than ever moves what is kept, and is forgotten when it has gone") {
    NoiseRing<4, 1> r;
    for (const double x : {1.0, 2.0, 3.0}) r.push({x});
    r.push({1000.0});
    CHECK(r.quantile(0, 0, 1, 4) == Approx(1).epsilon(0.03));
    CHECK(r.quantile(0, 1, 0, 4) == Approx(1000).epsilon(0.03));
    r.push({1e9});
    CHECK(r.quantile(0, 0, 0, 4) == 0);  // next to nothing beside it
    for (int i = 0; i < 7; ++i) r.push({0.004});
    CHECK(r.quantile(0, 0.5, 0, 4) == Approx(0.004).epsilon(0.03));
}

TEST_CASE("noise ring: none stays none") {
    NoiseRing<4, 1> r;
    for (int i = 0; i < 6; ++i) r.push({0.0});
    CHECK(r.quantile(0, 1, 0, 4) == 0);
    r.push({5.0});
    CHECK(r.quantile(0, 0.5, 0, 4) == 0);
    CHECK(r.quantile(0, 1, 0, 4) == Approx(5).epsilon(0.03));
}

TEST_CASE("noise ring: restored as it was saved") {
    const int rows = GENERATE(0, 3, 8, 23);
    NoiseRing<8, 2> a, b;
    for (int i = 0; i < rows; ++i) a.push({0.1 * i, i % 3 == 0 ? std::nan("") : 7.0 * i});
    Archive saving;
    saving(a);
    const std::string bytes = saving.take();
    Archive restoring{std::string_view(bytes)};
    restoring(b);
    REQUIRE((restoring.ok() && restoring.at_end()));
    for (int i = 0; i < 5; ++i) { a.push({3.0, 1e7}); b.push({3.0, 1e7}); }
    for (const size_t column : {0U, 1U})
        for (size_t age = 0; age < 8; ++age) {
            const double x = a.quantile(column, 0.5, age, age + 1), y = b.quantile(column, 0.5, age, age + 1);
            CHECK((x == y || (std::isnan(x) && std::isnan(y))));
        }
}
