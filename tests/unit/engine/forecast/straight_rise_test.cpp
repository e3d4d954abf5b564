#include "engine/forecast/straight_rise.h"

#include <cmath>
#include <functional>

#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;

namespace {

constexpr double kSlot = 10;
const double kNothing = std::nan("");

// Noise that is the same in every run, -1 to 1.
double noise(int i) { return std::fmod(i * 0.6180339887 + 0.25 * (i % 7), 1.0) * 2 - 1; }

StraightRise after(int slots, const std::function<double(int)>& x) {
    StraightRise r;
    double highest = 0;
    for (int i = 0; i < slots; ++i) {
        r.step(kSlot, x(i), highest);
        highest = std::fmax(highest, x(i));
    }
    return r;
}

}  // namespace

TEST_CASE("straight rise: it goes on about as long as it has lasted") {
    const auto line = [](int i) { return 0.2 + 0.0005 * i; };  // 0.3 a hundred minutes
    CHECK(after(1000, line).crossing(0.7, 0.9).probability == 0);  // beyond the horizon of half an hour
    const Crossing near = after(1300, line).crossing(0.85, 0.9);
    CHECK(near.probability > 0.75);
    CHECK(near.median == Approx(1000).epsilon(0.1));
    CHECK(after(1300, line).rise() == Approx(0.65).epsilon(0.01));
}

TEST_CASE("straight rise: a long line is believed further than a short one") {
    const auto young = [](int i) { return i < 560 ? 0.5 : 0.5 + 0.005 * (i - 560); };
    const auto old = [](int i) { return 0.005 * i - 2.3; };
    const Crossing of_young = after(600, young).crossing(0.7, 0.9);
    const Crossing of_old = after(600, old).crossing(0.7, 0.9);
    CHECK(of_young.probability > 0.3);
    CHECK(of_old.probability > of_young.probability + 0.2);
}

TEST_CASE("straight rise: noise about a line is no bend, and a bend is no noise") {
    const auto noisy = [](int i) { return 0.2 + 0.0005 * i + 0.02 * noise(i); };
    CHECK(after(1300, noisy).crossing(0.85, 0.9).median == Approx(1000).epsilon(0.2));
    const auto wave = [](int i) { return 0.5 + 0.3 * std::sin(i / 120.0); };  // a period of two hours
    double longest = 0;
    StraightRise r;
    for (int i = 0; i < 3000; ++i) {
        r.step(kSlot, wave(i), 0);
        longest = std::max(longest, r.rise());
    }
    CHECK(longest > 0);
    CHECK(longest < 0.4);
}

TEST_CASE("straight rise: nothing is said of what is flat, falls, has just begun, or empties itself") {
    CHECK(after(1000, [](int) { return 0.8; }).crossing(0.8, 0.9).probability == 0);
    CHECK(after(1000, [](int i) { return 0.8 + 0.03 * noise(i); }).crossing(0.8, 0.9).probability == 0);
    CHECK(after(1000, [](int i) { return 0.9 - 0.0005 * i; }).crossing(0.4, 0.9).probability == 0);
    CHECK(after(20, [](int i) { return 0.5 + 0.01 * i; }).crossing(0.7, 0.9).probability == 0);
    const StraightRise tooth = after(1005, [](int i) { return 0.3 + 0.004 * (i % 100); });  // the line begins anew with each tooth
    CHECK(tooth.crossing(0.32, 0.9).probability == 0);
}

TEST_CASE("straight rise: as far as it has come before it is no news") {
    const auto again = [](int i) { return i < 500 ? 0.3 + 0.001 * i : 0.3 + 0.001 * (i - 500); };  // was at 0.8 before
    CHECK(after(990, again).crossing(0.79, 0.9).probability == 0);
    CHECK(after(1035, again).crossing(0.834, 0.9).probability > 0.5);
}

TEST_CASE("straight rise: samples may be rare, missing, and now and then wrong") {
    const auto line = [](int i) { return 0.2 + 0.0005 * i; };
    const auto rare = [&](int i) { return i % 6 == 0 && (i < 500 || i > 600) ? line(i) : kNothing; };
    CHECK(after(1300, rare).crossing(0.85, 0.9).median == Approx(1000).epsilon(0.1));
    const auto spiked = [&](int i) { return i % 97 == 96 ? 1.0 : line(i); };
    CHECK(after(1300, spiked).crossing(0.85, 0.9).median == Approx(1000).epsilon(0.1));
}
