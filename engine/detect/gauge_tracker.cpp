#include "engine/detect/gauge_tracker.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr double kMinimumSeconds = 240;        // of memory's minimum
constexpr double kRise = 0.04, kRiseNoise = 3;  // a rise is one beyond both
constexpr double kSlopeNoise = 2;
constexpr double kHigh = 0.85;                  // pressure whatever the trend
constexpr double kAgree = 20, kCalm = 120;      // seconds
constexpr double kLongestPace = 300;             // between two samples that one stands for
constexpr double kHour = 3600, kTwoDays = 172800;
constexpr double kUsualHigh = 0.995;

}  // namespace

void GaugeTracker::age(double seconds) {
    level_.age(seconds);
    for (Sample& s : window_) s.age += seconds;
    seconds_ += seconds;
    since_ += seconds;
    state_.present = false;
}

void GaugeTracker::add(const GaugeSlot& g) {
    state_.value = g.value;
    state_.limit = g.limit;
    state_.worst = g.worst;
    state_.instances = g.instances;
    state_.utilization = g.utilization;
    state_.present = true;
    if (!std::isfinite(g.utilization) || !(g.span_seconds > 0)) return;
    const double span = std::max(g.span_seconds, std::min(pace_, since_));
    level_.add(followed(g.utilization, span), span, g.span_seconds / 2);
    pace_ = pace_ <= 0 ? std::min(since_, kLongestPace) : std::clamp(std::min(since_, kLongestPace), 0.5 * pace_, 1.25 * pace_);
    since_ = 0;
}

// The series that level and slope are taken of.
double GaugeTracker::followed(double y, double span) {
    if (kind_ != ResourceKind::memory) return y;
    while (!window_.empty() && window_.back().y >= y) window_.pop_back();
    window_.push_back({0, y, span});
    while (window_.front().age >= kMinimumSeconds) window_.erase(window_.begin());
    return window_.front().y;
}

void GaugeTracker::remember(double y, double span) {
    const auto bin = static_cast<size_t>(std::clamp(y, 0.0, 0.999999) * static_cast<double>(kShares));
    shares_[bin] += static_cast<float>(span);
    if (seconds_ < kHour) return;
    const auto keep = static_cast<float>(std::exp(-seconds_ / kTwoDays));
    for (float& s : shares_) s *= keep;
    seconds_ = 0;
    state_.usual_high = usual_high();
}

// Upper edge of the bin that holds the 99.5 % quantile.
double GaugeTracker::usual_high() const {
    double all = 0, below = 0;
    for (const float s : shares_) all += static_cast<double>(s);
    for (size_t i = 0; i < kShares; ++i) {
        below += static_cast<double>(shares_[i]);
        if (below >= kUsualHigh * all) return static_cast<double>(i + 1) / static_cast<double>(kShares);
    }
    return 1;
}

void GaugeTracker::close(EventTime start, EventTime end, double season) {
    level_.close(season, true);
    const LevelEstimate& e = level_.estimate();
    state_.level = e.valid ? e.level : kUnknown;
    state_.slope = e.valid ? e.slope : 0;
    state_.slope_error = e.slope_error;
    state_.baseline = e.baseline;
    state_.noise = e.noise;
    state_.settled = e.settled;
    state_.silent_seconds = level_.silent_seconds();
    state_.usual_gap = pace_;
    if (e.valid) remember(e.slow, to_seconds(end - start));
    const bool known = e.valid && !std::isnan(e.baseline);
    state_.age_seconds = known ? level_.rise_age_seconds(0.2) : 0;
    if (++turn_ % 3 == 0 || std::isnan(state_.peak)) state_.peak = level_.peak(30);
    was_pressure_ = state_.pressure;
    judge(start, to_seconds(end - start));
}

void GaugeTracker::judge(EventTime start, double seconds) {
    const double rise = state_.level - state_.baseline;
    const bool rising = rise > std::max(kRise, kRiseNoise * state_.noise) && state_.slope > kSlopeNoise * state_.slope_error;
    const bool pressing = rising || state_.level > kHigh;
    rising_ = pressing ? rising_ + seconds : 0;
    calm_ = pressing ? 0 : calm_ + seconds;
    if (!state_.pressure && rising_ >= std::max(kAgree, seconds)) {
        state_.pressure = true;
        state_.since = start - from_seconds(std::max(rising_ - seconds, rising ? state_.age_seconds : 0));
    } else if (state_.pressure && calm_ >= kCalm) {
        state_.pressure = false;
    }
}

}  // namespace foreshock
