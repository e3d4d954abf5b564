// One demand of one service (volume or value): level, baseline, spike and drop.
//
// A spike is a level beyond 3.5 deviations and 1.3 times its baseline, on one of two scales: 150 s, and 15 minutes for series so
// sparse or bursty that 150 s say little. Deviations are the series' own past ones, and never less than what its bursts make by chance:
// variance of a sum = dispersion * sum, the dispersion learned from differences of neighbouring five minutes (1 for a Poisson
// stream, tens where one order brings many lines). A level far above what the hour of the week usually brings is a spike too,
// however slowly it came. One worker only.
#pragma once

#include "engine/detect/level_tracker.h"
#include "engine/detect/seasonal_profile.h"
#include "engine/detect/signal.h"

namespace foreshock {

class DemandTracker {
public:
    DemandTracker();

    void set_clock(const DayClock* clock) { profile_.set_clock(clock); }
    // A mean `rate` (per second) over the `span_seconds` that end at `end`.
    void add(EventTime end, double rate, double span_seconds);
    // Ends a slot that is `seconds` after the one before; call once a slot, before `add`.
    void age(double seconds);
    // Judges the slot that ends at `end` and began at `start`. `smallest`: a change smaller than this rate is nobody's concern.
    void close(EventTime start, EventTime end, double smallest);

    // Usual demand at any time, unknown while no earlier day is known.
    double usual(EventTime t) const { return profile_.at(t); }
    // Usual demand now over usual demand 20 to 80 minutes ago.
    double season() const { return season_; }
    const DemandState& state() const { return state_; }
    DemandState& state() { return state_; }
    bool spike_opened() const { return state_.spike && !was_spike_; }
    bool spike_closed() const { return !state_.spike && was_spike_; }
    bool drop_opened() const { return state_.drop && !was_drop_; }
    bool drop_closed() const { return !state_.drop && was_drop_; }

    template <class A>
    void archive(A& a) {
        a(level_, profile_, season_, expected_, long_sum_, long_weight_, bin_sum_, bin_seconds_, bin_before_, burst_squares_, burst_total_);
        a(sparse_, season_at_, above_, calm_, below_, busy_, open_since_);
        a(state_.expected, state_.expected_later, state_.spike, state_.drop, state_.since, state_.rate, state_.level, state_.baseline, was_spike_, was_drop_);
    }

private:
    void add_burst(double rate, double span_seconds);
    double dispersion() const { return burst_total_ > 0 ? burst_squares_ / burst_total_ : 1; }
    void join_season();
    bool above_usual(double smallest) const;
    bool above_season(double ratio, double deviations) const;
    // What is flagged is kept out of what is learned, except where bursts are the rule: leaving them out would leave nothing.
    bool learns() const { return (!state_.spike && !state_.drop) || sparse_ > 0; }
    void judge_spike(EventTime start, double seconds, double smallest);
    void judge_drop(EventTime start, double seconds, double smallest);

    LevelTracker level_;
    SeasonalProfile profile_;
    double season_ = 1, expected_ = kUnknown;  // factor, and what the hour of the week usually brings
    double long_sum_ = 0, long_weight_ = 0;    // mean of the last 15 minutes, fading
    double bin_sum_ = 0, bin_seconds_ = 0, bin_before_ = -1;  // five minutes; before the first: negative
    double burst_squares_ = 0, burst_total_ = 0;
    double sparse_ = 0;                        // 0: dense .. 1: bursts dominate the level
    int64_t season_at_ = -1;             // minute for which `season_` was computed
    double above_ = 0, calm_ = 0;        // seconds in a row above the opening level, below the closing level
    double below_ = 0, busy_ = 0;        // the same for drops
    EventTime open_since_{};
    bool was_spike_ = false, was_drop_ = false;
    DemandState state_;
};

}  // namespace foreshock
