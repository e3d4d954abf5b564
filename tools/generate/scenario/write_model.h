// The scenario's papers: the model for the program, the identities and the truth for the scorer.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "tools/generate/scenario/truth.h"

namespace foreshock {

// How a scenario that is not broad was brought to keep its promise.
struct ScenarioCalibration {
    double factor = 1;  // of the size of its events
    std::vector<std::string> log;
};

std::string model_yaml(const ScenarioSpec& spec);
std::string model_json(const ScenarioSpec& spec);
std::string truth_json(const ScenarioSpec& spec, const ScenarioTruth& truth, const ScenarioCalibration& calibration,
                       bool held_out);

}  // namespace foreshock
