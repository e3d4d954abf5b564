// Holds a model against names that stood in real events: what in the model never meets an event?
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "rules/config.h"

namespace foreshock {

// Names of one event, and what it carries. A transaction has no resource and no metric; an event of a type of the user's has a
// name and labels.
struct SampledName {
    std::string service, resource, metric, host;
    std::string event{};
    std::vector<std::pair<std::string, std::string>> labels{};
    bool valued = false, timed = false;  // of a transaction
};

// One diagnostic, with its place in the files, for each part of the model that meets no event of the sample: services with
// promises, matchers (also those whose events an earlier resource takes), resources known by name, metrics that
// are listed or promised, promises about values or latencies that no transaction has, and rules that name what never comes. Resources are matched as the engine does: the first one in the order of the file that fits. Empty: all met.
Diagnostics check_sample(const Config& config, std::span<const SampledName> sample);

}  // namespace foreshock
