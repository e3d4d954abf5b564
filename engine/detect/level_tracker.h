// Level, slope, usual level and usual noise of one series, from the first minutes on.
//
// Two trend filters (60 s and 150 s) give level and slope; the fast one speaks only when its slope stands out of its own noise.
// The baseline is the 0.45 quantile of the slow level 20 to 80 minutes ago, so it cannot learn the ramp that is being judged;
// the noise is the 0.7 quantile, over the same stretch, of how far level and slope were off. Both are the series' own: no
// variance that an anomaly inflates. With less than 80 minutes of past the stretch is what there is, without the newest
// 40 % of it, and the noise is taken wider (1 + 4 / samples).
// Any slot length: all constants are seconds. One worker only.
#pragma once

#include <cstdint>

#include "engine/base/noise_ring.h"
#include "engine/base/quantile_ring.h"
#include "engine/base/short_float.h"
#include "engine/base/trend_filter.h"

namespace foreshock {

struct LevelOptions {
    double noise_floor = 0.01;          // of the level, absolute
    double noise_floor_of_level = 0;    // and relative to the baseline
    double slope_floor_seconds = 450;   // floor of the slope's noise: floor of the level's noise over this time
};

struct LevelEstimate {
    bool valid = false;     // enough samples, and not too old
    double level = 0;       // now
    double slow = 0;        // level of the slow filter
    double slope = 0;       // per second
    double slope_error = 0; // usual deviation of the slope from 0 when nothing happens
    double baseline = 0;    // NaN while nothing is known of the past
    double noise = 0;       // usual deviation of the level from the baseline
    bool settled = false;   // at least 30 minutes of past
};

class LevelTracker {
public:
    // The options outlive it.
    explicit LevelTracker(const LevelOptions& options) : options_(&options) {}

    // Time passes; then at most one `add`; then `close`.
    void age(double seconds);
    // Mean `y` over the `span_seconds` that end now.
    void add(double y, double span_seconds) { add(y, span_seconds, span_seconds / 2); }
    // A sample that stands for `span_seconds` and was taken `seconds_ago`.
    void add(double y, double span_seconds, double seconds_ago);
    // `season`: usual level now over usual level 20 to 80 minutes ago (1 when unknown).
    // `learn`: false keeps the present out of the past that later baselines are made of (up to two hours).
    // `mean_weight` (0..1): how far the baseline is the mean of the past instead of its quantile, for series that come in bursts.
    LevelEstimate close(double season, bool learn, double mean_weight = 0);

    double silent_seconds() const { return silent_; }  // since the last sample
    // How long ago the slow level was last below baseline + `share` of the rise of `now`; at most 900.
    double rise_age_seconds(const LevelEstimate& now, double share) const;
    // Greatest slow level of the last `minutes`, at most 80.
    double peak(size_t minutes) const { return levels_.most(minutes * 2); }

    template <class A>
    void archive(A& a) {
        a(fast_, slow_, levels_, noise_, since_sample_, samples_, silent_, span_, unlearned_);
        a(median_, mean_, level_noise_, slow_noise_, fast_noise_);
    }

private:
    void sample(const LevelEstimate& now, bool learn);
    void refresh();

    static constexpr size_t kMinutes = 80;

    const LevelOptions* options_;
    TrendFilter<60> fast_;
    TrendFilter<150> slow_;
    QuantileRing<2 * kMinutes, ShortFloat> levels_;  // each 30 s; aside: what is not learned
    NoiseRing<kMinutes, 3> noise_;                   // each 60 s: off the baseline, slope of the slow and of the fast filter
    double since_sample_ = 0;
    uint32_t samples_ = 0;
    double silent_ = 0, span_ = 0;
    double unlearned_ = 0;  // seconds for which `learn` has been false
    float median_ = std::nanf(""), mean_ = median_, level_noise_ = median_, slow_noise_ = median_, fast_noise_ = median_;
};

}  // namespace foreshock
