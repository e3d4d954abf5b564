// Stage: closed slots in, signals out. One worker only.
#pragma once

#include <memory>

#include "engine/base/archive.h"
#include "engine/detect/signal.h"
#include "engine/plan/inventory.h"
#include "engine/plan/options.h"
#include "engine/window/slot.h"

namespace foreshock {

class Detector {
public:
    Detector(const Inventory& inventory, const EngineOptions& options);
    ~Detector();
    // Slots come in order, none left out. The result is valid until the next call.
    const Signals& close(const ClosedSlot& slot);
    void archive(Archive& a);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace foreshock
