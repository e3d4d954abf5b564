#include "rules/condition_reader.h"

#include <algorithm>
#include <array>
#include <optional>

#include "rules/values.h"

namespace foreshock {
namespace {

constexpr std::array<std::string_view, 12> kWhat{"spike", "drop", "pressure", "burn_rate", "absent", "event", "forecast", "all", "any", "sequence", "not", "count"};
constexpr std::string_view kPath = "rules[].when";
constexpr uint32_t kMostParts = 32;

std::optional<ConditionKind> kind_of(std::string_view word) {
    const auto at = std::ranges::find(kWhat, word);
    if (at == kWhat.end()) return std::nullopt;
    return static_cast<ConditionKind>(at - kWhat.begin());
}

std::string path_of(std::string_view key) { return std::string(kPath) + "." + std::string(key); }

void read_if_known(const Section& section, std::string_view key, std::string& into) {
    if (find_key(section.path() + "." + std::string(key)) != nullptr) section.read(key, into);
}

}  // namespace

RuleCondition ConditionReader::read(ReadContext& context, const YamlNode& node) {
    if (node.is_scalar()) return short_form(context, node);
    const Section section(context, node, std::string(kPath));
    const YamlEntry* what = nullptr;
    for (const YamlEntry& e : node.entries) {
        if (!kind_of(e.key) && e.key != "use") continue;
        if (what != nullptr) context.problems.add(e.place, "'" + what->key + "' and '" + e.key + "' stand in one condition", "join them: all: [{" + what->key + ": ...}, {" + e.key + ": ...}]");
        else what = &e;
    }
    if (what == nullptr) {
        places_.push_back(node.place);
        const auto known = [](const YamlEntry& e) { return find_key(path_of(e.key)) != nullptr; };
        const bool said = node.is_sequence() || !std::ranges::all_of(node.entries, known);  // another problem tells of it
        if (!said) context.problems.add(node.place, "a condition that asks for nothing", "one of spike, drop, pressure, burn_rate, absent, event, forecast, all, any, sequence, not, count, use");
        return {};
    }
    if (what->key == "use") return use(context, section);
    RuleCondition c;
    c.kind = *kind_of(what->key);
    places_.push_back(what->place);
    read_times(section, c);
    if (c.kind == ConditionKind::event) read_event(context, what->value, c);
    else if (is_signal(c.kind)) read_signal(Section(context, what->value, path_of(what->key)), c);
    else if (c.kind == ConditionKind::count) read_count(context, section, c);
    else read_joined(context, section, c);
    check_shape(section, c);
    return c;
}

// `spike` for `spike: {}`.
RuleCondition ConditionReader::short_form(ReadContext& context, const YamlNode& node) {
    places_.push_back(node.place);
    const auto kind = kind_of(node.text);
    RuleCondition c;
    if (kind && is_signal(*kind) && *kind != ConditionKind::event && *kind != ConditionKind::absent) c.kind = *kind;
    else context.problems.add(node.place, in_quotes(node.text) + " is no condition", kind ? "write " + node.text + ": with what belongs to it" : suggest(node.text, kWhat));
    return c;
}

RuleCondition ConditionReader::use(ReadContext& context, const Section& section) {
    std::string name;
    section.read("use", name);
    std::vector<std::string_view> names;
    for (const auto& [known, definition] : definitions_) names.push_back(known);
    const auto found = definitions_.find(name);
    const bool known = found != definitions_.end();
    if (!known) section.problem("use", "no condition is called " + in_quotes(name), names.empty() ? "write it under conditions:" : suggest(name, names));
    const bool circle = std::ranges::find(open_, name) != open_.end();
    if (circle) section.problem("use", in_quotes(name) + " uses itself", "write out one of the two");
    if (!known || circle) return places_.push_back(section.place()), RuleCondition{};
    found->second.used = true;
    append_canonical(used_, *found->second.node);
    open_.push_back(name);
    RuleCondition c = read(*found->second.context, *found->second.node);
    open_.pop_back();
    RuleCondition outer;
    read_times(section, outer);
    if (outer.within.count() > 0) c.within = outer.within;
    if (outer.hold.count() > 0) c.hold = outer.hold;
    (void)context;
    return c;
}

void ConditionReader::read_signal(const Section& section, RuleCondition& c) {
    for (const auto& [key, into] : {std::pair{"service", &c.service}, std::pair{"resource", &c.resource}, std::pair{"metric", &c.metric}, std::pair{"slo", &c.slo}}) {
        read_if_known(section, key, *into);
    }
    if (!section.choice("on", c.on) && !(c.service.empty() && c.resource.empty())) c.on = Relation::anywhere;
    constexpr Range kShare{1e-9, 1};
    switch (c.kind) {
        case ConditionKind::spike:
        case ConditionKind::drop:
            section.choice("measure", c.measure);
            if (!section.read("ratio", c.level)) break;
            if (c.kind == ConditionKind::spike && c.level <= 1) section.problem("ratio", "a spike lies above the usual", "above 1, such as 1.5");
            if (c.kind == ConditionKind::drop && c.level >= 1) section.problem("ratio", "a drop lies below the usual", "below 1, such as 0.5");
            break;
        case ConditionKind::pressure: section.read("utilization", c.level, Range{1e-9, 1e9}); break;
        case ConditionKind::forecast:
            section.read("probability", c.level, kShare);
            section.read("broken", c.broken);
            if (c.broken && section.has("probability")) section.problem("probability", "what is broken is certain", "keep one of broken and probability");
            break;
        case ConditionKind::burn_rate:
            section.read("rate", c.level);
            section.read("long", c.long_window, std::chrono::seconds{1}, kRuleRetention * 366);
            break;
        default: break;
    }
}

void ConditionReader::read_event(ReadContext& context, const YamlNode& value, RuleCondition& c) {
    if (value.is_scalar()) {
        c.name = value.text;
    } else {
        const Section section(context, value, path_of("event"));
        section.read("name", c.name);
        section.read("labels", c.labels);
        read_signal(section, c);
    }
    if (c.name.empty() && value.is_scalar()) context.problems.add(value.place, "event: an empty name", "such as deploy");
}

void ConditionReader::read_joined(ReadContext& context, const Section& section, RuleCondition& c) {
    const std::string key(to_string(c.kind));
    const YamlNode* value = section.value(key);
    if (c.kind == ConditionKind::negation) {
        const YamlNode empty{YamlNode::Kind::null, false, section.place(), {}, {}, {}};
        c.parts.push_back(read(context, value == nullptr ? empty : *value));
        return;
    }
    if (value == nullptr || !value->is_sequence() || value->items.empty()) {
        section.problem(key, "expected a list of conditions" + (value == nullptr ? std::string{} : value->is_sequence() ? std::string(", found an empty one") : ", found " + describe(*value)), "write " + key + ": [{spike: {}}, {pressure: {}}]");
        return;
    }
    if (value->items.size() > kMostParts) section.problem(key, "more than 32 conditions", "join some of them in a condition of their own");
    for (const YamlNode& item : value->items) {
        c.parts.push_back(read(context, item));
        RuleCondition& part = c.parts.back();
        // `not` among the parts of an `all` within a time: at no moment of that time.
        if (c.kind == ConditionKind::all && part.kind == ConditionKind::negation && part.within.count() == 0) part.within = c.within;
    }
}

void ConditionReader::read_count(ReadContext& context, const Section& section, RuleCondition& c) {
    const YamlNode* value = section.value("count");
    const YamlNode empty{YamlNode::Kind::null, false, section.place_of("count"), {}, {}, {}};
    const Section count(context, value == nullptr ? empty : *value, path_of("count"));
    count.read("at_least", c.at_least, Range{1, 10'000});
    count.choice("distinct", c.distinct);
    const YamlNode* of = count.value("of");
    c.parts.push_back(read(context, of == nullptr ? empty : *of));
    if (c.distinct != CountOf::beginnings && !is_signal(c.parts.front().kind)) {
        count.problem("distinct", "only signals are of a service or resource, not '" + std::string(to_string(c.parts.front().kind)) + "'", "count the signal itself");
    }
}

void ConditionReader::read_times(const Section& section, RuleCondition& c) {
    constexpr Micros kLeast = std::chrono::seconds{1};
    const auto read = [&](std::string_view key, Micros& into) {
        const YamlNode* value = section.value(key);
        const auto asked = value != nullptr && value->is_scalar() ? parse_duration(value->text) : std::nullopt;
        if (asked && *asked > kRuleRetention) section.problem(key, duration_text(*asked) + " is longer than what rules remember", "at most " + duration_text(kRuleRetention));
        else if (asked && asked->count() == 0) section.problem(key, "no time at all: this can never hold", "1s to 1d, or leave the key out");
        else section.read(key, into, kLeast, kRuleRetention);
    };
    read("within", c.within);
    read("for", c.hold);
}

void ConditionReader::check_shape(const Section& section, const RuleCondition& c) {
    const auto needs = [&](std::string_view key, std::string why, std::string hint) {
        if (!section.has(key)) section.context().problems.add(section.place(), std::move(why), std::move(hint));
    };
    const auto positive = [](const RuleCondition& part) { return part.kind != ConditionKind::negation; };
    if (c.kind == ConditionKind::event && c.hold.count() > 0) section.problem("for", "an event does not last", "write within, or count it");
    if (c.kind == ConditionKind::absent) needs("for", "absent: how long is not said", "such as for: 5m beside absent");
    if (c.kind == ConditionKind::count && c.distinct == CountOf::beginnings) needs("within", "count: in which time is not said", "such as within: 10m beside count");
    if (c.kind != ConditionKind::sequence) return;
    needs("within", "sequence: in which time is not said", "such as within: 10m beside sequence");
    if (c.parts.size() == 1) section.problem("sequence", "one condition is no sequence", "add what follows");
    if (!c.parts.empty() && !positive(c.parts.front())) {
        section.problem("sequence", "nothing precedes the 'not' at its beginning", "write all: [B, {not: A, within: 5m}] for B without A before");
    }
    for (size_t i = 1; i < c.parts.size(); ++i) {
        if (!positive(c.parts[i]) && !positive(c.parts[i - 1])) section.problem("sequence", "two 'not' follow each other", "write not: {any: [A, B]}");
        if (!positive(c.parts[i]) && (c.parts[i].within.count() > 0 || c.parts[i].hold.count() > 0)) {
            section.problem("sequence", "a 'not' in a sequence has no time of its own", "it holds from the step before to the step after, or to the end of within");
        }
    }
}

}  // namespace foreshock
