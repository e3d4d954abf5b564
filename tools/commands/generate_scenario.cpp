#include "tools/commands/generate_scenario.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include <fmt/format.h>

#include "tools/exit_codes.h"
#include "tools/generate/scenario/random.h"
#include "tools/generate/scenario/scenario.h"

namespace foreshock {
namespace {

int list_kinds() {
    for (const ScenarioKind& kind : scenario_kinds())
        fmt::print("{:<26} {:<9} {}\n", kind.name, to_string(kind.group), kind.summary);
    return kFine;
}

int wrong(const std::string& what) {
    fmt::print(stderr, "foreshock generate scenario: {}\n", what);
    return kWrongUsage;
}

std::vector<const ScenarioKind*> candidates(const std::string& name) {
    std::vector<const ScenarioKind*> all;
    for (const ScenarioKind& kind : scenario_kinds())
        if (name == kind.name || name == to_string(kind.group))
            all.push_back(&kind);
    return all;
}

void print(const ScenarioSummary& s, bool json) {
    const size_t demand = static_cast<size_t>(std::ranges::count(s.truth.breaches, "demand", &TrueBreach::cause));
    int64_t lead = 0;
    for (const TrueBreach& b : s.truth.breaches) lead = std::max(lead, b.start_s - b.foreseeable_s);
    fmt::print(
        fmt::runtime(
            json ? R"({{"scenario":"{}","broad":{},"breaches":{},"by_demand":{},"harmless":{},"longest_lead_s":{}}})"
                   "\n"
                 : "{}: broad {}, {} breaches ({} by demand), {} harmless intervals, longest lead {} s\n"),
        s.id, s.broad, s.truth.breaches.size(), demand, s.truth.harmless.size(), lead);
}

}  // namespace

int generate_scenario_command(const GenerateScenarioOptions& options) {
    if (options.kind == "list") return list_kinds();
    const std::vector<const ScenarioKind*> kinds = candidates(options.kind);
    if (kinds.empty()) return wrong(fmt::format("no kind {}; --kind list names them", options.kind));
    if (options.output.empty()) return wrong("--output names the directory");
    if (options.live_minutes < 30 || options.history_hours < 1)
        return wrong("at least 30 live minutes and one hour of history");
    ScenarioRequest request;
    request.live_minutes = options.live_minutes;
    request.history_hours = options.history_hours;
    if (options.breadth == "planned" || options.breadth == "broad")
        request.broad = options.breadth == "broad";
    else if (options.breadth != "mixed")
        return wrong("--breadth is planned, broad or mixed");
    for (uint32_t i = 0; i < options.count; ++i) {
        request.seed = options.seed + i;
        request.kind = kinds[mix_bits(request.seed) % kinds.size()];
        const Result<ScenarioSummary> made = generate_scenario(request, options.output);
        if (!made) {
            for (const Diagnostic& d : made.problems()) fmt::print(stderr, "{}\n", d.text());
            return kOutsideFailed;
        }
        print(made.value(), options.json);
    }
    return kFine;
}

}  // namespace foreshock
