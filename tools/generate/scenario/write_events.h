// The live part as events in order of arrival: single transactions as recorded, and metrics at their interval.
#pragma once

#include "tools/generate/scenario/live_run.h"
#include "tools/generate/scenario/zstd_file.h"

namespace foreshock {

void write_events(const ScenarioSpec& spec, const LiveRun& run, ZstdFile& file);

}  // namespace foreshock
