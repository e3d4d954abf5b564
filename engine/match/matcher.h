// Stage: what the stages before say of a slot in, the rules that hold out. Event time only. A rule's state is kept by its
// name and condition, so that it outlives restarts, and reloads that leave what it waits for as it is. One worker only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/archive.h"
#include "engine/match/condition_state.h"
#include "engine/match/firing.h"
#include "engine/match/slot_view.h"
#include "engine/plan/options.h"

namespace foreshock {

class Matcher {
public:
    static constexpr size_t kMostKeys = 20'000;  // of one rule; what comes beyond is counted and left out

    Matcher(const Inventory& inventory, const EngineOptions& options) : view_(inventory), options_(options) {}

    // Between two slots. The state of every rule that stands in both plans with the same condition is kept.
    void use(RulePlan plan);
    const RulePlan& plan() const { return *plan_; }

    // Valid until the next call.
    const Firings& match(const ClosedSlot& slot, const Signals& signals, const Forecasts& forecasts);
    void archive(Archive& a);

private:
    // A rule as it stands for one key.
    struct Instance {
        std::vector<NodeState> nodes;
        EventTime since{};  // it has held from here on; zero: it does not
        bool lasting = false;  // known to the inventory; one that only events name goes when nothing is remembered
        // Found anew when the inventory has grown.
        bool placed = false;
        Subject subject;
        std::vector<Candidates> candidates;  // by signal

        void archive(Archive& a) { a(nodes, since); }
    };
    struct RuleState {
        std::string condition;
        EventTime watched_since{};  // zero: nothing yet
        std::map<std::string, Instance, std::less<>> instances;
        std::vector<std::unique_ptr<Sighting>> shared;  // by signal: of those that look anywhere, once a slot

        void archive(Archive& a) { a(condition, watched_since, instances); }
    };

    void judge(uint32_t number, RuleState& state, bool grown);
    void find_keys(const Rule& rule, RuleState& state, bool grown);
    void judge_one(uint32_t number, RuleState& state, Instance& instance);
    void place(const Rule& rule, RuleState& state, Instance& instance);

    SlotView view_;
    const EngineOptions& options_;
    std::unique_ptr<RulePlan> plan_ = std::make_unique<RulePlan>();
    std::map<std::string, RuleState, std::less<>> states_;  // by rule
    bool replaced_ = true;  // candidates are those of another plan
    Firings firings_;
};

}  // namespace foreshock
