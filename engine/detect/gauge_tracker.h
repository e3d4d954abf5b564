// Utilization of one gauge: level, slope, usual level and noise, and whether it presses against its limit. Memory is followed by
// the minimum of four minutes, so that the saw-teeth of a garbage collector are no trend. One worker only.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "engine/detect/level_tracker.h"
#include "engine/detect/signal.h"
#include "engine/window/slot.h"

namespace foreshock {

class GaugeTracker {
public:
    explicit GaugeTracker(ResourceKind kind = ResourceKind::other) : level_(kLevel), kind_(kind) {}

    // All three in turn for each slot, `add` when there is a sample. `state`: of this gauge, as the slot before has left it.
    void age(double seconds, GaugeState& state);
    void add(const GaugeSlot& g, GaugeState& state);
    // `season`: usual demand of the owner now over 20 to 80 minutes ago.
    void close(EventTime start, EventTime end, double season, GaugeState& state);

    bool was_pressure() const { return was_pressure_; }  // before the last slot

    // The model may say otherwise than the one it was saved under.
    void be(ResourceKind kind) { kind_ = kind; }

    template <class A>
    void archive(A& a) {
        a(kind_, level_, window_, first_share_, shares_, seconds_, rising_, calm_, pace_, since_, was_pressure_, turn_);
        if (a.restoring() && first_share_ + shares_.size() > kShares) { shares_.clear(); a.fail(); }
    }

private:
    static constexpr LevelOptions kLevel{};
    static constexpr size_t kShares = 128;  // histogram of the level 0..1 in steps of 1/128, seconds, fading over two days

    struct Sample {
        double age = 0, y = 0, span = 0;
        template <class A>
        void archive(A& a) { a(age, y, span); }
    };

    double followed(double y, double span);
    void remember(double y, double span, GaugeState& state);
    float& share(size_t step);
    double usual_high() const;
    void judge(EventTime start, double seconds, GaugeState& state);

    LevelTracker level_;
    std::unique_ptr<std::vector<Sample>> window_;  // of the minimum: increasing values, oldest first; null: not asked for
    std::vector<float> shares_;   // from the lowest to the highest step that was seen
    double seconds_ = 0;          // since shares_ last faded
    double rising_ = 0, calm_ = 0;
    double pace_ = 0, since_ = 0; // usual seconds between samples, which one stands for; since the last
    ResourceKind kind_;
    uint8_t first_share_ = 0;
    uint8_t turn_ = 0;  // the peak is looked up in every third slot
    bool was_pressure_ = false;
};

}  // namespace foreshock
