// What maintenance kept back as a CloudEvent 1.0, structured JSON: types `foreshock.suppression.{suppressed,ended,released}.v1`. The form
// of cloudevents.h.
#pragma once

#include <string>

#include "connectors/format/cloudevents.h"

namespace foreshock {

// Of what is kept back, from its first word to its last: "s-" and 16 hex digits.
std::string suppression_id(const SuppressedWarning& w, const CloudEventContext& context);
// The same in every run.
std::string event_id(const SuppressedWarning& w, const CloudEventContext& context);
// One line of JSON, without a newline; the same gives the same bytes.
std::string to_cloudevent(const SuppressedWarning& w, const CloudEventContext& context);

}  // namespace foreshock
