// Sizes of all resources, so that the bottleneck meets `overload` of its capacity at the peak of the live part and the
// others about `others_at_peak`; none is ever full on a usual day.
#pragma once

#include "tools/generate/scenario/random.h"
#include "tools/generate/scenario/spec.h"

namespace foreshock {

void size_resources(ScenarioSpec& spec, RandomStream& random);

}  // namespace foreshock
