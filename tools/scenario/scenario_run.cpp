#include "tools/scenario/scenario_run.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "connectors/format/native_json.h"
#include "engine/plan/resource_matcher.h"
#include "engine/run/pipeline.h"
#include "state/memory_store.h"
#include "state/rocksdb_store.h"
#include "tools/scenario/memory_source.h"

namespace foreshock {
namespace {

constexpr uint64_t kInterruptions = 9;  // at so many places, evenly over the records

// Passes checkpoints on until the process is as good as dead.
class MortalStore : public Store {
public:
    explicit MortalStore(Store& real) : real_(real) {}
    Result<std::optional<Checkpoint>> load() override { return real_.load(); }
    Status save(const Checkpoint& checkpoint) override {
        if (dead) return Done{};
        return real_.save(checkpoint);
    }
    std::atomic<bool> dead{false};

private:
    Store& real_;
};

// A folder of its own for a run's state, removed with it.
class StateFolder {
public:
    StateFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "foreshock-scenario-XXXXXX").string();
        if (mkdtemp(name.data()) != nullptr) path_ = name;
    }
    ~StateFolder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    StateFolder(const StateFolder&) = delete;
    StateFolder& operator=(const StateFolder&) = delete;
    std::string state() const { return path_ + "/state"; }

private:
    std::string path_;
};

constexpr std::string_view kNewcomer = "newcomer-to-the-model";  // nothing is said of it

// The model with a service, its promise, its resource and a view before all others, so that everything has another number.
std::shared_ptr<const Model> with_newcomer(const Model& model) {
    auto other = std::make_shared<Model>(model);
    ServiceModel service;
    service.name = kNewcomer;
    service.slos.emplace_back().name = "latency";
    ResourceModel resource;
    resource.name = std::string(kNewcomer) + "-cpu";
    resource.service = kNewcomer;
    resource.metrics.push_back({"cpu_used", 8});
    View view{std::string(kNewcomer), {ViewNode{"all", {Call{std::string(kNewcomer)}}}}};
    other->services.insert(other->services.begin(), std::move(service));
    other->resources.insert(other->resources.begin(), std::move(resource));
    other->views.insert(other->views.begin(), std::move(view));
    return other;
}

// Gives a running pipeline another model again and again: a copy, one with a newcomer, one without it. Rules may speak of any service,
// so beside rules there is no newcomer.
class ModelChanger : public Observer {
public:
    ModelChanger(Pipeline& pipeline, const Config& config)
        : pipeline_(pipeline), config_(config), same_(std::make_shared<const Model>(config.model)), other_(config.rules.rules.empty() ? with_newcomer(config.model) : same_) {}
    void decided(const DecidedSlot&) override {
        if (++slots_ % 7 == 0) pipeline_.replace_model(slots_ % 3 == 0 ? other_ : same_, config_.engine.warn, config_.rules);
    }

private:
    Pipeline& pipeline_;
    const Config& config_;
    std::shared_ptr<const Model> same_, other_;
    uint64_t slots_ = 0;
};

// What is said of the newcomer alone is no difference.
void leave_out_newcomer(SlotRecord& slot) {
    const auto about = [](const Entry& e) {
        return std::ranges::any_of(e.fields, [](const auto& f) { return f.second.type == FieldValue::Type::text && f.second.text.find(kNewcomer) != std::string::npos; });
    };
    std::erase_if(slot.entries, about);
    std::string kept;
    for (std::string_view rest = slot.exact; !rest.empty();) {
        const std::string_view line = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
        if (line.find(kNewcomer) == line.npos) kept += line;
        rest.remove_prefix(line.size());
    }
    slot.exact = std::move(kept);
}

// Runs pieces of a scenario, one process after the other, over one store.
class ScenarioRunner {
public:
    ScenarioRunner(const ScenarioFile& scenario, const Expansion& expansion, const RunMode& mode, Micros within, bool trace)
        : scenario_(scenario), expansion_(expansion), mode_(mode), trace_(trace), decoders_(decode_options(scenario)) {
        records_ = mode.shuffle ? shuffled(expansion, within, 1) : expansion.records;
    }

    RunOutcome run() {
        const uint64_t total = records_.size();
        const uint64_t piece = mode_.interruption == Interruption::none ? UINT64_MAX : std::max<uint64_t>(1, total / (kInterruptions + 1));
        for (int pieces = 0; outcome_.failure.empty() && !done_; ++pieces) {
            if (!open_store()) break;
            const bool last = pieces >= static_cast<int>(2 * kInterruptions);  // killed before the first checkpoint, each time
            run_piece(last ? UINT64_MAX : piece);
        }
        return std::move(outcome_);
    }

private:
    static DecodeOptions decode_options(const ScenarioFile& s) { return {s.config.engine.dimensions, s.config.engine.bounds.record_bytes, labels_asked_for(s.config.model)}; }

    bool open_store() {
        rocksdb_.reset();  // one process at a time
        if (!mode_.rocksdb) return true;
        auto opened = RocksdbStore::open(folder_.state());
        if (opened) rocksdb_ = std::move(opened.value());
        else outcome_.failure = opened.problems().front().text();
        return opened.ok();
    }

    void run_piece(uint64_t pause_after) {
        MortalStore store(mode_.rocksdb ? static_cast<Store&>(*rocksdb_) : memory_);
        TranscriptWriter writer(scenario_.config.engine.dimensions, trace_);
        PipelineSettings settings{scenario_.config.engine, scenario_.config.model, decoders_, store};
        settings.dead_letters = &writer;
        settings.lanes = mode_.lanes;
        settings.rules = scenario_.config.rules;
        const bool often = mode_.interruption != Interruption::none || mode_.rocksdb;
        settings.checkpoint_every = std::chrono::milliseconds{mode_.interruption == Interruption::killed ? 1 : often ? 20 : 3'600'000};
        Pipeline pipeline(settings);
        MemorySource source(expansion_, records_,
                            {mode_.batch, mode_.uneven, mode_.parallel_decode, mode_.batch > 1, "events", pause_after, [&] {
                                 if (mode_.interruption == Interruption::killed) store.dead = true;
                                 pipeline.stop();
                             }});
        std::optional<ModelChanger> changer;
        pipeline.add(source);
        pipeline.add(writer);
        if (mode_.other_models) pipeline.add(changer.emplace(pipeline, scenario_.config));
        const Status status = pipeline.run();
        if (!status) outcome_.failure = status.problems().front().text();
        done_ = source.exhausted() && !stopped_at(pause_after, source);
        append(writer.take(pipeline.totals()));
    }
    static bool stopped_at(uint64_t pause_after, const MemorySource& source) { return source.served() >= pause_after; }

    // What a run said beyond what those before it had said; what it said again must be the same.
    void append(Transcript part) {
        Transcript& all = outcome_.transcript;
        for (SlotRecord& slot : part.slots) {
            if (mode_.other_models) leave_out_newcomer(slot);
            if (mode_.shuffle) slot.inputs.clear();
            const auto known = std::ranges::find(all.slots, slot.slot, &SlotRecord::slot);
            if (known == all.slots.end()) all.slots.push_back(std::move(slot));
            else if (known->exact != slot.exact || known->inputs != slot.inputs) outcome_.failure = "a slot decided again after a restart differs: " + std::to_string(slot.slot.value);
        }
        for (auto& [key, entry] : part.dead_letters) all.dead_letters.emplace(key, entry);
        RunTotals sum = part.totals;
        for (size_t i = 0; i < kDropReasons; ++i) sum.dropped[i] += all.totals.dropped[i];
        sum.records += all.totals.records;
        sum.events += all.totals.events;
        sum.late += all.totals.late;
        all.totals = sum;
        all.whole = mode_.interruption != Interruption::killed;
    }

    const ScenarioFile& scenario_;
    const Expansion& expansion_;
    RunMode mode_;
    bool trace_;
    NativeJsonFactory decoders_;
    std::vector<TimedRecord> records_;
    MemoryStore memory_;
    StateFolder folder_;
    std::unique_ptr<RocksdbStore> rocksdb_;
    RunOutcome outcome_;
    bool done_ = false;
};

std::string counts_difference(const RunTotals& a, const RunTotals& b) {
    const auto differ = [](std::string_view what, uint64_t x, uint64_t y) {
        return x == y ? std::string{} : std::string(what) + " are " + std::to_string(x) + " and " + std::to_string(y);
    };
    if (auto d = differ("records", a.records, b.records); !d.empty()) return d;
    if (auto d = differ("events", a.events, b.events); !d.empty()) return d;
    for (size_t i = 0; i < kDropReasons; ++i)
        if (auto d = differ("dropped records (" + std::string(to_string(static_cast<DropReason>(i))) + ")", a.dropped[i], b.dropped[i]); !d.empty()) return d;
    return {};
}

// The first line in which two texts differ.
std::string line_difference(std::string_view a, std::string_view b) {
    while (!a.empty() || !b.empty()) {
        const std::string_view x = a.substr(0, a.find('\n')), y = b.substr(0, b.find('\n'));
        if (x != y) return "\n  " + std::string(x) + "\n  " + std::string(y);
        a.remove_prefix(std::min(a.size(), x.size() + 1));
        b.remove_prefix(std::min(b.size(), y.size() + 1));
    }
    return {};
}

}  // namespace

const std::vector<RunMode>& run_modes() {
    static const std::vector<RunMode> kModes{
        {"plain"},
        {"8 workers", 8, true, 1000},
        {"batches of 1", 1, false, 1},
        {"8 workers, batches of 1", 8, true, 1},
        {"8 lanes, uneven batches", 8, false, 37, true},
        {"shuffled", 1, false, 1000, false, true},
        {"shuffled, 8 workers, uneven batches", 8, true, 100, true, true},
        {"rocksdb", 2, false, 1000, false, false, true},
        {"stopped", 2, false, 100, true, false, false, Interruption::stopped},
        {"stopped, rocksdb, shuffled", 8, true, 10, true, true, true, Interruption::stopped},
        {"killed", 1, false, 10, true, false, false, Interruption::killed},
        {"killed, rocksdb", 8, false, 10, true, false, true, Interruption::killed},
        {"other models", 2, false, 100, true, false, false, Interruption::none, true},
        {"other models, stopped", 2, false, 100, true, false, false, Interruption::stopped, true},
    };
    return kModes;
}

RunOutcome run_scenario(const ScenarioFile& scenario, const Expansion& expansion, const RunMode& mode, Micros within, bool trace) {
    return ScenarioRunner(scenario, expansion, mode, within, trace).run();
}

Micros shuffle_range(const ScenarioFile& scenario, const Expansion& expansion, const Transcript& plain) {
    const RunTotals& t = plain.totals;
    const auto dropped = [&](DropReason r) { return t.dropped[static_cast<size_t>(r)]; };
    if (t.late > 0 || dropped(DropReason::future) > 0 || t.corrected_hosts > 0) return Micros{0};
    return std::max(Micros{0}, scenario.config.engine.slots.allowed_lateness - expansion.latest);
}

std::string first_difference(const Transcript& plain, const Transcript& other, EventTime start) {
    for (size_t i = 0; i < std::max(plain.slots.size(), other.slots.size()); ++i) {
        if (i >= plain.slots.size() || i >= other.slots.size())
            return "one decided " + std::to_string(plain.slots.size()) + " slots, the other " + std::to_string(other.slots.size());
        const SlotRecord &a = plain.slots[i], &b = other.slots[i];
        if (a.slot != b.slot) return "slot number " + std::to_string(i) + " is " + std::to_string(a.slot.value) + " and " + std::to_string(b.slot.value);
        if (!a.inputs.empty() && !b.inputs.empty() && a.inputs != b.inputs) return "in the inputs, in slot " + std::to_string(a.slot.value) + ":" + line_difference(a.inputs, b.inputs);
        if (a.exact == b.exact) continue;
        for (size_t k = 0; k < std::min(a.entries.size(), b.entries.size()); ++k) {
            const std::string x = entry_text(a.entries[k], start), y = entry_text(b.entries[k], start);
            if (x != y) return "\n  " + x + "\n  " + y;
        }
        return "in the last digits, in slot " + std::to_string(a.slot.value) + ":" + line_difference(a.exact, b.exact);
    }
    if (plain.dead_letters.size() != other.dead_letters.size()) return "dead letters";
    return plain.whole && other.whole ? counts_difference(plain.totals, other.totals) : std::string{};
}

}  // namespace foreshock
