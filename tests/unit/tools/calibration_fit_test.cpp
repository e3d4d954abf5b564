#include "tools/learn/calibration_fit.h"

#include <cmath>
#include <random>
#include <vector>

#include "engine/forecast/hazard.h"
#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;

namespace {

double uniform(std::mt19937_64& random) { return static_cast<double>(random() >> 11) / 9007199254740992.0; }

// Promises that break as often as a calibration of what was said says.
std::vector<SaidOdds> world(size_t n, double slope, double offset, double share = 1) {
    std::mt19937_64 random(5);
    std::vector<SaidOdds> out;
    for (size_t i = 0; i < n; ++i) {
        SaidOdds x{static_cast<float>(-6 + 9 * uniform(random)), static_cast<float>(i % 2 == 0 ? 1 : share), false};
        x.broke = uniform(random) < calibrated(x, {slope, offset, 1});
        out.push_back(x);
    }
    return out;
}

}  // namespace

TEST_CASE("calibration: slope and offset that made the samples are found again") {
    for (const auto& [slope, offset] : {std::pair{1.0, 0.0}, {0.5, -1.0}, {1.8, 2.0}, {0.3, 0.7}}) {
        const auto said = world(40'000, slope, offset);
        const Calibration c = fit_odds(said);
        CHECK(c.slope == Approx(slope).margin(0.05));
        CHECK(c.offset == Approx(offset).margin(0.1));
        CHECK(c.interval == 1);
        CHECK(log_loss(said, c) <= log_loss(said, Calibration{}));
    }
}

TEST_CASE("calibration: a share that the probability is multiplied by is taken out of the odds") {
    const auto said = world(40'000, 0.7, -0.5, 0.4);
    const Calibration c = fit_odds(said);
    CHECK(c.slope == Approx(0.7).margin(0.05));
    CHECK(c.offset == Approx(-0.5).margin(0.1));
}

TEST_CASE("calibration: little evidence moves it little, and it stays within what a configuration may hold") {
    CHECK(fit_odds({}).slope == 1);
    CHECK(fit_odds({}).offset == 0);
    const std::vector<SaidOdds> one{{-2, 1, true}};
    CHECK(fit_odds(one).offset == Approx(0.03).margin(0.01));
    CHECK(fit_odds(one).slope == Approx(0.94).margin(0.02));
    std::vector<SaidOdds> opposite, always;
    for (int i = 0; i < 5000; ++i) {
        opposite.push_back({static_cast<float>(i % 2 == 0 ? -3 : 3), 1, i % 2 == 0});
        always.push_back({static_cast<float>(-8 + i % 3), 1, true});
    }
    CHECK(fit_odds(opposite).slope == 0.1);
    CHECK(std::abs(fit_odds(opposite).offset) < 0.01);
    const Calibration up = fit_odds(always);
    CHECK(up.slope >= 0.1);
    CHECK(up.offset <= 10);
    CHECK(log_loss(always, up) < 0.1);
}

TEST_CASE("calibration: log loss is that of the formula, and no certainty makes it infinite") {
    const std::vector<SaidOdds> said{{0, 1, true}, {0, 0.5F, false}};
    CHECK(log_loss(said, Calibration{}) == Approx((std::log(2) - std::log(0.75)) / 2));
    const std::vector<SaidOdds> sure{{1000, 1, false}, {-1000, 1, true}};
    CHECK(std::isfinite(log_loss(sure, Calibration{})));
    const Calibration c = fit_odds(sure);
    CHECK((std::isfinite(c.slope) && std::isfinite(c.offset)));
}

TEST_CASE("calibration: the interval's factor is the one that holds four of five moments") {
    // Half-widths 100 below and 300 above; what was left lies evenly within twice as much.
    std::vector<SaidInterval> said;
    for (int i = 0; i < 1000; ++i) {
        const float off = -200 + 0.2F * static_cast<float>(i) + 0.1F;
        said.push_back({500, 600, 900, 600 + off});
        said.push_back({500, 600, 900, 600 - 3 * off});
    }
    const double factor = fit_interval(said);
    CHECK(factor == Approx(1.6).margin(0.01));
    CHECK(coverage(said, factor) == Approx(0.8).margin(0.002));
    CHECK(coverage(said, 1) == Approx(0.5).margin(0.002));
    CHECK(coverage(said, 0.99 * factor) < 0.8);
    CHECK(fit_interval(said, 0.5) == Approx(1).margin(0.01));
    CHECK(fit_interval({}) == 1);
    CHECK(coverage({}, 1) == 0);
    const std::vector<SaidInterval> without_width{{600, 600, 600, 700}}, exact{{500, 600, 700, 600}};
    CHECK(fit_interval(without_width) == 10);
    CHECK(fit_interval(exact) == 0.1);
}

TEST_CASE("calibration: what is fitted is what the forecast does with it") {
    FeatureVector f;
    f[Feature::first_level] = f[Feature::most_level] = 0.85F;
    f[Feature::first_slope] = 3;
    f[Feature::any_crossing] = f[Feature::first_crossing] = 0.8F;
    const HazardModel& model = HazardModel::builtin();
    const HazardModel::Seconds s = model.seconds(f);
    for (const double factor : {0.5, 1.0, 1.7}) {
        const Calibration c{1.4, 5, factor};
        Hazard hazard;
        const Hazard::Estimate e = hazard.step(model, c, f, 10);
        const SaidOdds odds{static_cast<float>(model.logit(f)), 1, false};
        CHECK(e.probability == Approx(calibrated(odds, c)).epsilon(1e-5));
        const SaidInterval w = widened({static_cast<float>(s.early), static_cast<float>(s.median), static_cast<float>(s.late), 0}, factor);
        CHECK(e.seconds.early == Approx(w.early).epsilon(1e-4));
        CHECK(e.seconds.median == Approx(w.median).epsilon(1e-4));
        CHECK(e.seconds.late == Approx(w.late).epsilon(1e-4));
    }
}
