// A large company for measurements: services in chains of five that wait for each other, each with resources and three promises. When its
// demand rises, it is that of every tenth service, and each fills one resource.
#pragma once

#include <cstdint>
#include <string>

#include "engine/plan/inventory.h"
#include "engine/plan/options.h"
#include "engine/window/slot.h"
#include "rules/config.h"

namespace foreshock {

// Its service model, and the defaults of the program.
Config company(uint32_t services, uint32_t resources);

bool company_rises(ServiceIndex service);
// The resource that a service which rises fills.
std::string company_filled(ServiceIndex service);

// Its slot of that number. `rise` multiplies the demand of services that rise. Also of any other model, as long as nothing rises.
ClosedSlot company_slot(const Inventory& inventory, const EngineOptions& options, int number, double rise);

}  // namespace foreshock
