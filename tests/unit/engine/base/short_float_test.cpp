#include "engine/base/short_float.h"

#include <limits>

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

double kept(double x) { return static_cast<double>(ShortFloat(x)); }

}  // namespace

TEST_CASE("short float: within a thousandth over its whole range") {
    for (double x = std::ldexp(1.01, -30); x < std::ldexp(1, 34); x *= 1.0137) {
        CHECK(std::abs(kept(x) - x) <= x / 1024);
        CHECK(kept(-x) == -kept(x));
        CHECK(kept(kept(x)) == kept(x));
    }
    for (int i = 0; i <= 1024; ++i) CHECK(kept(i) == (i <= 1023 || i % 2 == 0 ? i : i + 1));
}

TEST_CASE("short float: keeps the order") {
    double before = 0;
    for (double x = 1e-12; x < 1e12; x *= 1.001) {
        CHECK(kept(x) >= before);
        before = kept(x);
    }
}

TEST_CASE("short float: what it cannot hold") {
    CHECK(std::isnan(kept(std::nan(""))));
    CHECK(ShortFloat(std::nan("")) == ShortFloat(std::nan("")));
    CHECK(kept(0) == 0);
    CHECK(std::signbit(kept(-0.0)));
    CHECK_FALSE(std::signbit(kept(0.0)));
    CHECK(kept(1e-11) == 0);
    const double greatest = kept(std::numeric_limits<double>::infinity());
    CHECK(greatest > 1.71e10);
    CHECK(kept(1e30) == greatest);
}
