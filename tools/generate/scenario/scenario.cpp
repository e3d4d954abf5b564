#include "tools/generate/scenario/scenario.h"

#include <array>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "tools/generate/scenario/draft.h"
#include "tools/generate/scenario/sizing.h"
#include "tools/generate/scenario/write_events.h"
#include "tools/generate/scenario/write_history.h"
#include "tools/generate/scenario/zstd_file.h"
#include "tools/write_file.h"

namespace foreshock {
namespace {

constexpr uint64_t kPlan = 1, kSizes = 2, kPromises = 3;
constexpr int64_t kSeptember2026 = 1788220800;
constexpr int kAttempts = 5;

// Half of the scenarios begin in the hours of business, as most campaigns do; a few in the night.
int64_t any_start(RandomStream& random, bool evening) {
    const int64_t day = kSeptember2026 + 86400 * random.integer(0, 90);
    const double hour = evening               ? random.uniform(17, 18.5)
                        : random.chance(0.75) ? random.uniform(9, 19)
                                              : random.uniform(0, 24);
    return day + 60 * static_cast<int64_t>(hour * 60);
}

void scale_events(ScenarioSpec& spec, double factor, bool decoys_only) {
    for (DemandEvent& e : spec.demand) {
        if (decoys_only && !e.decoy) continue;
        for (double& x : e.excess) x *= x > 0 ? factor : 1;
        e.value_excess *= factor;
        e.fraction *= factor;
    }
    if (decoys_only) return;
    for (CapacityEvent& e : spec.capacity)
        if (e.type != CapacityEvent::Type::lost_node && e.type != CapacityEvent::Type::cache_flush) e.size *= factor;
}

// What the kind promises and the run did not keep; empty: nothing.
std::string broken(const ScenarioSpec& spec, KindPromise promise, const std::vector<TrueBreach>& breaches) {
    if (spec.broad || promise == KindPromise::nothing) return {};
    if (promise == KindPromise::quiet) return breaches.empty() ? "" : "harmless breached";
    if (breaches.empty()) return "no breach";
    double main = spec.capacity.empty() ? 1e18 : spec.capacity.front().start_s;
    for (const DemandEvent& e : spec.demand)
        if (!e.decoy) main = std::min(main, e.start_s);
    return static_cast<double>(breaches.front().start_s) < main ? "decoy breached" : "";
}

Status write_events_file(const ScenarioSpec& spec, const LiveRun& run, const std::string& path) {
    Result<ZstdFile> file = ZstdFile::create(path);
    if (!file) return file.problems();
    write_events(spec, run, file.value());
    return file.value().close();
}

// Events are made larger or smaller until the scenario keeps its promise; the history knows nothing of them.
LiveRun keep_promise(ScenarioSpec& spec, KindPromise promise, const ServiceSimulation& before,
                     ScenarioCalibration& calibration) {
    LiveRun run(spec, before, {});
    for (int i = 0; i < kAttempts; ++i) {
        const std::string wrong = broken(spec, promise, find_breaches(spec, run));
        if (wrong.empty()) break;
        calibration.log.push_back(wrong);
        const double factor = wrong == "no breach" ? 1.15 : wrong == "decoy breached" ? 0.8 : 0.9;
        if (wrong != "decoy breached") calibration.factor *= factor;
        scale_events(spec, factor, wrong == "decoy breached");
        run = LiveRun(spec, before, {});
    }
    return run;
}

}  // namespace

ScenarioSpec plan_scenario(const ScenarioRequest& request) {
    static constexpr std::array<uint32_t, 4> kIntervals{1, 5, 10, 15};
    ScenarioSpec spec;
    RandomStream random = RandomStream::stream(request.seed, kPlan);
    spec.seed = request.seed;
    spec.kind = request.kind->name;
    spec.id = fmt::format("g{:06}-{}", request.seed, request.kind->name);
    const bool broad = random.chance(0.5);
    spec.broad = request.broad.value_or(broad);
    spec.live_start = any_start(random, spec.kind.starts_with("evening"));
    spec.live_s = static_cast<int64_t>(static_cast<double>(request.live_minutes) * 60 * random.uniform(0.88, 1.04));
    spec.history_s = request.history_hours * 3600;
    static constexpr std::array kWeights{0.06, 0.52, 0.17, 0.25};
    spec.metric_interval_s = kIntervals[random.weighted(kWeights)];
    ScenarioDraft draft(spec, random);
    request.kind->build(draft);
    draft.finish();
    RandomStream sizes = RandomStream::stream(request.seed, kSizes);
    size_resources(spec, sizes);
    RandomStream promises = RandomStream::stream(request.seed, kPromises);
    promise(spec, promises);
    return spec;
}

SimulatedScenario run_scenario(const ScenarioRequest& request, ZstdFile* history) {
    ScenarioSpec spec = plan_scenario(request);
    const ServiceSimulation before = run_history(spec, history);
    ScenarioCalibration calibration;
    LiveRun live = keep_promise(spec, request.kind->promise, before, calibration);
    ScenarioTruth truth = judge(spec, live, [&](LeftOut left_out) { return LiveRun(spec, before, left_out); });
    return {std::move(spec), std::move(live), std::move(truth), std::move(calibration)};
}

Result<ScenarioSummary> generate_scenario(const ScenarioRequest& request, const std::string& directory) {
    const std::string id = plan_scenario(request).id, folder = directory + "/" + id + "/";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return Diagnostic{folder, 0, 0, "cannot be made: " + error.message(), "name a folder that can be written"};
    Result<ZstdFile> history = ZstdFile::create(folder + "history.jsonl.zst");
    if (!history) return history.problems();
    SimulatedScenario made = run_scenario(request, &history.value());
    for (const Status& done :
         {history.value().close(), write_events_file(made.spec, made.live, folder + "events.jsonl.zst"),
          write_file(folder + "model.yaml", model_yaml(made.spec), "the model"),
          write_file(folder + "model.json", model_json(made.spec), "the model"),
          write_file(folder + "truth.json",
                     truth_json(made.spec, made.truth, made.calibration, request.kind->group == KindGroup::held_out), "what is true")})
        if (!done) return done.problems();
    return ScenarioSummary{id, made.spec.broad, std::move(made.truth), std::move(made.calibration)};
}

}  // namespace foreshock
