// What each stage costs on this machine: its real code on generated input, one thread, CPU time. What a stage makes of its input is checked
// before there is a figure; a problem says what was wrong. One worker only.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "rules/config.h"
#include "tools/generate/workload.h"

namespace foreshock {

struct StageCost {
    std::string stage;
    std::string unit;  // "ns an event", "bytes a series", ...
    double cost = 0;
};

struct EventSizes {
    WorkloadOptions load;
    uint64_t events = 0;
    uint32_t partitions = 8;
};

// Decode, ingest, merging of what two lanes have summed, closing of slots. A series is here a service, an instance of a metric, or a value of
// a dimension of a service.
Result<std::vector<StageCost>> event_costs(const EventSizes& sizes, const EngineOptions& options);

// The deciding stages, and checkpoints of them in a store in `folder`, for the services and resources of the model. A series is here a
// service or a metric of a resource. `usual`: slots of usual demand. `rise`: the model is that of a company (company.h), whose demand rises
// after them.
Result<std::vector<StageCost>> slot_costs(const Config& config, int usual, bool rise, const std::string& folder);

double thread_cpu_ns();  // CPU time of this thread
size_t heap_bytes();     // in use, as the allocator counts them

}  // namespace foreshock
