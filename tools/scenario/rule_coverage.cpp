#include "tools/scenario/rule_coverage.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace foreshock {

void RuleCoverage::expect(const RulePlan& plan) {
    for (const Rule& r : plan.rules) rules_[r.name].shadow = r.shadow;
}

void RuleCoverage::add(const ScenarioFile& scenario, const Transcript& said, bool held) {
    std::set<std::string> fired;
    for (const EntryKind kind : {EntryKind::warnings, EntryKind::shadow})
        for (const Entry& e : said.entries(kind))
            if (const FieldValue* rule = e.find("rule")) fired.insert(rule->text);
    expect(scenario.config.rules);
    for (const Rule& r : scenario.config.rules.rules) {
        Tested& t = rules_[r.name];
        (!held ? t.failed_in : fired.contains(r.name) ? t.fired_in : t.quiet_in).push_back(scenario.file);
    }
}

double RuleCoverage::ratio() const {
    if (rules_.empty()) return 1;
    const auto fired = std::ranges::count_if(rules_, [](const auto& r) { return !r.second.fired_in.empty(); });
    return static_cast<double>(fired) / static_cast<double>(rules_.size());
}

std::string RuleCoverage::text() const {
    if (rules_.empty()) return {};
    std::string out;
    size_t covered = 0;
    for (const auto& [name, t] : rules_) {
        covered += !t.fired_in.empty();
        if (!t.fired_in.empty()) continue;
        out += "  not covered: " + name + (!t.failed_in.empty() ? " (only in scenarios that did not hold)" : t.quiet_in.empty() ? " (no scenario uses it)" : " (never fires)") + "\n";
    }
    return "rules covered: " + std::to_string(covered) + " of " + std::to_string(rules_.size()) + "\n" + out;
}

std::string RuleCoverage::json() const {
    auto rules = nlohmann::ordered_json::array();
    size_t covered = 0;
    for (const auto& [name, t] : rules_) {
        covered += !t.fired_in.empty();
        rules.push_back({{"rule", name}, {"covered", !t.fired_in.empty()}, {"shadow", t.shadow}, {"fired_in", t.fired_in}, {"quiet_in", t.quiet_in}, {"failed_in", t.failed_in}});
    }
    return nlohmann::ordered_json{{"rules", rules_.size()}, {"covered", covered}, {"ratio", ratio()}, {"by_rule", std::move(rules)}}.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace foreshock
