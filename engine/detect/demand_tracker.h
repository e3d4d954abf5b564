// One demand of one service (volume or value): level, seasonal baseline, spike and drop. One worker only.
#pragma once

#include "engine/detect/level_tracker.h"
#include "engine/detect/seasonal_profile.h"
#include "engine/detect/signal.h"

namespace foreshock {

class DemandTracker {
public:
    DemandTracker();

    // A mean `rate` (per second) over the `span_seconds` that end at `end`.
    void add(EventTime end, double rate, double span_seconds);
    // Ends a slot that is `seconds` after the one before; call once a slot, before `add`.
    void age(double seconds) { level_.age(seconds); }
    // Judges the slot that ends at `end` and began at `start`. `smallest`: a change smaller than this rate is nobody's concern.
    void close(EventTime start, EventTime end, double smallest);

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
        a(level_, profile_, season_, season_at_, above_, calm_, below_, busy_, open_since_);
        a(state_.spike, state_.drop, state_.since, state_.rate, state_.level, state_.baseline, was_spike_, was_drop_);
    }

private:
    void judge_spike(EventTime start, double seconds, double smallest);
    void judge_drop(EventTime start, double seconds, double smallest);

    LevelTracker level_;
    SeasonalProfile profile_;
    double season_ = 1;
    int64_t season_at_ = -1;             // minute for which `season_` was computed
    double above_ = 0, calm_ = 0;        // seconds in a row above the opening level, below the closing level
    double below_ = 0, busy_ = 0;        // the same for drops
    EventTime open_since_{};
    bool was_spike_ = false, was_drop_ = false;
    DemandState state_;
};

}  // namespace foreshock
