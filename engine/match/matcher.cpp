#include "engine/match/matcher.h"

#include <algorithm>

namespace foreshock {
namespace {

Micros whole_memory(const RuleCondition& c) {
    Micros sum = c.within + c.hold;
    for (const RuleCondition& part : c.parts) sum += whole_memory(part);
    return sum;
}

// All that its signals have shown is out of the memory of every part.
bool remembers_nothing(const RuleCondition& root, const std::vector<NodeState>& nodes, EventTime end) {
    EventTime last{};
    size_t next = 0;
    const auto visit = [&](const auto& self, const RuleCondition& c) -> void {
        const NodeState& n = nodes[next++];
        if (is_signal(c.kind)) last = std::max(last, n.met);
        for (const RuleCondition& part : c.parts) self(self, part);
    };
    visit(visit, root);
    return last == EventTime{} || last + whole_memory(root) < end;
}

}  // namespace

void Matcher::use(RulePlan plan) {
    auto next = std::make_unique<RulePlan>(std::move(plan));
    std::map<std::string, RuleState, std::less<>> states;
    for (const Rule& r : next->rules) {
        RuleState& state = states[r.name];
        if (const auto known = states_.find(r.name); known != states_.end() && known->second.condition == r.condition) state = std::move(known->second);
        state.condition = r.condition;
    }
    states_ = std::move(states);
    plan_ = std::move(next);
    firings_.plan = plan_.get();
    firings_.firings.clear();
    replaced_ = true;
}

const Firings& Matcher::match(const ClosedSlot& slot, const Signals& signals, const Forecasts& forecasts) {
    firings_.slot = slot.index;
    firings_.start = slot.start;
    firings_.end = slot.end;
    firings_.decided_at = slot.decided_at;
    firings_.plan = plan_.get();
    firings_.firings.clear();
    firings_.keys = firings_.keys_refused = 0;
    if (plan_->rules.empty()) return firings_;
    const bool grown = view_.enter(slot, signals, forecasts) || replaced_;
    replaced_ = false;
    for (uint32_t i = 0; i < plan_->rules.size(); ++i) judge(i, states_[plan_->rules[i].name], grown);
    return firings_;
}

void Matcher::judge(uint32_t number, RuleState& state, bool grown) {
    const Rule& rule = plan_->rules[number];
    if (state.watched_since == EventTime{}) state.watched_since = firings_.start;
    find_keys(rule, state, grown);
    state.shared.clear();
    state.shared.resize(signals_of(rule.when));
    for (auto at = state.instances.begin(); at != state.instances.end();) {
        judge_one(number, state, at->second);
        const Instance& i = at->second;
        if (!i.lasting && i.since == EventTime{} && remembers_nothing(rule.when, i.nodes, firings_.end)) at = state.instances.erase(at);
        else ++at;
    }
    firings_.keys += state.instances.size();
}

void Matcher::find_keys(const Rule& rule, RuleState& state, bool grown) {
    const auto add = [&](const std::vector<std::string>& keys, bool lasting) {
        for (const std::string& key : keys) {
            auto known = state.instances.find(key);
            if (known == state.instances.end()) {
                if (state.instances.size() >= kMostKeys) {
                    ++firings_.keys_refused;
                    continue;
                }
                known = state.instances.emplace(key, Instance{}).first;
                known->second.nodes.resize(nodes_of(rule.when));
            }
            known->second.lasting = known->second.lasting || lasting;
        }
    };
    if (grown) {
        for (auto& [key, instance] : state.instances) instance.placed = instance.lasting = false;
        add(view_.keys(rule), true);
    }
    add(view_.keys_of_occurrences(rule), false);
    for (auto& [key, instance] : state.instances) {
        if (instance.placed) continue;
        instance.subject = view_.subject(rule, key);
        place(rule, state, instance);
    }
}

// What looks anywhere is the same for all keys and is found when it is asked for.
void Matcher::place(const Rule& rule, RuleState&, Instance& instance) {
    instance.candidates.clear();
    const auto visit = [&](const auto& self, const RuleCondition& c) -> void {
        if (is_signal(c.kind)) instance.candidates.push_back(c.on == Relation::anywhere ? Candidates{} : view_.candidates(c, instance.subject));
        for (const RuleCondition& part : c.parts) self(self, part);
    };
    visit(visit, rule.when);
    instance.placed = true;
}

void Matcher::judge_one(uint32_t number, RuleState& state, Instance& instance) {
    const Rule& rule = plan_->rules[number];
    const ConditionJudge::See see = [&](const RuleCondition& c, size_t signal) {
        if (c.on != Relation::anywhere && rule.by != RuleKey::everything) {
            return sight(c, instance.candidates[signal], instance.subject, rule, view_, options_.warn.raise_probability);
        }
        auto& shared = state.shared[signal];
        if (!shared) {
            RuleCondition everywhere = c;
            everywhere.on = Relation::anywhere;
            shared = std::make_unique<Sighting>(
                sight(everywhere, view_.candidates(everywhere, instance.subject), instance.subject, rule, view_, options_.warn.raise_probability));
        }
        return *shared;
    };
    const bool on = ConditionJudge(firings_.start, firings_.end, state.watched_since, see).judge(rule.when, instance.nodes).on;
    if (!on) {
        instance.since = {};
        return;
    }
    if (instance.since == EventTime{}) instance.since = firings_.end;
    const Subject& s = instance.subject;
    RuleFiring firing{number, s.key, s.service, s.resource, instance.since, 0, 0, evidence_of(rule.when, instance.nodes, firings_.start)};
    if (s.service < view_.signals().services.size()) {
        firing.value_per_minute = view_.signals().services[s.service].value_per_minute;
        firing.currency = view_.signals().services[s.service].currency;
    }
    firings_.firings.push_back(std::move(firing));
}

void Matcher::archive(Archive& a) {
    if (!a.restoring()) {
        a(states_);
        return;
    }
    std::map<std::string, RuleState, std::less<>> states;
    a(states);
    for (const Rule& r : plan_->rules) {
        const auto known = states.find(r.name);
        if (known == states.end() || known->second.condition != r.condition) continue;
        const size_t nodes = nodes_of(r.when);
        if (std::ranges::any_of(known->second.instances, [&](const auto& i) { return i.second.nodes.size() != nodes; })) return a.fail();
        states_[r.name] = std::move(known->second);
    }
    replaced_ = true;
}

}  // namespace foreshock
