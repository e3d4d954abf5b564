// What can only be judged when all rules and the whole model are there.
#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "rules/rule_draft.h"
#include "rules/values.h"

namespace foreshock {
namespace {

bool is_glob(const std::string& name) { return name.find_first_of("*?") != std::string::npos; }

bool fits(const std::string& glob, const std::string& name) { return glob.empty() || matches_glob(glob, name); }

template <class T>
std::vector<std::string_view> names_of(const std::vector<T>& entries) {
    std::vector<std::string_view> out;
    for (const T& e : entries) out.push_back(e.name);
    return out;
}

bool same(const RuleCondition& a, const RuleCondition& b);

// The same signal of the same entities, whatever their times and levels.
bool same_but_level(const RuleCondition& a, const RuleCondition& b) {
    return a.kind == b.kind && a.on == b.on && a.service == b.service && a.resource == b.resource && a.metric == b.metric && a.slo == b.slo &&
           a.name == b.name && a.labels == b.labels && a.measure == b.measure && a.broken == b.broken &&
           a.long_window == b.long_window && a.at_least == b.at_least && a.distinct == b.distinct &&
           a.hold == b.hold && std::ranges::equal(a.parts, b.parts, [](const RuleCondition& x, const RuleCondition& y) { return same(x, y) && x.within == y.within; });
}

// The same signal of the same entities, whatever their times.
bool same(const RuleCondition& a, const RuleCondition& b) {
    return same_but_level(a, b) && (a.level == b.level || (std::isnan(a.level) && std::isnan(b.level)));
}

// Where `a` holds, does `b`? Pressure at 90 % is pressure at 80 %.
bool implies(const RuleCondition& a, const RuleCondition& b) {
    if (same(a, b)) return true;
    if (!same_but_level(a, b)) return false;
    const bool demand = a.kind == ConditionKind::spike || a.kind == ConditionKind::drop;
    if (std::isnan(b.level)) return demand;  // the level comes on top of the signal
    return a.kind == ConditionKind::drop ? a.level <= b.level : a.level >= b.level;
}

// Calls `visit` for each node in the order of the tree, with its number.
void each_node(const RuleCondition& c, size_t& number, const std::function<void(const RuleCondition&, size_t)>& visit) {
    visit(c, number++);
    for (const RuleCondition& part : c.parts) each_node(part, number, visit);
}

void each_node(const RuleDraft& r, const std::function<void(const RuleCondition&, Place)>& visit) {
    size_t number = 0;
    each_node(r.rule.when, number, [&](const RuleCondition& c, size_t n) { visit(c, n < r.places.size() ? r.places[n] : r.place); });
}

// Why the parts of an `all` can never hold together; empty: they may.
std::string contradiction(const RuleCondition& all, const Rule& rule) {
    for (const RuleCondition& no : all.parts) {
        if (no.kind != ConditionKind::negation || no.parts.front().hold.count() > 0) continue;
        for (const RuleCondition& yes : all.parts) {
            const Micros lately = std::max(yes.within, all.within);
            if (&yes == &no || yes.kind == ConditionKind::negation || !implies(yes, no.parts.front()) || lately > no.within) continue;
            const std::string kind(to_string(yes.kind));
            return "asks for " + kind + (same(yes, no.parts.front()) ? " and for not the same " + kind : " and for no " + kind + " at a level that this one is beyond");
        }
    }
    if (all.within.count() > 0 || rule.by != RuleKey::service) return {};
    for (const RuleCondition& a : all.parts) {
        for (const RuleCondition& b : all.parts) {
            const bool opposed = a.kind == ConditionKind::spike && b.kind == ConditionKind::drop && a.measure == b.measure && a.measure != DemandMeasure::any;
            const bool one = a.on == b.on && a.service == b.service && (a.on == Relation::self || (!a.service.empty() && !is_glob(a.service)));
            if (opposed && one && a.within.count() == 0 && b.within.count() == 0) return "asks for spike and drop of the same thing at once";
        }
    }
    return {};
}

// Names without * and ? that a model which names such things does not know.
class NameCheck {
public:
    NameCheck(const Model& model, Problems& problems) : model_(model), problems_(problems) {}

    void name(const std::string& name, std::string_view what, const std::vector<std::string_view>& known, Place place) {
        if (name.empty() || is_glob(name) || known.empty() || std::ranges::find(known, name) != known.end()) return;
        const std::string_view near = nearest(name, known);
        problems_.add(place, "unknown " + std::string(what) + " " + in_quotes(name), near.empty() ? "add it to the model" : "did you mean '" + std::string(near) + "'?");
    }

    void condition(const RuleCondition& c, Place place) {
        name(c.service, "service", names_of(model_.services), place);
        name(c.resource, "resource", names_of(model_.resources), place);
        if (c.slo.empty()) return;
        std::set<std::string_view> slos{"capacity"};
        for (const ServiceModel& s : model_.services)
            for (const Slo& slo : s.slos) slos.insert(slo.name);
        if (slos.size() > 1) name(c.slo, "SLO", {slos.begin(), slos.end()}, place);
    }

private:
    const Model& model_;
    Problems& problems_;
};

// Has any of the services one of these? Only what the model says can be judged.
bool has_related(const std::vector<const ServiceModel*>& services, Relation on, const Model& model) {
    const bool outward = on == Relation::callees || on == Relation::dependencies;
    return std::ranges::any_of(services, [&](const ServiceModel* s) {
        if (outward) return !s->calls.empty();
        return std::ranges::any_of(model.services, [&](const ServiceModel& other) { return std::ranges::find(other.calls, s->name, &Call::service) != other.calls.end(); });
    });
}

// Why no promise can burn as asked for; empty: one may.
std::string unburnable(const RuleCondition& c, const Rule& rule, const Model& model) {
    const bool own = c.on == Relation::self && rule.by == RuleKey::service;
    std::vector<const Slo*> slos;
    for (const ServiceModel* s : own ? services_of(rule, model) : services_of({}, model))
        for (const Slo& slo : s->slos) if (fits(c.slo, slo.name) && fits(c.service, s->name)) slos.push_back(&slo);
    if (model.services.empty()) return {};
    if (slos.empty()) return own ? "nothing that the rule is for has such a promise" : "nothing in the model has such a promise";
    if (std::ranges::none_of(slos, [](const Slo* s) { return s->objective.has_value(); })) return "what has no objective has no budget to burn";
    const auto has_pair = [&](const Slo* s) { return s->objective && std::ranges::find(s->burn, c.long_window, &BurnRule::long_window) != s->burn.end(); };
    if (c.long_window.count() == 0 || std::ranges::any_of(slos, has_pair)) return {};
    std::string known;
    for (const BurnRule& b : slos.front()->burn) known += (known.empty() ? "" : ", ") + duration_text(b.long_window);
    return "no burn rate over " + duration_text(c.long_window) + " is watched, but over " + known;
}

// Does a rule count several services or resources where there can only be one?
bool counts_one(const RuleCondition& count, const Rule& rule) {
    if (count.distinct == CountOf::beginnings || count.at_least < 2) return false;
    const RuleCondition& of = count.parts.front();
    const bool services = count.distinct == CountOf::services;
    const std::string& named = services ? of.service : of.resource;
    if (!named.empty()) return !is_glob(named);
    if (of.on != Relation::self) return false;
    return rule.by == RuleKey::resource || (rule.by == RuleKey::service && services);
}

// Why the parts of an `all` hardly ever hold together; empty: they may.
std::string unlikely(const RuleCondition& all, const Rule& rule) {
    if (all.within.count() > 0) return {};
    const auto momentary = [](const RuleCondition& part) { return part.kind == ConditionKind::event && part.within.count() == 0; };
    if (std::ranges::count_if(all.parts, momentary) > 1) return "its events would have to come in the same slot";
    const auto own = [&](const RuleCondition& part, ConditionKind kind) {
        return part.kind == kind && part.on == Relation::self && part.within.count() == 0 && part.resource.empty() && part.metric.empty();
    };
    const bool silent = std::ranges::any_of(all.parts, [&](const auto& part) { return own(part, ConditionKind::absent); });
    const bool spikes = std::ranges::any_of(all.parts, [&](const auto& part) { return own(part, ConditionKind::spike); });
    return silent && spikes && rule.by == RuleKey::service ? "what is silent has no spike" : std::string{};
}

// Why a rule can never fire on this model; empty: it may.
std::string unreachable(const RuleCondition& c, const Rule& rule, const Model& model) {
    const auto services = services_of(rule, model);
    if (c.kind == ConditionKind::count) return counts_one(c, rule) ? "it counts several " + std::string(c.distinct == CountOf::services ? "services" : "resources") + " where there is one; write by: everything" : std::string{};
    if (!is_signal(c.kind)) return {};
    const bool others = c.on != Relation::self && c.on != Relation::anywhere;
    if (!model.services.empty() && others && rule.by != RuleKey::everything && !has_related(services, c.on, model))
        return "nothing that the rule is for has " + std::string(to_string(c.on)) + " in the model";
    if (is_glob(c.service) && !model.services.empty() && std::ranges::none_of(model.services, [&](const auto& s) { return matches_glob(c.service, s.name); }))
        return in_quotes(c.service) + " matches no service of the model";
    if (is_glob(c.resource) && !model.resources.empty() && std::ranges::none_of(model.resources, [&](const auto& r) { return matches_glob(c.resource, r.name); }))
        return in_quotes(c.resource) + " matches no resource of the model";
    const auto promises = [&](const ServiceModel& s) { return std::ranges::any_of(s.slos, [&](const Slo& slo) { return fits(c.slo, slo.name); }); };
    if (c.kind == ConditionKind::forecast && !model.services.empty() && !fits(c.slo, "capacity") && std::ranges::none_of(model.services, promises))
        return "nothing in the model has such a promise";
    return c.kind == ConditionKind::burn_rate ? unburnable(c, rule, model) : std::string{};
}

// Does nothing in it ask for what the rule is judged for? Then it holds for all of them at once.
bool asks_elsewhere(const RuleDraft& r, const Model& model) {
    if (r.rule.by == RuleKey::everything || !r.rule.services.empty() || !r.rule.resources.empty() || model.services.size() == 1) return false;
    bool any = false, own = false;
    each_node(r, [&](const RuleCondition& c, Place) {
        any = any || is_signal(c.kind);
        own = own || (is_signal(c.kind) && c.on != Relation::anywhere);
    });
    return any && !own;
}

// A part without which the rule cannot hold: not below `any`, `not` or `count`.
void each_needed(const RuleCondition& c, size_t& number, bool needed, const std::function<void(const RuleCondition&, size_t)>& visit) {
    const size_t own = number++;
    if (needed) visit(c, own);
    const bool joined = c.kind == ConditionKind::all || c.kind == ConditionKind::sequence || c.kind == ConditionKind::count;
    for (const RuleCondition& part : c.parts) each_needed(part, number, needed && joined, visit);
}

}  // namespace

bool has_label(const Model& model, const std::string& label) {
    const auto with = [&](const auto& entry) { return std::ranges::find(entry.labels, label, &Label::first) != entry.labels.end(); };
    return label == "owner" || label == "class" || label == "kind" || std::ranges::any_of(model.services, with) || std::ranges::any_of(model.resources, with);
}

std::vector<const ServiceModel*> services_of(const Rule& rule, const Model& model) {
    std::vector<const ServiceModel*> out;
    for (const ServiceModel& s : model.services) {
        const auto named = [&](const std::string& glob) { return matches_glob(glob, s.name); };
        if (rule.services.empty() || std::ranges::any_of(rule.services, named)) out.push_back(&s);
    }
    return out;
}

void check_rules(const RulesDraft& draft, const Model& model, Problems& problems) {
    NameCheck names(model, problems);
    for (const RuleDraft& r : draft.rules) {
        for (const std::string& s : r.rule.services) names.name(s, "service", names_of(model.services), r.place);
        for (const std::string& s : r.rule.resources) names.name(s, "resource", names_of(model.resources), r.place);
        each_node(r, [&](const RuleCondition& c, Place place) {
            names.condition(c, place);
            if (c.kind != ConditionKind::all) return;
            if (const std::string why = contradiction(c, r.rule); !why.empty()) problems.add(place, "all: " + why + ": this can never hold", "leave one of the two out, or give the earlier one a time: within");
        });
    }
}

void note_rules(const RulesDraft& draft, const Model& model, Problems& notes) {
    for (const auto& [name, definition] : draft.definitions)
        if (!definition.used) notes.add(definition.place, "no rule uses the condition " + in_quotes(name), "remove it, or write use: " + name);
    for (size_t i = 0; i < draft.rules.size(); ++i) {
        const RuleDraft& r = draft.rules[i];
        const std::string rule = "the rule " + in_quotes(r.rule.name), can_not = rule + " can never fire: ";
        if (!model.services.empty() && !r.rule.services.empty() && services_of(r.rule, model).empty()) notes.add(r.place, can_not + "its services match none of the model", "name some that are there");
        bool events = false;
        each_node(r, [&](const RuleCondition& c, Place) { events = events || c.kind == ConditionKind::event; });
        if (r.rule.by == RuleKey::label && !events && !has_label(model, r.rule.label)) notes.add(r.place, can_not + "nothing in the model has the label " + in_quotes(r.rule.label), "add it under labels: of services or resources");
        size_t number = 0;
        each_needed(r.rule.when, number, true, [&](const RuleCondition& c, size_t n) {
            if (const std::string why = unreachable(c, r.rule, model); !why.empty()) notes.add(n < r.places.size() ? r.places[n] : r.place, can_not + why);
            if (const std::string why = c.kind == ConditionKind::all ? unlikely(c, r.rule) : ""; !why.empty()) notes.add(n < r.places.size() ? r.places[n] : r.place, rule + " can hardly fire: " + why, "give what comes earlier a time: within");
        });
        if (asks_elsewhere(r, model)) {
            const std::string judged(r.rule.by == RuleKey::label ? r.rule.label : r.rule.by == RuleKey::resource ? "resource" : "service");
            notes.add(r.place, rule + " fires for every " + judged + " at once: nothing in it is of the one it is judged for", "name whom it is for by services, or write by: everything");
        }
        for (size_t k = 0; k < i; ++k) {
            const Rule& a = draft.rules[k].rule;
            const Rule& b = r.rule;
            if (a.by == b.by && a.label == b.label && a.services == b.services && a.resources == b.resources && a.shadow == b.shadow && same(a.when, b.when) && a.when.within == b.when.within)
                notes.add(r.place, "the rule " + in_quotes(b.name) + " asks for what " + in_quotes(a.name) + " asks for already", "keep one");
        }
    }
}

}  // namespace foreshock
