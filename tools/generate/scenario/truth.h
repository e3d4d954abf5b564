// What really happened, as the scorer wants it: breaches from the recorded transactions, their causes by runs with the
// same noise and an event left out, and from when on an ideal observer could have known.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/generate/scenario/live_run.h"

namespace foreshock {

// Seconds since the start of the live part.
struct TrueBreach {
    uint32_t service = 0;
    std::string slo;
    std::vector<std::string> also;
    int64_t start_s = 0, end_s = 0;
    std::string cause;  // demand, capacity_loss, other
    bool combined = false;
    std::string binding_resource;
    std::vector<std::string> saturated, driver;
    int64_t demand_start_s = -1;  // of its demand event; -1: none
    int64_t onset_s = 0, foreseeable_s = 0;
    int incident = 0;
};

struct HarmlessInterval {
    std::string kind;
    double start_s = 0, end_s = 0, fraction = 0;  // 0: not a decoy
};

struct ScenarioTruth {
    std::vector<TrueBreach> breaches;
    std::vector<HarmlessInterval> harmless;
};

// The service-level indicator over 60 s, every 10 s, of at least 20 transactions; a breach is 7 violations in a row.
// Runs less than 10 min apart are one. Fills service, slo, also, start_s and end_s.
std::vector<TrueBreach> find_breaches(const ScenarioSpec& spec, const LiveRun& run);

ScenarioTruth judge(const ScenarioSpec& spec, const LiveRun& run, const std::function<LiveRun(LeftOut)>& without);

}  // namespace foreshock
