#include "engine/match/condition_state.h"

#include <algorithm>

namespace foreshock {
namespace {

// Things that happened to the steps of a sequence in one slot.
struct Happening {
    EventTime at;
    size_t step;
};

bool positive(const RuleCondition& step) { return step.kind != ConditionKind::negation; }

// A running sequence: partial matches are told by when their first step was. Only the latest one up to each step matters,
// because the only bound is on the whole: if any earlier one is in time, it is too.
class SequenceWalk {
public:
    SequenceWalk(const RuleCondition& c, std::vector<EventTime>& marks) : c_(c), marks_(marks), trailing_(!positive(c.parts.back())) {
        marks_.resize(c.parts.size());
    }

    void happens(const Happening& h) {
        due(h.at);
        if (positive(c_.parts[h.step])) advance(h);
        else if (h.step + 1 == c_.parts.size()) marks_[h.step] = {};
        else if (const size_t before = previous(h.step); before != kNone) marks_[before] = {};
    }

    // The end of a sequence that ends in `not`: nothing came in time.
    void due(EventTime now) {
        if (!trailing_ || marks_.back() == EventTime{} || now - marks_.back() < c_.within) return;
        complete(marks_.back() + c_.within);
        marks_.back() = {};
    }

    Outcome outcome;

private:
    static constexpr size_t kNone = static_cast<size_t>(-1);

    size_t previous(size_t step) const {
        while (step-- > 0)
            if (positive(c_.parts[step])) return step;
        return kNone;
    }
    bool last(size_t step) const { return step + 1 == c_.parts.size() || (trailing_ && step + 2 == c_.parts.size()); }

    void advance(const Happening& h) {
        const size_t before = previous(h.step);
        const EventTime began = before == kNone ? h.at : marks_[before];
        if (began == EventTime{} || h.at - began > c_.within) return;
        if (!last(h.step)) {
            marks_[h.step] = std::max(marks_[h.step], began);
        } else if (trailing_) {
            if (marks_.back() == EventTime{}) marks_.back() = began;  // the first that waits is the first to be due
            forget(h.step);
        } else {
            complete(h.at);
            forget(h.step);
        }
    }

    void forget(size_t up_to) {
        for (size_t i = 0; i <= up_to; ++i) marks_[i] = {};
    }

    void complete(EventTime at) {
        outcome.first = outcome.n == 0 ? at : outcome.first;
        outcome.last = at;
        outcome.on = outcome.begins = true;
        ++outcome.n;
    }

    const RuleCondition& c_;
    std::vector<EventTime>& marks_;
    bool trailing_;
};

}  // namespace

Outcome ConditionJudge::judge(const RuleCondition& root, std::vector<NodeState>& nodes) {
    nodes_ = &nodes;
    next_node_ = next_signal_ = 0;
    return node(root);
}

// The bare condition, then `within` (it was so a while ago), then `for` (it has been so all the while).
Outcome ConditionJudge::node(const RuleCondition& c) {
    const size_t at = next_node_++;
    Outcome o = bare(c, (*nodes_)[at]);
    NodeState& own = (*nodes_)[at];
    if (o.on) own.met = std::max(own.met, o.last);
    const bool looks_back = is_signal(c.kind) || c.kind == ConditionKind::any;
    bool on = o.on || (looks_back && c.within.count() > 0 && recent(own.met, c.within));
    if (!on) own.true_since = {};
    else if (own.true_since == EventTime{}) own.true_since = start_;
    on = on && end_ - own.true_since >= c.hold;
    const bool momentary = c.hold.count() == 0 && (c.kind == ConditionKind::event || c.kind == ConditionKind::any || c.kind == ConditionKind::sequence);
    if (!momentary) {
        o.begins = on && !own.on && !own.fresh;
        o.n = o.begins ? 1 : 0;
        o.first = o.last = end_;
    }
    o.on = on;
    own.on = on;
    own.fresh = false;
    if (on) own.held = std::max(own.held, momentary && o.last != EventTime{} ? o.last : end_);
    return o;
}

Outcome ConditionJudge::bare(const RuleCondition& c, NodeState& own) {
    switch (c.kind) {
        case ConditionKind::all: return all(c);
        case ConditionKind::any: return any(c);
        case ConditionKind::negation: return negation(c);
        case ConditionKind::count: return count(c, own);
        case ConditionKind::sequence: return sequence(c, own);
        default: return signal(c, own);
    }
}

Outcome ConditionJudge::signal(const RuleCondition& c, NodeState& own) {
    seen_ = see_(c, next_signal_++);
    if (seen_.on) own.evidence = seen_.evidence;
    return {seen_.on, seen_.n > 0, seen_.first, seen_.last, seen_.n};
}

// With `within`, each part must have been true at some moment of that time; without, all of them now.
Outcome ConditionJudge::all(const RuleCondition& c) {
    bool on = true;
    for (const RuleCondition& part : c.parts) {
        const size_t at = next_node_;
        const Outcome o = node(part);
        const bool lately = part.kind != ConditionKind::negation && c.within.count() > 0 && recent((*nodes_)[at].held, c.within);
        on = (o.on || lately) && on;
    }
    return state(on);
}

Outcome ConditionJudge::any(const RuleCondition& c) {
    Outcome out;
    for (const RuleCondition& part : c.parts) {
        const Outcome o = node(part);
        out.on = out.on || o.on;
        if (o.on) out.last = std::max(out.last, o.last);
        if (!o.begins) continue;
        out.first = out.begins ? std::min(out.first, o.first) : o.first;
        out.begins = true;
        out.n += o.n;
    }
    return out;
}

// With `within`: at no moment of that time, all of which must have been watched.
Outcome ConditionJudge::negation(const RuleCondition& c) {
    const size_t at = next_node_;
    const Outcome o = node(c.parts.front());
    if (c.within.count() == 0) return state(!o.on);
    return state(!o.on && !recent((*nodes_)[at].held, c.within) && end_ - watched_since_ >= c.within);
}

Outcome ConditionJudge::count(const RuleCondition& c, NodeState& own) {
    const Outcome o = node(c.parts.front());
    if (c.distinct != CountOf::beginnings) {
        for (const std::string& who : seen_.entities)
            if (o.on && (own.entities.contains(who) || own.entities.size() < kMostEntities)) own.entities[who] = end_;
        std::erase_if(own.entities, [&](const auto& e) { return end_ - e.second > c.within; });
        return state(own.entities.size() >= c.at_least);
    }
    const uint64_t n = o.begins ? std::min<uint64_t>(o.n, c.at_least) : 0;
    own.marks.insert(own.marks.end(), n, o.last);
    std::erase_if(own.marks, [&](EventTime t) { return !recent(t, c.within); });
    if (own.marks.size() > c.at_least) own.marks.erase(own.marks.begin(), own.marks.end() - static_cast<std::ptrdiff_t>(c.at_least));
    return state(own.marks.size() >= c.at_least);
}

// Of happenings of one moment the later step comes first, so that nothing follows what came at the same time.
Outcome ConditionJudge::sequence(const RuleCondition& c, NodeState& own) {
    std::vector<Happening> happenings;
    for (size_t i = 0; i < c.parts.size(); ++i) {
        const RuleCondition& part = c.parts[i];
        if (!positive(part)) ++next_node_;  // of the `not` itself nothing is remembered
        const Outcome o = node(positive(part) ? part : part.parts.front());
        if (positive(part) ? !o.begins : !o.on) continue;
        happenings.push_back({o.first == EventTime{} ? end_ : o.first, i});
        if (o.last > o.first && o.n > 1) happenings.push_back({o.last, i});
    }
    std::ranges::sort(happenings, [](const Happening& a, const Happening& b) { return a.at != b.at ? a.at < b.at : a.step > b.step; });
    SequenceWalk walk(c, own.marks);
    for (const Happening& h : happenings) walk.happens(h);
    walk.due(end_);
    return walk.outcome;
}

size_t nodes_of(const RuleCondition& c) {
    size_t n = 1;
    for (const RuleCondition& part : c.parts) n += nodes_of(part);
    return n;
}

size_t signals_of(const RuleCondition& c) {
    size_t n = is_signal(c.kind) ? 1 : 0;
    for (const RuleCondition& part : c.parts) n += signals_of(part);
    return n;
}

namespace {

void collect(const RuleCondition& c, const std::vector<NodeState>& nodes, EventTime start, Micros within, bool counts, size_t& next, std::vector<Evidence>& out) {
    const NodeState& own = nodes[next++];
    within = std::max(within, c.within);
    // An event has its own time, of which the first belongs to the slot; a state that of the slot's end.
    const bool event = c.kind == ConditionKind::event;
    const bool now = own.evidence && (event ? own.evidence->at >= start : own.evidence->at > start);
    const bool lately = now || (own.evidence && within.count() > 0 && start - own.evidence->at <= within);
    if (counts && lately) out.push_back(*own.evidence);
    counts = counts && c.kind != ConditionKind::negation;
    for (const RuleCondition& part : c.parts) collect(part, nodes, start, within, counts, next, out);
}

}  // namespace

std::vector<Evidence> evidence_of(const RuleCondition& root, const std::vector<NodeState>& nodes, EventTime start) {
    std::vector<Evidence> out;
    size_t next = 0;
    collect(root, nodes, start, Micros{0}, true, next, out);
    return out;
}

}  // namespace foreshock
