// Somebody who watches every decided slot: the report, the signals file, the live page. Called by the deciding thread, in
// slot order; must not keep references.
#pragma once

#include <span>

#include "engine/correlate/incident.h"
#include "engine/detect/signal.h"
#include "engine/forecast/forecast.h"
#include "engine/match/firing.h"
#include "engine/plan/inventory.h"
#include "engine/standing/standing.h"
#include "engine/warn/warning.h"
#include "engine/window/slot.h"

namespace foreshock {

struct DecidedSlot {
    const Inventory& inventory;
    const ClosedSlot& slot;
    const Signals& signals;
    const Correlation& correlation;
    const Forecasts& forecasts;
    std::span<const WarningRevision> warnings;
    const Standings* standings = nullptr;  // null: not judged
    const Firings* firings = nullptr;      // null: not judged
    std::span<const WarningRevision> shadow{};  // of shadow rules: what they would have said
    std::span<const SuppressedWarning> suppressed = {};
    std::span<const WarningRevision> open = {};  // all that are open, by rank; parts behind the one that speaks for them
};

class Observer {
public:
    virtual ~Observer() = default;
    virtual void decided(const DecidedSlot& slot) = 0;
};

}  // namespace foreshock
