#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "rules/model_import.h"
#include "tools/commands/commands.h"
#include "tools/commands/past.h"
#include "tools/commands/session.h"
#include "tools/exit_codes.h"
#include "tools/learn/co_movement.h"
#include "tools/wiring.h"

namespace foreshock {

namespace {

std::string why(const Proposal& p) { return fmt::format("{:.2f} over {} intervals; {}", p.correlation, p.intervals, p.reason); }

// Lines to add, each below the entry that it belongs to; what the model has already stands without a sign.
std::string as_diff(const std::vector<Proposal>& proposals, const Model& model) {
    std::map<std::string, std::vector<std::string>> services, resources;
    std::map<std::string, std::string> calls;  // of one service they make one list
    for (const Proposal& p : proposals) {
        if (p.kind == Proposal::Kind::call) {
            services[p.from].push_back(fmt::format("+    # {}: {}", p.to, why(p)));
            std::string& list = calls[p.from];
            list += (list.empty() ? "" : ", ") + yaml_text(p.to);
        } else {
            resources[p.from].push_back(fmt::format("+    service: {}  # {}", yaml_text(p.to), why(p)));
        }
    }
    for (const auto& [from, list] : calls) {
        const auto known = std::ranges::find(model.services, from, &ServiceModel::name);
        const bool more = known != model.services.end() && !known->calls.empty();
        services[from].push_back(fmt::format("+    calls: [{}]{}", list, more ? "  # besides those that it has" : ""));
    }
    const auto has = [](const auto& list, const std::string& name) { return std::ranges::find(list, name, [](const auto& x) { return x.name; }) != list.end(); };
    std::string out = "# Proposed from what moves together. Nothing has been changed: review it, and put in what is true.\n";
    const auto part = [&](const char* head, const auto& entries, const auto& known) {
        if (entries.empty()) return;
        out += std::string(known.empty() ? "+" : " ") + head + ":\n";
        for (const auto& [name, lines] : entries) {
            out += (has(known, name) ? "   " : "+  ") + yaml_text(name) + ":\n";
            for (const std::string& line : lines) out += line + "\n";
        }
    };
    part("services", services, model.services);
    part("resources", resources, model.resources);
    return out;
}

std::string as_json(const std::vector<Proposal>& proposals) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const Proposal& p : proposals) {
        out.push_back({{"kind", p.kind == Proposal::Kind::call ? "call" : "carries"}, {"from", p.from}, {"to", p.to},
                       {"correlation", std::round(p.correlation * 1000) / 1000}, {"intervals", p.intervals}, {"reason", p.reason}});
    }
    return out.dump(2) + "\n";
}

}  // namespace

int model_learn_command(const ModelLearnOptions& o) {
    auto config = load_config(o.config);
    if (!config) return print(config.problems()), kWrongUsage;
    set_up_log(o, config.value());
    const auto past = open_past(o.inputs, {}, {}, config.value());
    if (!past) return print(past.problems()), kWrongUsage;
    CoMovement history;
    const auto played = play(past.value(), config.value(), workers(o, config.value()), {{}, {&history}});
    if (!played) return print(played.problems()), kOutsideFailed;
    const auto proposals = history.proposals(config.value().model);
    std::fputs((o.json ? as_json(proposals) : proposals.empty() ? "# Nothing moves together that the model does not have.\n" : as_diff(proposals, config.value().model)).c_str(), stdout);
    return kFine;
}

}  // namespace foreshock
