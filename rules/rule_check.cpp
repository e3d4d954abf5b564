// What can only be judged when all rules and the whole model are there.
#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "rules/rule_draft.h"

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

// The same signal of the same entities, whatever their times.
bool same(const RuleCondition& a, const RuleCondition& b) {
    const bool level = a.level == b.level || (std::isnan(a.level) && std::isnan(b.level));
    return a.kind == b.kind && a.on == b.on && a.service == b.service && a.resource == b.resource && a.metric == b.metric && a.slo == b.slo &&
           a.name == b.name && a.labels == b.labels && a.measure == b.measure && level && a.broken == b.broken &&
           a.long_window == b.long_window && a.at_least == b.at_least && a.distinct == b.distinct &&
           a.hold == b.hold && std::ranges::equal(a.parts, b.parts, [](const RuleCondition& x, const RuleCondition& y) { return same(x, y) && x.within == y.within; });
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
            if (&yes != &no && yes.kind != ConditionKind::negation && same(yes, no.parts.front()) && lately <= no.within)
                return "asks for " + std::string(to_string(yes.kind)) + " and for not the same " + std::string(to_string(yes.kind));
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

bool has_label(const Model& model, const std::string& label) {
    const auto with = [&](const auto& entry) { return std::ranges::find(entry.labels, label, &Label::first) != entry.labels.end(); };
    return label == "owner" || label == "class" || label == "kind" || std::ranges::any_of(model.services, with) || std::ranges::any_of(model.resources, with);
}

// Has any of the services one of these? Only what the model says can be judged.
bool has_related(const std::vector<const ServiceModel*>& services, Relation on, const Model& model) {
    const bool outward = on == Relation::callees || on == Relation::dependencies;
    return std::ranges::any_of(services, [&](const ServiceModel* s) {
        if (outward) return !s->calls.empty();
        return std::ranges::any_of(model.services, [&](const ServiceModel& other) { return std::ranges::find(other.calls, s->name, &Call::service) != other.calls.end(); });
    });
}

// Why a rule can never fire on this model; empty: it may.
std::string unreachable(const RuleCondition& c, const Rule& rule, const Model& model) {
    const auto services = services_of(rule, model);
    const bool others = c.on != Relation::self && c.on != Relation::anywhere;
    if (!model.services.empty() && others && rule.by != RuleKey::everything && !has_related(services, c.on, model))
        return "nothing that the rule is for has " + std::string(to_string(c.on)) + " in the model";
    if (is_glob(c.service) && !model.services.empty() && std::ranges::none_of(model.services, [&](const auto& s) { return matches_glob(c.service, s.name); }))
        return in_quotes(c.service) + " matches no service of the model";
    if (is_glob(c.resource) && !model.resources.empty() && std::ranges::none_of(model.resources, [&](const auto& r) { return matches_glob(c.resource, r.name); }))
        return in_quotes(c.resource) + " matches no resource of the model";
    const bool own = c.on == Relation::self && rule.by == RuleKey::service && !model.services.empty();
    const auto promised = [&](const ServiceModel* s) { return std::ranges::any_of(s->slos, [&](const Slo& slo) { return fits(c.slo, slo.name); }); };
    if (c.kind == ConditionKind::burn_rate && own && std::ranges::none_of(services, promised)) return "nothing that the rule is for has such a promise";
    return {};
}

// A part without which the rule cannot hold: not below `any`, `not` or `count`.
void each_needed(const RuleCondition& c, size_t& number, bool needed, const std::function<void(const RuleCondition&, size_t)>& visit) {
    const size_t own = number++;
    if (needed) visit(c, own);
    const bool joined = c.kind == ConditionKind::all || c.kind == ConditionKind::sequence || c.kind == ConditionKind::count;
    for (const RuleCondition& part : c.parts) each_needed(part, number, needed && joined, visit);
}

}  // namespace

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
        const std::string can_not = "the rule " + in_quotes(r.rule.name) + " can never fire: ";
        if (!model.services.empty() && !r.rule.services.empty() && services_of(r.rule, model).empty()) notes.add(r.place, can_not + "its services match none of the model", "name some that are there");
        bool events = false;
        each_node(r, [&](const RuleCondition& c, Place) { events = events || c.kind == ConditionKind::event; });
        if (r.rule.by == RuleKey::label && !events && !has_label(model, r.rule.label)) notes.add(r.place, can_not + "nothing in the model has the label " + in_quotes(r.rule.label), "add it under labels: of services or resources");
        size_t number = 0;
        each_needed(r.rule.when, number, true, [&](const RuleCondition& c, size_t n) {
            if (!is_signal(c.kind)) return;
            if (const std::string why = unreachable(c, r.rule, model); !why.empty()) notes.add(n < r.places.size() ? r.places[n] : r.place, can_not + why);
        });
        for (size_t k = 0; k < i; ++k) {
            const Rule& a = draft.rules[k].rule;
            const Rule& b = r.rule;
            if (a.by == b.by && a.label == b.label && a.services == b.services && a.resources == b.resources && a.shadow == b.shadow && same(a.when, b.when) && a.when.within == b.when.within)
                notes.add(r.place, "the rule " + in_quotes(b.name) + " asks for what " + in_quotes(a.name) + " asks for already", "keep one");
        }
    }
}

}  // namespace foreshock
