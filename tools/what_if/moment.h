// What the engine knows at the end of the last decided slot, kept for questions about what is to come.
#pragma once

#include <mutex>
#include <optional>

#include "engine/forecast/demand_ahead.h"
#include "engine/run/observer.h"

namespace foreshock {

// A copy that stands on its own, but for the model, which outlives it.
struct Moment {
    Inventory inventory;
    Signals signals;
    Correlation correlation;
    DemandAhead ahead;
};

inline constexpr Micros kUsualLookAhead = std::chrono::hours{24};

// `decided` by the deciding thread, `now` by any thread.
class MomentKeeper : public Observer {
public:
    // Demand is looked ahead for `ahead`, or until the time given, whichever is longer.
    explicit MomentKeeper(Micros ahead, EventTime until = kBeginningOfTime) : ahead_(ahead), until_(until) {}
    void decided(const DecidedSlot& slot) override;
    // Empty before the first slot.
    std::optional<Moment> now() const;

private:
    const Micros ahead_;
    const EventTime until_;
    mutable std::mutex mutex_;
    std::optional<Moment> moment_;
};

}  // namespace foreshock
