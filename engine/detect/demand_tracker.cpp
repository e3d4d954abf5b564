#include "engine/detect/demand_tracker.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

// Opening and closing levels stand apart so that a spike does not flicker.
constexpr double kOpenZ = 3.5, kCloseZ = 2, kOpenRatio = 1.3, kCloseRatio = 1.15;
constexpr double kDropRatio = 0.5, kDropEndRatio = 0.75;
constexpr double kAgree = 20, kCalm = 60, kDropAgree = 60;  // seconds
constexpr double kSeasonLow = 0.5, kSeasonHigh = 2;
constexpr double kMinute = 60;
constexpr Micros kLater = std::chrono::minutes{20};
constexpr double kLongSeconds = 900, kLongRatio = 2;      // the slower scale
constexpr double kBurstSeconds = 300, kBurstKeep = 0.998;
constexpr double kFilterSeconds = 120, kPastSeconds = 3600;  // over which level and baseline average
constexpr double kDense = 0.2, kSparse = 0.5;  // deviation of the level by chance, as a share of it
constexpr double kSparseZ = 3, kSparseRatio = 1;  // more is asked for where bursts dominate
constexpr double kSeasonRatio = 2.2, kSeasonClose = 1.7;             // above the hour of the week

constexpr LevelOptions kLevel{.noise_floor = 1e-9, .noise_floor_of_level = 0.03};

}  // namespace

DemandTracker::DemandTracker() : level_(kLevel) {}

void DemandTracker::age(double seconds) {
    level_.age(seconds);
    const double keep = std::exp(-seconds / kLongSeconds);
    long_sum_ *= keep;
    long_weight_ *= keep;
}

void DemandTracker::add(EventTime end, double rate, double span_seconds) {
    level_.add(rate, span_seconds);
    long_sum_ += rate * span_seconds;
    long_weight_ += span_seconds;
    add_burst(rate, span_seconds);
    profile_.add(end, rate, span_seconds, learns());
    state_.rate = rate;
}

// Dispersion of five-minute sums: E[(a - b)^2] / E[a + b] of neighbours, outliers cut off at six deviations.
void DemandTracker::add_burst(double rate, double span_seconds) {
    bin_sum_ += rate * span_seconds;
    bin_seconds_ += span_seconds;
    if (bin_seconds_ < kBurstSeconds) return;
    const double now = std::max(0.0, bin_sum_), both = now + bin_before_;
    if (bin_before_ >= 0 && both > 0) {
        const double square = (now - bin_before_) * (now - bin_before_);
        const double most = burst_total_ > 0 ? 36 * dispersion() * both : square;
        burst_squares_ = kBurstKeep * burst_squares_ + std::min(square, std::max(most, both));
        burst_total_ = kBurstKeep * burst_total_ + both;
    }
    bin_before_ = now;
    bin_sum_ = bin_seconds_ = 0;
}

// Sparse series: what this hour of the week usually brings says more than the last hour; weighed by variance.
void DemandTracker::join_season() {
    const double scatter = profile_.scatter();
    if (sparse_ <= 0 || std::isnan(scatter) || !(expected_ > 0)) return;
    const double recent = dispersion() * std::max(state_.baseline, expected_) / kPastSeconds;
    const double seasonal = (scatter * expected_) * (scatter * expected_) / 4 + 1e-12;
    const double weight = sparse_ * recent / (recent + seasonal);
    state_.baseline += weight * (expected_ - state_.baseline);
}

bool DemandTracker::above_season(double ratio, double deviations) const {
    const double scatter = profile_.scatter();
    if (std::isnan(scatter) || !(expected_ > 0) || sparse_ > 0.5) return false;
    return state_.level > expected_ * std::max(ratio, 1 + deviations * scatter);
}

bool DemandTracker::above_usual(double smallest) const {
    const double rise = state_.level - state_.baseline;
    const bool fast = state_.z >= kOpenZ + kSparseZ * sparse_ && rise > smallest &&
                      rise > (kOpenRatio - 1 + kSparseRatio * sparse_) * state_.baseline;
    if (sparse_ < 0.5) return fast;
    const double mean = long_weight_ > kLongSeconds / 2 ? long_sum_ / long_weight_ : 0;
    const double deviation = std::sqrt(dispersion() * state_.baseline * (0.5 / kLongSeconds + 1 / kPastSeconds));
    return mean - state_.baseline > std::max({kOpenZ * deviation, (kLongRatio - 1) * state_.baseline, smallest});
}

void DemandTracker::close(EventTime start, EventTime end, double smallest) {
    const int64_t minute = slot_of(end, from_seconds(kMinute)).value;
    if (minute != season_at_) {
        season_ = profile_.factor(end, kSeasonLow, kSeasonHigh);
        state_.expected = expected_ = profile_.at(end);
        state_.expected_later = profile_.at(end + kLater);
        season_at_ = minute;
    }
    const LevelEstimate e = level_.close(season_, learns(), sparse_);
    was_spike_ = state_.spike;
    was_drop_ = state_.drop;
    state_.level = e.valid ? e.level : kUnknown;
    state_.slope = e.valid ? e.slope : 0;
    state_.slope_error = e.slope_error;
    state_.baseline = e.baseline;
    if (!std::isnan(e.baseline)) {
        const double chance = std::sqrt(dispersion() / std::max(kFilterSeconds * std::max(e.baseline, smallest), 1e-12));
        sparse_ = std::clamp((chance - kDense) / (kSparse - kDense), 0.0, 1.0);
        join_season();
    }
    const double bursts = std::sqrt(dispersion() * std::max(0.0, state_.baseline) / kFilterSeconds);
    state_.spread = std::isnan(e.baseline) ? kUnknown : std::max({e.noise, smallest, bursts});
    state_.settled = e.settled;
    const bool known = e.valid && !std::isnan(e.baseline);
    state_.ratio = known && state_.baseline > 0 ? e.level / state_.baseline : kUnknown;
    state_.z = known && state_.spread > 0 ? (e.level - state_.baseline) / state_.spread : 0;
    state_.age_seconds = known ? level_.rise_age_seconds(e, 0.2) : 0;
    const double seconds = to_seconds(end - start);
    judge_spike(start, seconds, smallest);
    judge_drop(start, seconds, smallest);
    if (state_.spike || state_.drop) state_.since = open_since_;
}

void DemandTracker::judge_spike(EventTime start, double seconds, double smallest) {
    const double rise = state_.level - state_.baseline;
    const bool above = above_usual(smallest) || above_season(kSeasonRatio, kOpenZ);
    const bool calm = !above && !(state_.z >= kCloseZ && rise > (kCloseRatio - 1) * state_.baseline) && !above_season(kSeasonClose, kCloseZ);
    above_ = above ? above_ + seconds : 0;
    calm_ = calm ? calm_ + seconds : 0;
    if (!state_.spike && above_ >= std::max(kAgree, seconds)) {
        state_.spike = true;
        open_since_ = start - from_seconds(std::max(above_ - seconds, state_.age_seconds));
    } else if (state_.spike && calm_ >= kCalm) {
        state_.spike = false;
    }
}

void DemandTracker::judge_drop(EventTime start, double seconds, double smallest) {
    const double missing = state_.baseline - state_.level;
    const bool below = -state_.z >= kOpenZ && missing > (1 - kDropRatio) * state_.baseline && missing > smallest && state_.settled;
    const bool busy = !(missing > (1 - kDropEndRatio) * state_.baseline);
    below_ = below ? below_ + seconds : 0;
    busy_ = busy ? busy_ + seconds : 0;
    if (!state_.drop && !state_.spike && below_ >= std::max(kDropAgree, seconds)) {
        state_.drop = true;
        open_since_ = start - from_seconds(below_ - seconds);
    } else if (state_.drop && busy_ >= kCalm) {
        state_.drop = false;
    }
}

}  // namespace foreshock
