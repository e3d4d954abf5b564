// Holds a model against names that stood in real events: what in the model never meets an event?
#pragma once

#include <span>
#include <string>

#include "rules/config.h"

namespace foreshock {

// Names of one event. A transaction has no resource and no metric; an event of a type of the user's has a name.
struct SampledName {
    std::string service, resource, metric, host;
    std::string event{};
};

// One diagnostic, with its place in the files, for each part of the model that meets no event of the sample: services with
// promises, matchers (also those whose events an earlier resource takes), resources known by name, metrics that
// are listed, and conditions of rules that name what never comes. Resources are matched as the engine does: the first one in the order of the file that fits. Empty: all met.
Diagnostics check_sample(const Config& config, std::span<const SampledName> sample);

}  // namespace foreshock
