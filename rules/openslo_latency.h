// What an OpenSLO document says of a latency besides its threshold: OpenSLO has no words for percentile and unit, names and
// queries have. Pure functions.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "rules/yaml.h"

namespace foreshock {

struct LatencyWords {
    bool named = false;      // it is a latency
    std::string percentile;  // "99.9"; empty: none is said
    double in_ms = 0;        // milliseconds in one of its units; 0: none is said
};

// Names come first, then the query; a query that multiplies by 1000 says no unit. `indicator` may be null.
LatencyWords latency_words(const YamlNode& slo, const YamlNode* indicator);

// The node at a path of keys; null when there is none.
const YamlNode* node_at(const YamlNode* node, std::initializer_list<std::string_view> path);

}  // namespace foreshock
