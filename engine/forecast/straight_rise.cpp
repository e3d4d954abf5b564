#include "engine/forecast/straight_rise.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr double kFewest = 10;                 // samples that make a line
constexpr double kLeastAge = 300;              // seconds that it has lasted
constexpr double kLeastRise = 0.1;             // in which it has risen, of the limit,
constexpr double kRiseNoise = 8;             // and in noises of a sample
constexpr double kLeastOff = 0.005, kOff = 4;   // beside the line: of the limit, and in noises
constexpr uint8_t kBreaks = 3;                 // samples beside it that end the line
constexpr double kBeyond = 0.02;               // as far as it has come before, and so much more
constexpr double kHazard = 1;                  // alpha

}  // namespace

void StraightRise::begin(double x, double highest) {
    *this = {};
    n_ = 1;
    x_ = x;
    last_ = x;
    bar_ = highest;
}

double StraightRise::slope() const {
    const double d = n_ * tt_ - t_ * t_;
    return d > 0 ? (n_ * tx_ - t_ * x_) / d : 0;
}

double StraightRise::off(double x) const {
    return x - (x_ + slope() * (n_ * age_ - t_)) / n_;
}

double StraightRise::noise() const { return n_ > 1 ? std::sqrt(steps_ / (n_ - 1) / 2) : 0; }

void StraightRise::step(double seconds, double x, double highest) {
    if (n_ > 0) age_ += seconds;
    if (std::isnan(x)) return;
    if (n_ == 0) return begin(x, highest);
    if (n_ >= kFewest) {
        const bool beside = std::abs(off(x)) > std::max(kLeastOff, kOff * noise());
        off_ = beside ? static_cast<uint8_t>(off_ + 1) : uint8_t{0};
        if (off_ >= kBreaks) return begin(x, highest);
        if (beside) return;
    }
    ++n_;
    t_ += age_;
    tt_ += age_ * age_;
    x_ += x;
    tx_ += age_ * x;
    steps_ += (x - last_) * (x - last_);
    last_ = x;
}

Crossing StraightRise::crossing(double level, double knee) const {
    if (level < bar_ + kBeyond) return {};
    if (n_ < kFewest || age_ < kLeastAge || rise() < std::max(kLeastRise, kRiseNoise * noise())) return {};
    const double mean_t = t_ / n_;
    const double slope_error = noise() / std::sqrt(std::max(1e-9, tt_ - n_ * mean_t * mean_t));
    Rise r{level, slope(), slope_error, age_, knee};
    r.hazard = kHazard;
    return crossing_of(r);
}

}  // namespace foreshock
