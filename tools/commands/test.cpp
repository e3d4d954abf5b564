#include "tools/commands/test.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "tools/exit_codes.h"
#include "tools/scenario/rule_coverage.h"
#include "tools/scenario/scenario_report.h"
#include "tools/scenario/scenario_run.h"
#include "tools/write_file.h"

namespace foreshock {
namespace {

using State = ScenarioResult::State;

// Files as named, and those below the folders that are named.
Result<std::vector<std::string>> scenario_files(const std::vector<std::string>& named) {
    std::vector<std::string> files;
    Diagnostics problems;
    for (const std::string& name : named) {
        std::error_code error;
        if (!std::filesystem::is_directory(name, error)) {
            files.push_back(name);
            continue;
        }
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(name, error))
            if (entry.path().extension() == ".scenario") found.push_back(entry.path().string());
        if (found.empty()) problems.push_back({name, 0, 0, "no file ends in .scenario in this folder", {}});
        std::ranges::sort(found);
        files.insert(files.end(), found.begin(), found.end());
    }
    if (!problems.empty()) return problems;
    return files;
}

void print_problems(const Diagnostics& problems) {
    for (const Diagnostic& d : problems) std::fprintf(stderr, "%s\n", d.text().c_str());
}

bool written(const std::string& path, const std::string& text, const char* what) {
    const Status done = write_file(path, text, what);
    if (!done) print_problems(done.problems());
    return done.ok();
}

// Every other mode must say what the plain one said.
std::string compare_modes(const ScenarioFile& s, const Expansion& expansion, const Transcript& plain) {
    const Micros within = shuffle_range(s, expansion, plain);
    std::string details;
    for (const RunMode& mode : run_modes()) {
        if (&mode == &run_modes().front()) continue;
        const RunOutcome other = run_scenario(s, expansion, mode, within);
        std::string difference = other.failure.empty() ? first_difference(plain, other.transcript, s.start) : "it failed: " + other.failure;
        if (!difference.empty()) details += s.file + ":1: mode '" + std::string(mode.name) + "' differs from the plain one: " + difference + '\n';
    }
    return details;
}

State state_of(const ScenarioFile& s, const std::string& details) {
    if (s.known_gap.empty()) return details.empty() ? State::held : State::failed;
    return details.empty() ? State::gap_closed : State::known_gap;
}

ScenarioResult run_one(const ScenarioFile& s, const TestOptions& options, RuleCoverage& coverage) {
    const auto began = std::chrono::steady_clock::now();
    ScenarioResult result{s.file, s.name, State::held, {}, 0, 1};
    const Expansion expansion = expand(s.series, s.start);
    const RunOutcome plain = run_scenario(s, expansion, run_modes().front(), Micros{0}, options.trace);
    if (!plain.failure.empty()) result.details = s.file + ":1: the run failed: " + plain.failure + '\n';
    else result.details = compare_all(s, plain.transcript);
    if (!result.details.empty() && options.update && plain.failure.empty() && written(s.file, updated(s, plain.transcript), "the scenario")) {
        std::printf("updated %s\n", s.file.c_str());
        result.details.clear();
    }
    result.state = state_of(s, result.details);
    if (options.all_modes && plain.failure.empty()) {
        const std::string details = compare_modes(s, expansion, plain.transcript);
        if (!details.empty()) result.state = State::failed;  // a gap in what is said excuses no differing modes
        result.details += details;
        result.modes = run_modes().size();
    }
    coverage.add(s, plain.transcript, result.state != State::failed);
    if (result.state == State::known_gap) result.details = s.known_gap;
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return result;
}

void print_result(const ScenarioResult& r) {
    constexpr const char* kStates[]{"ok", "FAILED", "known gap", "ok (known gap no more: remove 'known_gap')"};
    const std::string modes = r.modes > 1 ? ", " + std::to_string(r.modes) + " modes" : std::string{};
    std::printf("%s: %s: %s (%.2f s%s)\n", kStates[static_cast<size_t>(r.state)], r.file.c_str(), r.name.c_str(), r.seconds, modes.c_str());
    if (r.state == State::failed || r.state == State::known_gap) std::printf("%s%s", r.details.c_str(), r.details.ends_with('\n') ? "" : "\n");
    std::fflush(stdout);
}

// The rules of a configuration count as well, whether a scenario uses them or not.
bool expect_rules_of(const std::string& path, RuleCoverage& coverage) {
    if (path.empty()) return true;
    const auto config = load_config(path);
    if (config) coverage.expect(config.value().rules);
    else print_problems(config.problems());
    return config.ok();
}

}  // namespace

int test_command(const TestOptions& options) {
    const auto files = scenario_files(options.files);
    if (!files) {
        print_problems(files.problems());
        return kWrongUsage;
    }
    std::vector<ScenarioFile> scenarios;
    bool readable = true;
    for (const std::string& file : files.value()) {
        auto scenario = load_scenario(file);
        if (!scenario) print_problems(scenario.problems());
        readable = readable && scenario.ok();
        if (!scenario) continue;
        const ScenarioFile& s = scenario.value();
        if ((s.file + ' ' + s.name).find(options.filter) != std::string::npos) scenarios.push_back(std::move(scenario.value()));
    }
    if (!readable) return kWrongUsage;
    if (scenarios.empty()) {
        std::fprintf(stderr, "test: no scenario fits --filter '%s': it is searched in file names and the names of scenarios\n", options.filter.c_str());
        return kWrongUsage;
    }
    RuleCoverage coverage;
    if (!expect_rules_of(options.coverage, coverage)) return kWrongUsage;
    std::vector<ScenarioResult> results;
    for (const ScenarioFile& s : scenarios) {
        results.push_back(run_one(s, options, coverage));
        print_result(results.back());
    }
    const auto failed = std::ranges::count(results, State::failed, &ScenarioResult::state);
    std::printf("%zu scenarios, %td did not hold\n", results.size(), failed);
    std::fputs(coverage.text().c_str(), stdout);
    if (!options.coverage_json.empty() && !written(options.coverage_json, coverage.json(), "the coverage")) return kOutsideFailed;
    const bool enough = coverage.ratio() >= options.least_coverage;
    if (!enough) std::printf("less than %.0f %% of the rules are covered\n", 100 * options.least_coverage);
    if (!options.junit.empty() && !written(options.junit, junit_xml(results), "the results")) return kOutsideFailed;
    return failed > 0 || !enough ? kDidNotHold : kFine;
}

}  // namespace foreshock
