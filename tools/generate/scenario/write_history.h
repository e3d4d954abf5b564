// The hours before the live part as minute summaries, from the same simulation in longer steps.
#pragma once

#include "tools/generate/scenario/simulation.h"
#include "tools/generate/scenario/zstd_file.h"

namespace foreshock {

// Runs through the history, writes its rows where there is a file, and returns the simulation as it enters the live
// part.
ServiceSimulation run_history(const ScenarioSpec& spec, ZstdFile* file);

}  // namespace foreshock
