// Stage: outlooks in, forecasts of every promise out. One worker only.
#pragma once

#include <memory>

#include "engine/base/archive.h"
#include "engine/correlate/incident.h"
#include "engine/detect/signal.h"
#include "engine/forecast/forecast.h"
#include "engine/plan/inventory.h"
#include "engine/plan/options.h"

namespace foreshock {

class Forecaster {
public:
    Forecaster(const Inventory& inventory, const EngineOptions& options);
    ~Forecaster();
    // `signals` are those that `correlation` was made of. The result is valid until the next call.
    const Forecasts& forecast(const Signals& signals, const Correlation& correlation);
    void archive(Archive& a);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace foreshock
