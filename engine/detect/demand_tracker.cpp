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

LevelOptions demand_options() {
    LevelOptions o;
    o.noise_floor = 1e-9;
    o.noise_floor_of_level = 0.03;
    return o;
}

}  // namespace

DemandTracker::DemandTracker() : level_(demand_options()) {}

void DemandTracker::add(EventTime end, double rate, double span_seconds) {
    level_.add(rate, span_seconds);
    profile_.add(end, rate, span_seconds, !state_.spike && !state_.drop);
    state_.rate = rate;
}

void DemandTracker::close(EventTime start, EventTime end, double smallest) {
    const int64_t minute = slot_of(end, from_seconds(kMinute)).value;
    if (minute != season_at_) {
        season_ = profile_.factor(end, kSeasonLow, kSeasonHigh);
        season_at_ = minute;
    }
    level_.close(season_, !state_.spike && !state_.drop);
    const LevelEstimate& e = level_.estimate();
    was_spike_ = state_.spike;
    was_drop_ = state_.drop;
    state_.level = e.valid ? e.level : kUnknown;
    state_.slope = e.valid ? e.slope : 0;
    state_.slope_error = e.slope_error;
    state_.baseline = e.baseline;
    state_.spread = std::isnan(e.baseline) ? kUnknown : std::max(e.noise, smallest);
    state_.settled = e.settled;
    const bool known = e.valid && !std::isnan(e.baseline);
    state_.ratio = known && e.baseline > 0 ? e.level / e.baseline : kUnknown;
    state_.z = known && state_.spread > 0 ? (e.level - e.baseline) / state_.spread : 0;
    state_.age_seconds = known ? level_.rise_age_seconds(0.2) : 0;
    const double seconds = to_seconds(end - start);
    judge_spike(start, seconds, smallest);
    judge_drop(start, seconds, smallest);
    if (state_.spike || state_.drop) state_.since = open_since_;
}

void DemandTracker::judge_spike(EventTime start, double seconds, double smallest) {
    const double rise = state_.level - state_.baseline;
    const bool above = state_.z >= kOpenZ && rise > (kOpenRatio - 1) * state_.baseline && rise > smallest;
    const bool calm = !(state_.z >= kCloseZ && rise > (kCloseRatio - 1) * state_.baseline);
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
