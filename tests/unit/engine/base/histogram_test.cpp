#include "engine/base/histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "engine/base/archive.h"
#include "tests/support/catch.h"

using namespace foreshock;

namespace {

std::vector<double> sample(uint64_t seed, size_t n) {
    std::mt19937_64 random(seed);
    std::vector<double> values;
    for (size_t i = 0; i < n; ++i) {
        const double u = static_cast<double>(random() >> 11) * 0x1p-53;
        values.push_back(std::exp(3 + 5 * u) * (random() % 20 == 0 ? 30 : 1));  // heavy tail, 20 ms to 90 s
    }
    return values;
}

double exact(std::vector<double> values, double q) {
    std::sort(values.begin(), values.end());
    const auto rank = static_cast<size_t>(std::ceil(q * static_cast<double>(values.size())));
    return values[std::max<size_t>(rank, 1) - 1];
}

}  // namespace

TEST_CASE("the middle of a bucket is within one percent of every value in it") {
    double worst = 0;
    for (double ms = 0.001; ms < 1e9; ms *= 1.0003) {
        const double middle = Histogram::middle_of(Histogram::bucket_of(static_cast<float>(ms)));
        worst = std::max(worst, std::abs(middle - ms) / ms);
    }
    CHECK(worst <= 0.01);
    CHECK(worst > 0.005);  // else buckets are finer than they need to be
}

TEST_CASE("buckets are in the order of their values") {
    Histogram::Bucket before = 0;
    for (double ms = 0.0005; ms < 2e9; ms *= 1.01) {
        const Histogram::Bucket b = Histogram::bucket_of(static_cast<float>(ms));
        REQUIRE(b >= before);
        before = b;
    }
}

TEST_CASE("what is no duration falls into the outermost buckets") {
    const float infinity = std::numeric_limits<float>::infinity();
    CHECK(Histogram::bucket_of(0) == 0);
    CHECK(Histogram::bucket_of(-5) == 0);
    CHECK(Histogram::bucket_of(std::nanf("")) == 0);
    CHECK(Histogram::bucket_of(-infinity) == 0);
    CHECK(Histogram::bucket_of(infinity) == Histogram::bucket_of(2e9F));
}

TEST_CASE("quantiles are right to one percent") {
    for (uint64_t seed = 1; seed <= 5; ++seed) {
        const std::vector<double> values = sample(seed, 5'000);
        Histogram h;
        for (const double v : values) h.add(Histogram::bucket_of(static_cast<float>(v)));
        REQUIRE(h.count() == values.size());
        for (const double q : {0.001, 0.1, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0}) {
            CAPTURE(seed, q);
            CHECK(h.quantile(q) == Catch::Approx(exact(values, q)).epsilon(0.01));
        }
    }
}

TEST_CASE("an empty histogram has no quantile") {
    Histogram h;
    CHECK(h.empty());
    CHECK(h.quantile(0.95) == 0);
    CHECK(h.count_above(1) == 0);
}

TEST_CASE("what lies above a limit is counted") {
    Histogram h;
    h.add(Histogram::bucket_of(100), 90);
    h.add(Histogram::bucket_of(400), 10);
    CHECK(h.count_above(300) == 10);
    CHECK(h.count_above(50) == 100);
    CHECK(h.count_above(500) == 0);
}

TEST_CASE("histograms merge in any order to the same quantiles and counts") {
    const std::vector<double> values = sample(11, 3'000);
    std::mt19937 random(2);
    Histogram whole;
    for (const double v : values) whole.add(Histogram::bucket_of(static_cast<float>(v)));
    for (int round = 0; round < 10; ++round) {
        std::vector<Histogram> parts(1 + random() % 8);
        for (const double v : values) parts[random() % parts.size()].add(Histogram::bucket_of(static_cast<float>(v)));
        std::shuffle(parts.begin(), parts.end(), random);
        Histogram merged;
        for (const Histogram& p : parts) merged.merge(p);
        REQUIRE(merged.count() == whole.count());
        for (double q = 0.01; q < 1; q += 0.01) REQUIRE(merged.quantile(q) == whole.quantile(q));
        REQUIRE(merged == whole);
    }
}

TEST_CASE("a histogram comes back from its bytes") {
    Histogram h;
    for (const double v : sample(4, 500)) h.add(Histogram::bucket_of(static_cast<float>(v)));
    Archive save;
    h.archive(save);
    const std::string bytes = save.take();
    Histogram again;
    Archive load(bytes);
    again.archive(load);
    CHECK(load.ok());
    CHECK(load.at_end());
    CHECK(again == h);
}
