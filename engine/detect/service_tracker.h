// Everything that detect knows of one service: its two demands, errors, latency and the dimensions of its rise.
// One worker only.
#pragma once

#include "engine/detect/contributors.h"
#include "engine/detect/demand_tracker.h"
#include "engine/detect/signal.h"
#include "engine/window/slot.h"

namespace foreshock {

class ServiceTracker {
public:
    void set_clock(const DayClock* clock) {
        volume_.set_clock(clock);
        value_.set_clock(clock);
    }
    void age(EventTime end, double seconds);
    void add(const ServiceSlot& s, EventTime end, double slot_seconds);
    // No event in the slot, and that means none happened. `seconds` since the slot before.
    void add_nothing(EventTime end, double seconds);
    void close(EventTime start, EventTime end, const std::vector<std::string>& dimension_names, const ServiceModel* model, ServiceState& out);

    // True once the service has sent single events: absence then says something.
    bool raw() const { return seen_ && !summarised_; }
    const DemandTracker& volume() const { return volume_; }
    const DemandTracker& value() const { return value_; }

    template <class A>
    void archive(A& a) {
        a(volume_, value_, contributors_, seen_, has_value_, summarised_, span_, silent_, counted_, valued_, error_ratio_, p95_ms_, currency_);
    }

private:
    DemandTracker volume_, value_;
    ContributorTracker contributors_;
    bool seen_ = false, has_value_ = false, summarised_ = false, present_ = false;
    uint32_t currency_ = 0;
    double span_ = 0, silent_ = 0;
    double counted_ = 0, valued_ = 0;  // transactions and their value, fading in a day
    double error_ratio_ = kUnknown, p95_ms_ = kUnknown;  // of the last slot
};

}  // namespace foreshock
