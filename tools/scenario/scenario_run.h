// Runs a scenario through the whole pipeline, in one of several ways that must all say the same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/scenario/expansion.h"
#include "tools/scenario/scenario.h"
#include "tools/scenario/transcript.h"

namespace foreshock {

// How a run goes on after it was interrupted.
enum class Interruption : uint8_t {
    none,
    stopped,  // asked to stop; it makes a checkpoint at its end
    killed,   // nothing is written after the interruption; what came after the last checkpoint is done again
};

struct RunMode {
    std::string_view name;
    unsigned lanes = 1;
    bool parallel_decode = false;
    size_t batch = 1000;
    bool uneven = false;
    bool shuffle = false;
    bool rocksdb = false;
    Interruption interruption = Interruption::none;
    bool other_models = false;  // while it runs; what concerns what they have in common must not change
};

// The first is the plain one.
const std::vector<RunMode>& run_modes();

struct RunOutcome {
    Transcript transcript;
    std::string failure;  // the run itself failed; empty: it did not
};

// `within`: how far a record may be overtaken in shuffled modes; zero where a scenario's result depends on the order.
RunOutcome run_scenario(const ScenarioFile& scenario, const Expansion& expansion, const RunMode& mode, Micros within, bool trace = false);

// How far records may be overtaken without any of them becoming late: none where one was late or a host's clock was corrected.
Micros shuffle_range(const ScenarioFile& scenario, const Expansion& expansion, const Transcript& plain);

// First difference between two runs of one scenario; empty when there is none.
std::string first_difference(const Transcript& plain, const Transcript& other, EventTime start);

}  // namespace foreshock
