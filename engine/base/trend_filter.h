// Level and slope of a noisy series: least squares of a straight line over the past, with exponentially fading weights.
// After R. G. Brown, "Smoothing, Forecasting and Prediction" (1963), discounted least squares, written for samples that
// each cover a span of time, so that rows of 60 s and slots of 1 s give the same answer. O(1) a sample. One worker only.
#pragma once

#include <cmath>
#include <limits>

namespace foreshock {

// Weights fade by 1/e in `kTau` seconds.
template <int kTau>
class TrendFilter {
public:
    // Time passes without a sample.
    void age(double seconds) {
        if (seconds <= 0) return;
        const double l = std::exp(-seconds / tau_);
        s2_ = l * (s2_ + 2 * seconds * s1_ + seconds * seconds * s0_);
        s1_ = l * (s1_ + seconds * s0_);
        s0_ *= l;
        y1_ = l * (y1_ + seconds * y0_);
        y0_ *= l;
    }
    // A mean `y` over the `span_seconds` that end now.
    void add(double y, double span_seconds) { add(y, span_seconds, span_seconds / 2); }
    // A sample that stands for `span_seconds` and was taken `a` seconds ago.
    void add(double y, double span_seconds, double a) {
        s0_ += span_seconds;
        s1_ += span_seconds * a;
        s2_ += span_seconds * a * a;
        y0_ += span_seconds * y;
        y1_ += span_seconds * a * y;
    }
    void clear() { s0_ = s1_ = s2_ = y0_ = y1_ = 0; }

    // True once a quarter of the weight of an endless past is there.
    bool valid() const { return s0_ >= tau_ / 4; }
    // Per second. 0 while no two samples differ in age, and held back while the past is short, when two samples would make a line.
    double slope() const {
        const double d = s0_ * s2_ - s1_ * s1_;
        if (!(d > 1e-9 * s0_ * s2_) || s0_ <= 0) return 0;
        const double missing = s0_ < tau_ ? tau_ - s0_ : 0;  // of the weight of an endless past
        const double ridge = s0_ * missing / 4;
        return (s1_ * y0_ - s0_ * y1_) / (d + ridge * ridge);
    }
    // Now, on the fitted line. NaN before the first sample.
    double level() const {
        if (s0_ <= 0) return std::numeric_limits<double>::quiet_NaN();
        return (y0_ + slope() * s1_) / s0_;
    }
    // Weighted mean of the past, which lags a ramp but is steadier than the level.
    double mean() const { return s0_ > 0 ? y0_ / s0_ : std::numeric_limits<double>::quiet_NaN(); }

    template <class A>
    void archive(A& a) { a(s0_, s1_, s2_, y0_, y1_); }

private:
    static constexpr double tau_ = kTau;
    double s0_ = 0, s1_ = 0, s2_ = 0;  // sums of weight, weight * age, weight * age^2
    double y0_ = 0, y1_ = 0;           // sums of weight * value, weight * age * value
};

}  // namespace foreshock
