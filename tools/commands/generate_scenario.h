// `foreshock generate scenario`: simulated scenarios with their truth, for training and scoring.
#pragma once

#include <cstdint>
#include <string>

namespace foreshock {

struct GenerateScenarioOptions {
    std::string kind =
        "random";  // a kind; random: any that may train; held_out: any that may not; list: names them all
    std::string breadth = "mixed";  // planned, broad, mixed
    uint64_t seed = 1;              // of the first; the following ones count up
    uint32_t count = 1;
    std::string output;  // directory, made when it is not there
    int64_t live_minutes = 120, history_hours = 48;
    bool json = false;
};
// One line a scenario on standard output. Exit codes as in exit_codes.h.
int generate_scenario_command(const GenerateScenarioOptions& options);

}  // namespace foreshock
