// Stage beside warn: signals and forecasts in, the state of every service and of every node of every view out. One worker only.
#pragma once

#include <memory>

#include "engine/base/archive.h"
#include "engine/detect/signal.h"
#include "engine/forecast/forecast.h"
#include "engine/plan/inventory.h"
#include "engine/plan/options.h"
#include "engine/standing/standing.h"

namespace foreshock {

class Stander {
public:
    Stander(const Inventory& inventory, const EngineOptions& options);
    ~Stander();
    // Once a slot. Valid until the next call.
    const Standings& judge(const Signals& signals, const Forecasts& forecasts);
    void archive(Archive& a);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace foreshock
