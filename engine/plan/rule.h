// The user's rules as plain structs: a tree of conditions for each rule, checked before use. Made by rules/ from YAML.
// Set up before use, then read-only; a plan is replaced as a whole at the boundary of a slot.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/time.h"

namespace foreshock {

enum class ConditionKind : uint8_t {
    // signals
    spike, drop, pressure, burn_rate, absent, event, forecast,
    // what joins them
    all, any, sequence, negation, count
};
constexpr std::string_view to_string(ConditionKind k) {
    constexpr std::string_view kNames[]{"spike", "drop", "pressure", "burn_rate", "absent", "event", "forecast", "all", "any", "sequence", "not", "count"};
    return kNames[static_cast<size_t>(k)];
}
constexpr bool is_signal(ConditionKind k) { return k < ConditionKind::all; }

// Whose signals count, seen from what the rule is for. `anywhere`: whatever the rule is for.
enum class Relation : uint8_t { self, callers, callees, dependencies, dependents, anywhere };
constexpr std::string_view to_string(Relation r) {
    constexpr std::string_view kNames[]{"self", "callers", "callees", "dependencies", "dependents", "anywhere"};
    return kNames[static_cast<size_t>(r)];
}

enum class DemandMeasure : uint8_t { any, volume, value };
enum class CountOf : uint8_t { beginnings, services, resources };  // `distinct`

using Label = std::pair<std::string, std::string>;

// One node of a rule's tree. Names are globs (`*`, `?`); empty: any.
struct RuleCondition {
    ConditionKind kind = ConditionKind::all;
    Relation on = Relation::self;
    std::string service, resource, metric, slo, name;  // name: of an event
    std::vector<Label> labels;                         // of an event; values are globs
    DemandMeasure measure = DemandMeasure::any;
    // spike: ratio to the usual, at least; drop: at most; pressure: utilization, at least; forecast: probability, at least;
    // burn_rate: over both windows, at least. NaN: as the signal itself says.
    double level = std::numeric_limits<double>::quiet_NaN();
    bool broken = false;                  // forecast: the promise is broken already
    Micros long_window{0};                // burn_rate: of the pair of windows; 0: any
    uint32_t at_least = 1;                // count
    CountOf distinct = CountOf::beginnings;
    Micros within{0};                     // how far back it counts; 0: only now
    Micros hold{0};                       // `for`: true all the while
    std::vector<RuleCondition> parts;
};

// What the rule is judged for, one by one.
enum class RuleKey : uint8_t { service, resource, label, everything };

struct Rule {
    std::string name, title;
    uint32_t version = 1;
    RuleKey by = RuleKey::service;
    std::string label;                                // by == label: its name
    std::vector<std::string> services, resources;     // globs that narrow what it is for; empty: all
    RuleCondition when;
    bool critical = false;
    std::string text;                                 // template of the sentence; empty: what holds
    std::vector<Label> labels, links;
    bool shadow = false;                              // recorded, never sent
    Micros resolve_after = std::chrono::minutes{2};   // not true for so long: over
    std::string definition;                           // hash of what is written
    std::string condition;                            // … of what it waits for, and of whom; the same: state is kept over a reload
};

struct RulePlan {
    std::vector<Rule> rules;  // in the order of the files
    std::string hash;         // of all of them; stands in the warnings of rules, after the model's
};

// What the text of a rule may hold in braces, besides {label.NAME}.
inline constexpr std::array<std::string_view, 9> kRuleTextFields{"rule",  "title",    "service", "resource", "key",
                                                                "owner", "severity", "since",   "evidence"};

// The longest stretch of time that the condition looks back over.
Micros longest_memory(const RuleCondition& c);

// `*` any text, `?` any character.
bool matches_glob(std::string_view pattern, std::string_view text);

// Nothing in a plan may look back further than this.
inline constexpr Micros kRuleRetention = std::chrono::hours{24};

}  // namespace foreshock
