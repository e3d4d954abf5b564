// Stage: signals in, outlooks and incidents out. One worker only.
#pragma once

#include <memory>

#include "engine/base/archive.h"
#include "engine/correlate/incident.h"
#include "engine/detect/signal.h"
#include "engine/plan/inventory.h"
#include "engine/plan/options.h"

namespace foreshock {

class Correlator {
public:
    Correlator(const Inventory& inventory, const EngineOptions& options);
    ~Correlator();
    // The result is valid until the next call.
    const Correlation& correlate(const Signals& signals);
    void archive(Archive& a);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace foreshock
