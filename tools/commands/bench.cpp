#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "connectors/file/file_source.h"
#include "connectors/format/native_json.h"
#include "engine/run/pipeline.h"
#include "foreshock_version.h"
#include "state/rocksdb_store.h"
#include "tools/commands/commands.h"
#include "tools/commands/session.h"
#include "tools/exit_codes.h"
#include "tools/measure/company.h"
#include "tools/measure/stage_costs.h"
#include "tools/wiring.h"

namespace foreshock {

namespace {

constexpr EventTime kStart{std::chrono::hours{24 * 20000}};
constexpr uint64_t kJobSeconds = 600;  // of event time: long enough for every spike of the load
constexpr uint32_t kJobMetricsEvery = 10;
constexpr double kLeastRate = 5;       // transactions a second and service: with fewer a spike is hardly one
constexpr int kSlotsToLearn = 400;     // before a rise of demand is sure to be warned of
constexpr uint64_t kStageShare = 5;    // the stages are measured on a fifth of the events, which are kept in memory

class Folder {
public:
    explicit Folder(const std::string& in) : path_((in.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(in)) / "foreshock-bench-XXXXXX") {
        made_ = mkdtemp(path_.data()) != nullptr;
    }
    ~Folder() {
        std::error_code ignored;
        if (made_) std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    bool made() const { return made_; }
    const std::string& path() const { return path_; }

private:
    std::string path_;
    bool made_ = false;
};

// Remembers of which resources the built-in rule warned.
class Warned : public Sink {
public:
    void deliver(std::span<const WarningRevision> revisions) override {
        for (const WarningRevision& w : revisions)
            if (w.rule == "builtin" && w.state == WarningState::open) resources.insert(w.resource.name);
    }
    bool flush(std::chrono::milliseconds) override { return true; }
    std::string name() const override { return "bench"; }

    std::set<std::string> resources;
};

struct Job {
    uint64_t events = 0;
    double events_per_second = 0, cpu_us = 0;
    size_t warnings = 0;
};

Diagnostic problem(const std::string& what, const std::string& hint = {}) { return {{}, 0, 0, what, hint}; }

double process_cpu_us() {
    rusage u{};
    getrusage(RUSAGE_SELF, &u);
    return 1e6 * static_cast<double>(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + static_cast<double>(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

// What is made up has to fit.
void widen(Bounds& bounds, const BenchOptions& o) {
    const uint32_t resources = o.services * o.resources;
    bounds.services = std::max(bounds.services, o.services);
    bounds.metric_instances = std::max(bounds.metric_instances, resources * Workload::kMetrics);
    bounds.hosts += resources;
}

// The load of the whole job as a file; how many of its events are transactions.
Result<uint64_t> write_load(Workload& load, uint64_t events, const std::string& path) {
    std::ofstream file(path, std::ios::binary);
    uint64_t transactions = 0;
    for (uint64_t i = 0; i < events; ++i) {
        const GeneratedEvent& e = load.next();
        transactions += e.metric ? 0 : 1;
        file << e.json << '\n';
    }
    if (!file.flush()) return problem(path + ": cannot be written", "give --folder a place with " + std::to_string(events * 240 >> 20) + " MiB free");
    return transactions;
}

// Reading, deciding, warning and checkpoints, as in a run. With a model of the user's only the counting is known beforehand.
Result<Job> whole_job(const BenchOptions& o, const Config& config, uint32_t services, const std::string& folder) {
    const double metrics = 1.0 * Workload::kMetrics * o.resources / kJobMetricsEvery, rate = static_cast<double>(o.events) / kJobSeconds / services - metrics;
    if (rate < kLeastRate) return problem("too few events for " + std::to_string(services) + " services", "give --events " + std::to_string(static_cast<uint64_t>(kJobSeconds * services * (kLeastRate + metrics + 1))));
    Workload load({.services = services, .rate = rate, .start = kStart, .resources = o.resources, .metrics_every = kJobMetricsEvery, .campaigns = o.campaigns});
    const std::string path = folder + "/events.jsonl";
    const auto transactions = write_load(load, o.events, path);
    if (!transactions) return transactions.problems();
    auto store = RocksdbStore::open(folder + "/state");
    if (!store) return store.problems();
    const NativeJsonFactory decoders(decode_options(config));
    FileSource source({path});
    Warned warned;
    Pipeline pipeline({.options = config.engine, .model = config.model, .decoders = decoders, .store = *store.value(),
                       .checkpoint_every = std::chrono::duration_cast<std::chrono::milliseconds>(config.state.checkpoint_every), .lanes = workers(o, config), .rules = config.rules});
    pipeline.add(source);
    pipeline.add(warned);
    const double before = process_cpu_us();
    if (Status s = pipeline.run(); !s) return s.problems();
    const RunTotals t = pipeline.totals();
    const auto n = static_cast<double>(o.events);
    const Job job{o.events, n / t.seconds, (process_cpu_us() - before) / n, warned.resources.size()};
    if (t.events != o.events || t.transactions != transactions.value())
        return problem(fmt::format("the whole job counted {} events and {} transactions instead of {} and {}", t.events, t.transactions, o.events, transactions.value()),
                       "allowed_lateness of 2s and more, and bounds that are wide enough");
    if (!o.config.empty()) return job;
    std::set<std::string> expected;
    for (uint32_t s = 0; s < services; ++s) expected.insert(load.exhausted(s));
    expected.erase("");
    if (warned.resources != expected) return problem(fmt::format("the whole job warned of {} resources, and {} run out", warned.resources.size(), expected.size()));
    return job;
}

void print_text(const std::vector<StageCost>& costs, const std::optional<Job>& job) {
    std::printf("foreshock %s, %u cores; CPU time of one thread\n", std::string(kVersion).c_str(), std::thread::hardware_concurrency());
    for (const StageCost& c : costs) std::printf("%-40s %9.1f %s\n", c.stage.c_str(), c.cost, c.unit.c_str());
    if (!job) return;
    std::printf("whole job, %llu events from a file: %.2f million events a second, %.3f us CPU an event, warned of %zu resources\n", static_cast<unsigned long long>(job->events),
                job->events_per_second / 1e6, job->cpu_us, job->warnings);
}

void print_json(const std::vector<StageCost>& costs, const std::optional<Job>& job, const BenchOptions& o, size_t services) {
    nlohmann::ordered_json j{{"version", std::string(kVersion)}, {"cores", std::thread::hardware_concurrency()}, {"services", services}, {"resources", o.resources}, {"campaigns", o.campaigns}, {"partitions", o.partitions}};
    auto& list = j["stages"] = nlohmann::ordered_json::array();
    for (const StageCost& c : costs) list.push_back({{"stage", c.stage}, {"unit", c.unit}, {"cost", c.cost}});
    if (job) j["job"] = {{"events", job->events}, {"events_per_second", job->events_per_second}, {"cpu_us_per_event", job->cpu_us}, {"warned", job->warnings}};
    std::printf("%s\n", j.dump().c_str());
}

}  // namespace

int bench_command(const BenchOptions& o) {
    auto loaded = o.config.empty() ? Result<Config>(company(o.services, o.resources)) : load_config(o.config);
    if (!loaded) return print(loaded.problems()), kWrongUsage;
    Config& config = loaded.value();
    set_up_log(o, config);
    if (o.config.empty()) widen(config.engine.bounds, o);
    const auto wanted = [&](const char* part) { return o.only.empty() || std::ranges::find(o.only, part) != o.only.end(); };
    const Folder folder(o.folder);
    if (!folder.made()) return print({problem(folder.path() + ": cannot be made", "give --folder a place that can be written")}), kOutsideFailed;
    const auto services = o.config.empty() ? o.services : static_cast<uint32_t>(std::max<size_t>(1, config.model.services.size()));
    std::vector<StageCost> costs;
    const auto take = [&](Result<std::vector<StageCost>> made) {
        if (!made) return print(made.problems()), false;
        costs.insert(costs.end(), made.value().begin(), made.value().end());
        return true;
    };
    const WorkloadOptions load{.services = services, .rate = o.rate, .start = kStart, .resources = o.resources, .campaigns = o.campaigns};
    if (wanted("events") && !take(event_costs({load, o.events / kStageShare, o.partitions}, config.engine))) return kDidNotHold;
    if (wanted("slots") && !take(slot_costs(config, o.slots, o.config.empty() && o.slots >= kSlotsToLearn, folder.path() + "/slots"))) return kDidNotHold;
    std::optional<Job> job;
    if (wanted("job")) {
        if (o.config.empty()) config.model = {};  // the load's services are discovered
        const auto made = whole_job(o, config, services, folder.path());
        if (!made) return print(made.problems()), kDidNotHold;
        job = made.value();
    }
    o.json ? print_json(costs, job, o, services) : print_text(costs, job);
    return kFine;
}

}  // namespace foreshock
