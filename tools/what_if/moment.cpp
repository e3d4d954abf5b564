#include "tools/what_if/moment.h"

#include <algorithm>

namespace foreshock {

void MomentKeeper::decided(const DecidedSlot& slot) {
    const EventTime now = slot.signals.end;
    const std::lock_guard lock(mutex_);
    const auto grown = [&](const Inventory& known) {
        return &known.model() != &slot.inventory.model() || known.services().size() != slot.inventory.services().size() || known.gauges().size() != slot.inventory.gauges().size() ||
               known.resources().size() != slot.inventory.resources().size();
    };
    const bool renewed = !moment_ || grown(moment_->inventory);
    if (renewed) moment_.emplace(Moment{slot.inventory, {}, {}, {}});
    moment_->signals = slot.signals;
    moment_->correlation = slot.correlation;
    if (renewed || now - moment_->ahead.start >= DemandAhead::kStep) moment_->ahead = demand_ahead(slot.signals, std::max(now + ahead_, until_));
    moment_->signals.usual = nullptr;  // the detector's, which goes on
}

std::optional<Moment> MomentKeeper::now() const {
    const std::lock_guard lock(mutex_);
    return moment_;
}

}  // namespace foreshock
