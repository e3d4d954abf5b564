#include "engine/warn/rule_sentence.h"

#include <algorithm>
#include <cmath>

#include "engine/warn/sentence.h"

namespace foreshock {
namespace {

std::string times(double x) { return std::isnan(x) ? std::string{} : "x" + readable_number(x); }

// "db-1 connections_used" -> "`db-1` connections_used".
std::string marked(const std::string& entity) {
    const size_t space = entity.find_last_of(' ');
    return "`" + entity.substr(0, space) + "`" + (space == entity.npos ? "" : entity.substr(space));
}

std::string label_list(const std::vector<Label>& labels) {
    std::string out;
    for (const auto& [name, value] : labels) out += (out.empty() ? " (" : ", ") + name + " " + value;
    return out.empty() ? out : out + ")";
}

std::string all_evidence(const std::vector<Evidence>& evidence) {
    std::vector<std::string> said;
    for (const Evidence& e : evidence) {
        std::string text = evidence_text(e);
        if (std::ranges::find(said, text) == said.end()) said.push_back(std::move(text));
    }
    std::string out;
    for (const std::string& text : said) out += (out.empty() ? "" : "; ") + text;
    return out;
}

std::string field_text(std::string_view field, const Rule& rule, const WarningRevision& w, EventTime since, const std::vector<Evidence>& evidence) {
    if (field == "rule") return rule.name;
    if (field == "title") return rule.title.empty() ? rule.name : rule.title;
    if (field == "service") return w.service;
    if (field == "resource") return w.resource.name;
    if (field == "key") return w.key;
    if (field == "owner") return w.owner;
    if (field == "severity") return std::string(to_string(w.severity));
    if (field == "since") return to_clock(since);
    if (field == "evidence") return all_evidence(evidence);
    if (!field.starts_with("label.")) return {};
    const std::string name(field.substr(6));
    if (const auto own = std::ranges::find(w.labels, name, &Label::first); own != w.labels.end()) return own->second;
    for (const Evidence& e : evidence)
        if (const auto found = std::ranges::find(e.labels, name, &Label::first); found != e.labels.end()) return found->second;
    return {};
}

std::string span(Micros d) {
    using namespace std::chrono_literals;
    if (d % 1h == Micros{0}) return std::to_string(d / 1h) + " h";
    if (d % 1min == Micros{0}) return std::to_string(d / 1min) + " min";
    return readable_number(to_seconds(d)) + " s";
}

// What a signal has to be, besides itself: "volume", "at least x2", "on callers".
std::vector<std::string> demands_of(const RuleCondition& c) {
    std::vector<std::string> out;
    if (c.measure != DemandMeasure::any) out.push_back(c.measure == DemandMeasure::value ? "value" : "volume");
    for (const std::string* name : {&c.name, &c.service, &c.resource, &c.metric, &c.slo})
        if (!name->empty()) out.push_back("`" + *name + "`");
    for (const auto& [name, value] : c.labels) out.push_back(name + " " + value);
    if (c.broken) out.push_back("broken");
    if (!std::isnan(c.level)) {
        const bool factor = c.kind == ConditionKind::spike || c.kind == ConditionKind::drop || c.kind == ConditionKind::burn_rate;
        out.push_back((c.kind == ConditionKind::drop ? "at most " : "at least ") + (factor ? times(c.level) : whole_percent(c.level)));
    }
    if (c.long_window.count() > 0) out.push_back("over " + span(c.long_window));
    if (c.on != Relation::self) out.push_back("on " + std::string(to_string(c.on)));
    return out;
}

std::string joined(const std::vector<std::string>& parts, const std::string& by) {
    std::string out;
    for (const std::string& p : parts) out += (out.empty() ? "" : by) + p;
    return out;
}

}  // namespace

std::string evidence_text(const Evidence& e) {
    const bool known = !std::isnan(e.value);
    switch (e.kind) {
        case ConditionKind::spike: return e.entity + (known ? " is " + times(e.value) + " its usual" : " spikes");
        case ConditionKind::drop: return e.entity + (known ? " is down to " + times(e.value) + " its usual" : " drops");
        case ConditionKind::pressure: return marked(e.entity) + (known ? " is at " + whole_percent(e.value) : " is under pressure");
        case ConditionKind::burn_rate: return e.entity + " burns its error budget at " + times(e.value);
        case ConditionKind::absent: return "nothing comes from " + marked(e.entity);
        case ConditionKind::forecast: return e.entity + (e.value >= 1 ? " is broken" : " breaks with " + whole_percent(e.value));
        default: return e.entity + label_list(e.labels);
    }
}

std::string condition_text(const RuleCondition& c) {
    std::vector<std::string> parts;
    for (const RuleCondition& part : c.parts) parts.push_back(condition_text(part));
    std::string out;
    switch (c.kind) {
        case ConditionKind::all: out = "(" + joined(parts, " and ") + ")"; break;
        case ConditionKind::any: out = "(" + joined(parts, " or ") + ")"; break;
        case ConditionKind::sequence: out = "(" + joined(parts, ", then ") + ")"; break;
        case ConditionKind::negation: out = "not " + joined(parts, ""); break;
        case ConditionKind::count: {
            const std::string of = c.distinct == CountOf::services ? " services with " : c.distinct == CountOf::resources ? " resources with " : " times ";
            out = "at least " + std::to_string(c.at_least) + of + joined(parts, "");
            break;
        }
        default: {
            const std::vector<std::string> demands = demands_of(c);
            out = std::string(to_string(c.kind)) + (demands.empty() ? "" : " (" + joined(demands, ", ") + ")");
        }
    }
    if (c.hold.count() > 0) out += " for " + span(c.hold);
    if (c.within.count() > 0) out += " within " + span(c.within);
    return out;
}

std::string rule_sentence(const Rule& rule, const WarningRevision& w, EventTime since, const std::vector<Evidence>& evidence) {
    const std::string who = w.key.empty() ? std::string{} : w.key + ": ";
    if (rule.text.empty()) {
        const std::string what = all_evidence(evidence);
        return who + (rule.title.empty() ? rule.name : rule.title) + (what.empty() ? "" : ": " + what) + ".";
    }
    std::string out;
    for (size_t at = 0; at < rule.text.size();) {
        const size_t open = std::min(rule.text.find('{', at), rule.text.size());
        out += rule.text.substr(at, open - at);
        const size_t close = rule.text.find('}', open);
        if (close == std::string::npos) return out + rule.text.substr(open);
        out += field_text(std::string_view(rule.text).substr(open + 1, close - open - 1), rule, w, since, evidence);
        at = close + 1;
    }
    return out;
}

}  // namespace foreshock
