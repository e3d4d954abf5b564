// Capacity advice as a CloudEvent 1.0, structured JSON: type `foreshock.capacity.advised.v1`. The form of cloudevents.h.
#pragma once

#include <string>

#include "connectors/format/cloudevents.h"
#include "engine/run/capacity_advice.h"

namespace foreshock {

// One line of JSON, without a newline; the same advice gives the same bytes.
std::string to_cloudevent(const CapacityAdvice& a, const CloudEventContext& context);

}  // namespace foreshock
