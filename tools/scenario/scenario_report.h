// What came of scenarios: for people, for JUnit readers, and as a rewritten file.
#pragma once

#include <string>
#include <vector>

#include "tools/scenario/scenario_run.h"

namespace foreshock {

struct ScenarioResult {
    enum class State : uint8_t { held, failed, known_gap, gap_closed };
    std::string file, name;
    State state = State::held;
    std::string details;  // what did not hold, in lines "file:line: ..."
    double seconds = 0;
    size_t modes = 1;     // in which it ran
};

// Lines for people: what was expected and not said, and what was said instead. Empty when everything holds.
std::string compare_all(const ScenarioFile& scenario, const Transcript& transcript);

// The file with every expectation block rewritten: lines that hold stay as they are, the others become what was said.
std::string updated(const ScenarioFile& scenario, const Transcript& transcript);

// JUnit's XML: one test case per scenario, known gaps as skipped.
std::string junit_xml(const std::vector<ScenarioResult>& results);

}  // namespace foreshock
