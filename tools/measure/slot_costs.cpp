#include <algorithm>
#include <set>

#include "engine/correlate/correlator.h"
#include "engine/detect/detector.h"
#include "engine/forecast/forecaster.h"
#include "engine/match/matcher.h"
#include "engine/standing/stander.h"
#include "engine/warn/ranker.h"
#include "engine/warn/rule_warner.h"
#include "engine/warn/warner.h"
#include "state/rocksdb_store.h"
#include "tools/measure/company.h"
#include "tools/measure/stage_costs.h"

namespace foreshock {

namespace {

constexpr int kRise = 60;  // slots
constexpr int kCheckpoints = 9;

double median(std::vector<double> xs) {
    const auto middle = xs.begin() + static_cast<std::ptrdiff_t>(xs.size() / 2);
    std::ranges::nth_element(xs, middle);
    return *middle;
}

// The deciding stages, as run/decider.h strings them together, each with what its slots have cost.
class Stages {
public:
    Stages(const Model& model, const EngineOptions& options, const RulePlan& rules) : inventory_(model), options_(options) { match_.use(rules); }

    size_t noted_bytes() const {
        size_t sum = 0;
        for (const auto& each : ns) sum += each.capacity() * sizeof(double);
        return sum;
    }

    void decide(const ClosedSlot& slot) {
        at_ = thread_cpu_ns();
        const Signals& signals = detect_.close(slot);
        note(0);
        const Correlation& correlation = correlate_.correlate(signals);
        note(1);
        const Forecasts& forecasts = forecast_.forecast(signals, correlation);
        note(2);
        const Firings& firings = match_.match(slot, signals, forecasts);
        note(3);
        const auto promised = warn_.decide(forecasts, &signals);
        const RuleWarnings& ruled = warn_rules_.decide(firings);
        std::vector<WarningRevision> said(promised.begin(), promised.end()), open(warn_.open().begin(), warn_.open().end());
        said.insert(said.end(), ruled.said.begin(), ruled.said.end());
        open.insert(open.end(), warn_rules_.open().begin(), warn_rules_.open().end());
        rank_.rank(slot.end, open, said);
        note(4);
        stand_.judge(signals, forecasts);
        note(5);
        judged = signals.services.size() + signals.gauges.size();
        for (const WarningRevision& w : said)
            if (w.rule == "builtin") warned.insert(w.resource.name);
    }

    template <class F>
    void each(F&& f) {
        f("inventory", inventory_);
        f("detect", detect_);
        f("correlate", correlate_);
        f("forecast", forecast_);
        f("match", match_);
        f("warn", warn_);
        f("rule_warnings", warn_rules_);
        f("standing", stand_);
        f("rank", rank_);
    }

    static constexpr const char* kNames[]{"detect", "correlate", "forecast", "match", "warn", "standing"};
    std::vector<double> ns[std::size(kNames)];
    std::set<std::string> warned;
    size_t judged = 0;

    const Inventory& inventory() const { return inventory_; }

private:
    void note(size_t stage) {
        const double now = thread_cpu_ns();
        ns[stage].push_back(now - at_);
        at_ = thread_cpu_ns();
    }

    Inventory inventory_;
    const EngineOptions& options_;
    Detector detect_{inventory_, options_};
    Correlator correlate_{inventory_, options_};
    Forecaster forecast_{inventory_, options_};
    Matcher match_{inventory_, options_};
    Warner warn_{inventory_, options_};
    RuleWarner warn_rules_{inventory_, options_};
    Ranker rank_{inventory_};
    Stander stand_{inventory_, options_};
    double at_ = 0;
};

Diagnostic wrong(const std::string& what) { return {{}, 0, 0, "the deciding stages are wrong: " + what, {}}; }

// Of a company: each service that rises is warned of by the resource that it fills, and none other is.
Status check_warned(const Stages& stages) {
    for (ServiceIndex s = 0; s < stages.inventory().services().size(); ++s)
        if (stages.warned.contains(company_filled(s)) != company_rises(s)) return wrong(company_filled(s) + (company_rises(s) ? " is not warned of" : " is warned of without a rise"));
    return Done{};
}

// Checkpoints of the stages as they stand, one after each further slot.
Result<std::vector<StageCost>> checkpoint_costs(Stages& stages, const EngineOptions& options, int next, double series, const std::string& folder) {
    auto store = RocksdbStore::open(folder);
    if (!store) return store.problems();
    if (const auto nothing = store.value()->load(); !nothing) return nothing.problems();
    std::vector<double> archiving, saving;
    double bytes = 0;
    for (int i = 0; i < kCheckpoints; ++i) {
        const ClosedSlot slot = company_slot(stages.inventory(), options, next + i, 1);
        stages.decide(slot);
        Checkpoint made;
        made.app = options.app;
        made.slot_length = options.slots.length;
        made.decided_until = slot.end;
        double before = thread_cpu_ns();
        stages.each([&](const char* name, auto& stage) {
            Archive a;
            stage.archive(a);
            made.parts[name] = a.take();
        });
        archiving.push_back((thread_cpu_ns() - before) / series);
        before = thread_cpu_ns();
        if (Status s = store.value()->save(made); !s) return s.problems();
        saving.push_back((thread_cpu_ns() - before) / series);
        bytes = 0;
        for (const auto& [name, part] : made.parts) bytes += static_cast<double>(part.size());
    }
    return std::vector<StageCost>{{"archive", "ns a series and checkpoint", median(archiving)}, {"store", "ns a series and checkpoint", median(saving)}, {"checkpoint", "bytes a series", bytes / series}};
}

}  // namespace

Result<std::vector<StageCost>> slot_costs(const Config& config, int usual, bool rise, const std::string& folder) {
    const size_t heap = heap_bytes();
    Stages stages(config.model, config.engine, config.rules);
    const auto series = static_cast<double>(stages.inventory().services().size() + stages.inventory().gauges().size());
    const int slots = usual + (rise ? kRise : 0);
    std::vector<StageCost> costs;
    const auto medians = [&](const std::string& when) {
        double sum = 0;
        for (size_t i = 0; i < std::size(Stages::kNames); ++i) {
            costs.push_back({Stages::kNames[i] + when, "ns a series and slot", median(stages.ns[i]) / series});
            sum += costs.back().cost;
            stages.ns[i].clear();
        }
        costs.push_back({"decide, all of these" + when, "ns a series and slot", sum});
    };
    for (int i = 0; i < slots; ++i) {
        const double rising = i < usual ? 1 : 1 + 1.6 * (i - usual) / kRise;
        stages.decide(company_slot(stages.inventory(), config.engine, i, rising));
        if (static_cast<double>(stages.judged) < series) return wrong(std::to_string(stages.judged) + " series were judged instead of " + std::to_string(static_cast<uint64_t>(series)));
        if (i + 1 != usual) continue;
        if (rise && !stages.warned.empty()) return wrong(*stages.warned.begin() + " is warned of at usual demand");
        medians("");
        costs.push_back({"baseline and response", "bytes a series", static_cast<double>(heap_bytes() - heap - stages.noted_bytes()) / series});
    }
    if (rise) {
        medians(", while a tenth rises");
        if (Status s = check_warned(stages); !s) return s.problems();
    }
    auto checkpoints = checkpoint_costs(stages, config.engine, slots, series, folder);
    if (!checkpoints) return checkpoints.problems();
    costs.insert(costs.end(), checkpoints.value().begin(), checkpoints.value().end());
    return costs;
}

}  // namespace foreshock
