// What demand usually is at any time, past or to come: the shape of day and week that has been learned. Part of the output of
// detect; asked, not copied. One worker only.
#pragma once

#include "engine/base/time.h"
#include "engine/plan/inventory.h"

namespace foreshock {

enum class Measure : uint8_t { volume, value };

class UsualDemand {
public:
    virtual ~UsualDemand() = default;
    // Per second, at today's level; NaN while no earlier day is known.
    virtual double at(ServiceIndex service, Measure m, EventTime t) const = 0;
};

}  // namespace foreshock
