// From a request to the files of a scenario: plan, history, live part, truth.
#pragma once

#include <optional>
#include <string>

#include "engine/base/result.h"
#include "tools/generate/scenario/kinds.h"
#include "tools/generate/scenario/truth.h"
#include "tools/generate/scenario/write_model.h"
#include "tools/generate/scenario/zstd_file.h"

namespace foreshock {

struct ScenarioRequest {
    const ScenarioKind* kind = nullptr;
    uint64_t seed = 1;
    std::optional<bool> broad;  // as the seed will have it: half of them
    int64_t live_minutes = 120, history_hours = 48;
};

// Everything decided, nothing run. The same request gives the same scenario.
ScenarioSpec plan_scenario(const ScenarioRequest& request);

// A scenario that has happened.
struct SimulatedScenario {
    ScenarioSpec spec;
    LiveRun live;
    ScenarioTruth truth;
    ScenarioCalibration calibration;
};
// Runs the plan; the rows of the history go to the file where there is one.
SimulatedScenario run_scenario(const ScenarioRequest& request, ZstdFile* history);

struct ScenarioSummary {
    std::string id;
    bool broad = false;
    ScenarioTruth truth;
    ScenarioCalibration calibration;
};
// Writes model.yaml, model.json, history.jsonl.zst, events.jsonl.zst and truth.json into `directory`/<id>/. Problems: a
// folder or file that cannot be written.
[[nodiscard]] Result<ScenarioSummary> generate_scenario(const ScenarioRequest& request, const std::string& directory);

}  // namespace foreshock
