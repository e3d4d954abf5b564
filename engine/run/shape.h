// What the numbers in stored state depend on: services, promises, resources, gauges and views of the model, by name and order.
#pragma once

#include <string>

#include "engine/plan/model.h"

namespace foreshock {

// 16 hex digits. Limits, thresholds, owners, calls and the calendar may change without changing it.
std::string shape_of(const Model& model);

}  // namespace foreshock
