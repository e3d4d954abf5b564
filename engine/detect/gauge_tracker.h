// Utilization of one gauge: level, slope, usual level and noise, and whether it presses against its limit. Memory is followed by
// the minimum of four minutes, so that the saw-teeth of a garbage collector are no trend. One worker only.
#pragma once

#include <utility>
#include <vector>

#include "engine/detect/level_tracker.h"
#include "engine/detect/signal.h"
#include "engine/window/slot.h"

namespace foreshock {

class GaugeTracker {
public:
    explicit GaugeTracker(ResourceKind kind = ResourceKind::other) : kind_(kind), level_(LevelOptions{}), shares_(kShares, 0.0F) {}

    void age(double seconds);
    void add(const GaugeSlot& g);
    // `season`: usual demand of the owner now over 20 to 80 minutes ago.
    void close(EventTime start, EventTime end, double season);

    const GaugeState& state() const { return state_; }
    bool pressure_opened() const { return state_.pressure && !was_pressure_; }
    bool pressure_closed() const { return !state_.pressure && was_pressure_; }

    // The model may say otherwise than the one it was saved under.
    void be(ResourceKind kind) { kind_ = kind; }

    template <class A>
    void archive(A& a) {
        a(kind_, level_, window_, shares_, seconds_, rising_, calm_, pace_, since_, was_pressure_, turn_);
        a(state_.pressure, state_.since, state_.utilization, state_.value, state_.limit, state_.worst, state_.instances);
        a(state_.usual_high, state_.peak);
        if (a.restoring() && shares_.size() != kShares) a.fail();
    }

private:
    static constexpr size_t kShares = 128;  // histogram of the level 0..1 in steps of 1/128, seconds, fading over two days

    struct Sample {
        double age = 0, y = 0, span = 0;
        template <class A>
        void archive(A& a) { a(age, y, span); }
    };

    double followed(double y, double span);
    void remember(double y, double span);
    double usual_high() const;
    void judge(EventTime start, double seconds);

    ResourceKind kind_;
    LevelTracker level_;
    std::vector<Sample> window_;  // of the minimum: increasing values, oldest first
    std::vector<float> shares_;
    double seconds_ = 0;          // since shares_ last faded
    double rising_ = 0, calm_ = 0;
    double pace_ = 0, since_ = 0; // usual seconds between samples, which one stands for; since the last
    int32_t turn_ = 0;  // the peak is looked up in every third slot
    bool was_pressure_ = false;
    GaugeState state_;
};

}  // namespace foreshock
