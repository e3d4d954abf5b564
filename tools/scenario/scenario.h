// A scenario: events in, expected output out, in one text file that people read as documentation. The format is described
// in tests/scenarios/README.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "rules/config.h"
#include "tools/scenario/expectation.h"
#include "tools/scenario/series.h"

namespace foreshock {

// Made by read_scenario, then read-only.
struct ScenarioFile {
    std::string file;
    std::string name, description;
    std::string known_gap;  // why it does not hold yet; empty: it must
    EventTime start{};
    Config config;          // options and model
    std::vector<SeriesSpec> series;
    std::vector<Expectation> expectations;
    std::vector<std::string> lines;  // of the file, for rewriting
};

// Problems: all of them at once, with places.
Result<ScenarioFile> read_scenario(std::string_view text, const std::string& file);
Result<ScenarioFile> load_scenario(const std::string& file);

}  // namespace foreshock
