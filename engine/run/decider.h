// Everything right of ingest: small data, strictly ordered by event time. Takes the merged sums of each slot through
// window, detect, correlate, forecast, match and warn. One worker only.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/correlate/correlator.h"
#include "engine/detect/detector.h"
#include "engine/forecast/forecaster.h"
#include "engine/match/matcher.h"
#include "engine/run/input_log.h"
#include "engine/run/metrics.h"
#include "engine/run/observer.h"
#include "engine/run/sink.h"
#include "engine/standing/stander.h"
#include "engine/warn/ranker.h"
#include "engine/warn/rule_warner.h"
#include "engine/warn/warner.h"
#include "engine/window/windower.h"

namespace foreshock {

class Decider {
public:
    Decider(std::shared_ptr<const Model> model, const EngineOptions& options);

    void add(Sink& sink) { sinks_.push_back(&sink); }
    void add(Observer& observer) { observers_.push_back(&observer); }

    // The user's rules, from the next slot on. State of rules that stay as they are is kept.
    void use(RulePlan plan) { match_.use(std::move(plan)); }

    // Decides the next slot. Slots come in order; over a gap of more than kLongestGap the empty slots are left out.
    void decide(SlotIndex slot, const SlotPartial& sums, const Names& names);

    // The sums of the next slots go by other names.
    void forget_names() { window_.forget_names(); }

    // The slot to decide now, when slots up to and including `last` may be decided and `open` is the first that holds sums. Empty slots
    // between are decided as well, but not those of a long gap, and with `only_open` none after the last open one. Nothing: none is due.
    std::optional<SlotIndex> due(std::optional<SlotIndex> open, SlotIndex last, bool only_open) const;
    // Number of the next slot to decide, once one has been decided.
    std::optional<SlotIndex> next() const { return next_; }
    const RunTotals& totals() const { return totals_; }
    const Inventory& inventory() const { return inventory_; }

    // Calls `f` with the name of each stage that keeps state and the stage, in the order in which they are restored.
    template <class F>
    void each_stage(F&& f) {
        f("inventory", inventory_);
        f("window", window_);
        f("detect", detect_);
        f("correlate", correlate_);
        f("forecast", forecast_);
        f("match", match_);
        f("warn", warn_);
        f("rule_warnings", warn_rules_);
        f("standing", stand_);
        f("rank", rank_);
        f("inputs", inputs_);
    }
    // After the stages were restored.
    void go_on_at(SlotIndex next) { next_ = next; }
    // Takes the place of another one whose stages were restored here: its outputs, its observers, and what it has counted.
    void go_on_for(const Decider& before);

private:
    void count(const ClosedSlot& slot, const Signals& signals, const Firings& firings, std::span<const WarningRevision> warnings);

    const EngineOptions& options_;
    Inventory inventory_;
    Windower window_;
    Detector detect_;
    Correlator correlate_;
    Forecaster forecast_;
    Matcher match_;
    Warner warn_;
    RuleWarner warn_rules_;
    Ranker rank_;
    Stander stand_;
    InputLog inputs_;
    std::vector<WarningRevision> said_, shadow_, open_;
    std::vector<SuppressedWarning> suppressed_;
    std::vector<Sink*> sinks_;
    std::vector<Observer*> observers_;
    std::optional<SlotIndex> next_;
    RunTotals totals_;
};

// A stretch without any event that is longer than this is not decided slot by slot.
inline constexpr Micros kLongestGap = std::chrono::hours{24 * 3};

}  // namespace foreshock
