// The numbers behind a forecast, and what would come without each of its causes. By the law of rises alone, over two hours, without
// autoscalers and calendar: the learned decision says when to speak, the law says what moves the moment. Pure functions.
#pragma once

#include <span>
#include <vector>

#include "engine/forecast/forecast.h"
#include "engine/forecast/gauge_forecaster.h"

namespace foreshock {

// `slo`: null for the promise of capacity. `reach`: gauges that the promise depends on. `forecasts`: of all gauges, for their knees.
Grounds grounds_of(const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& forecasts, std::span<const GaugeIndex> reach,
                   const Inventory& inventory, const BreachForecast& f, const SloState* slo);

}  // namespace foreshock
