// A rule's tree of conditions as it stands for one of those whom the rule is for: what each node remembers, and how a slot
// changes it. tests/scenarios/match describes what each construct means. One worker only.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/archive.h"
#include "engine/match/firing.h"
#include "engine/match/sighting.h"

namespace foreshock {

// What one node remembers from slot to slot. Bounded: `marks` by the steps of a sequence or by `at_least`, `entities` by
// kMostEntities.
struct NodeState {
    bool on = false;
    bool fresh = true;         // not judged yet: what holds at first does not begin
    EventTime met{};           // when the bare condition, without `within` and `for`, was last true; zero: never
    EventTime held{};          // when the whole one was
    EventTime true_since{};    // start of the slots in a row in which it is true, for `for`
    std::vector<EventTime> marks;  // sequence: by step, when the latest partial match up to it began; count: last beginnings
    std::map<std::string, EventTime> entities;  // count of distinct ones: when each last showed it
    std::optional<Evidence> evidence;           // signals: the last one

    void archive(Archive& a) { a(on, fresh, met, held, true_since, marks, entities, evidence); }
};
inline constexpr size_t kMostEntities = 1000;

// What a slot brought for one node. A beginning of a state has the end of the slot as its time, an event its own times.
struct Outcome {
    bool on = false;
    bool begins = false;
    EventTime first{}, last{};
    uint64_t n = 0;  // beginnings
};

class ConditionJudge {
public:
    // `see` answers for the signal with the given number, counted over the tree in its order.
    using See = std::function<Sighting(const RuleCondition& c, size_t signal)>;
    ConditionJudge(EventTime start, EventTime end, EventTime watched_since, const See& see)
        : start_(start), end_(end), watched_since_(watched_since), see_(see) {}

    // `nodes` are those of the tree in its order, as many as nodes_of says.
    Outcome judge(const RuleCondition& root, std::vector<NodeState>& nodes);

private:
    Outcome node(const RuleCondition& c);
    Outcome bare(const RuleCondition& c, NodeState& own);
    Outcome signal(const RuleCondition& c, NodeState& own);
    Outcome all(const RuleCondition& c);
    Outcome any(const RuleCondition& c);
    Outcome negation(const RuleCondition& c);
    Outcome count(const RuleCondition& c, NodeState& own);
    Outcome sequence(const RuleCondition& c, NodeState& own);
    bool recent(EventTime t, Micros within) const { return t != EventTime{} && end_ - t <= within; }
    Outcome state(bool on) const { return {on, false, end_, end_, 0}; }

    EventTime start_, end_, watched_since_;
    const See& see_;
    std::vector<NodeState>* nodes_ = nullptr;
    size_t next_node_ = 0, next_signal_ = 0;
    Sighting seen_;  // of the signal judged last
};

size_t nodes_of(const RuleCondition& c);
size_t signals_of(const RuleCondition& c);
// What makes the tree hold in the slot that begins at `start`: of each signal that counts (not those under `not`) its last
// evidence.
std::vector<Evidence> evidence_of(const RuleCondition& root, const std::vector<NodeState>& nodes, EventTime start);

}  // namespace foreshock
