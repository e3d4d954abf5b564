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

void GaugeTracker::age(double seconds, GaugeState& state) {
    level_.age(seconds);
    if (window_) for (Sample& s : *window_) s.age += seconds;
    seconds_ += seconds;
    since_ += seconds;
    state.present = false;
}

void GaugeTracker::add(const GaugeSlot& g, GaugeState& state) {
    state.value = g.value;
    state.limit = g.limit;
    state.worst = g.worst;
    state.instances = g.instances;
    state.utilization = g.utilization;
    state.present = true;
    if (!std::isfinite(g.utilization) || !(g.span_seconds > 0)) return;
    const double span = std::max(g.span_seconds, std::min(pace_, since_));
    level_.add(followed(g.utilization, span), span, g.span_seconds / 2);
    pace_ = pace_ <= 0 ? std::min(since_, kLongestPace) : std::clamp(std::min(since_, kLongestPace), 0.5 * pace_, 1.25 * pace_);
    since_ = 0;
}

// The series that level and slope are taken of.
double GaugeTracker::followed(double y, double span) {
    if (kind_ != ResourceKind::memory) return y;
    if (!window_) window_ = std::make_unique<std::vector<Sample>>();
    std::vector<Sample>& window = *window_;
    while (!window.empty() && window.back().y >= y) window.pop_back();
    window.push_back({0, y, span});
    while (window.front().age >= kMinimumSeconds) window.erase(window.begin());
    return window.front().y;
}

float& GaugeTracker::share(size_t step) {
    if (shares_.empty()) first_share_ = static_cast<uint8_t>(step);
    const size_t first = std::min<size_t>(step, first_share_), end = std::max(step + 1, first_share_ + shares_.size());
    if (end - first > shares_.size()) {
        std::vector<float> wider(end - first, 0.0F);
        std::copy(shares_.begin(), shares_.end(), wider.begin() + static_cast<std::ptrdiff_t>(first_share_ - first));
        shares_ = std::move(wider);
        first_share_ = static_cast<uint8_t>(first);
    }
    return shares_[step - first];
}

void GaugeTracker::remember(double y, double span, GaugeState& state) {
    share(static_cast<size_t>(std::clamp(y, 0.0, 0.999999) * static_cast<double>(kShares))) += static_cast<float>(span);
    if (seconds_ < kHour) return;
    const auto keep = static_cast<float>(std::exp(-seconds_ / kTwoDays));
    for (float& s : shares_) s *= keep;
    seconds_ = 0;
    state.usual_high = usual_high();
}

// Upper edge of the bin that holds the 99.5 % quantile.
double GaugeTracker::usual_high() const {
    double all = 0, below = 0;
    for (const float s : shares_) all += static_cast<double>(s);
    for (size_t i = 0; i < shares_.size(); ++i) {
        below += static_cast<double>(shares_[i]);
        if (below >= kUsualHigh * all) return static_cast<double>(first_share_ + i + 1) / static_cast<double>(kShares);
    }
    return 1;
}

void GaugeTracker::close(EventTime start, EventTime end, double season, GaugeState& state) {
    const LevelEstimate e = level_.close(season, true);
    state.level = e.valid ? e.level : kUnknown;
    state.slope = e.valid ? e.slope : 0;
    state.slope_error = e.slope_error;
    state.baseline = e.baseline;
    state.noise = e.noise;
    state.settled = e.settled;
    state.silent_seconds = level_.silent_seconds();
    state.usual_gap = pace_;
    if (e.valid) remember(e.slow, to_seconds(end - start), state);
    const bool known = e.valid && !std::isnan(e.baseline);
    state.age_seconds = known ? level_.rise_age_seconds(e, 0.2) : 0;
    turn_ = static_cast<uint8_t>((turn_ + 1) % 3);
    if (turn_ == 0 || std::isnan(state.peak)) state.peak = level_.peak(30);
    was_pressure_ = state.pressure;
    judge(start, to_seconds(end - start), state);
}

void GaugeTracker::judge(EventTime start, double seconds, GaugeState& state) {
    const double rise = state.level - state.baseline;
    const bool rising = rise > std::max(kRise, kRiseNoise * state.noise) && state.slope > kSlopeNoise * state.slope_error;
    const bool pressing = rising || state.level > kHigh;
    rising_ = pressing ? rising_ + seconds : 0;
    calm_ = pressing ? 0 : calm_ + seconds;
    if (!state.pressure && rising_ >= std::max(kAgree, seconds)) {
        state.pressure = true;
        state.since = start - from_seconds(std::max(rising_ - seconds, rising ? state.age_seconds : 0));
    } else if (state.pressure && calm_ >= kCalm) {
        state.pressure = false;
    }
}

}  // namespace foreshock
