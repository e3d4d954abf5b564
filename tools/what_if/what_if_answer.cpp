#include "tools/what_if/what_if_answer.h"

#include <nlohmann/json.hpp>

#include "rules/problems.h"
#include "rules/values.h"
#include "tools/what_if/what_if_forms.h"

namespace foreshock {
namespace {

HttpAnswer refusal(int status, const std::string& what) {
    return {status, nlohmann::ordered_json{{"error", what}}.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n"};
}

// What is wrong with the parameters; empty: nothing.
std::string read(const HttpQuery& query, WhatIfRequest& r) {
    for (const auto& [name, value] : query) {
        const auto number = parse_number(value);
        if (name == "service") r.service = value;
        else if (name == "campaign") r.campaign = value;
        else if (name == "resource") r.resource = value;
        else if (name == "until") r.until = value;
        else if (name == "demand" && number) r.demand = number;
        else if (name == "units" && number) r.units = number;
        else if (name == "demand" || name == "units") return name + ": " + in_quotes(value) + " is no number";
        else return "no parameter " + in_quotes(name) + " (service, demand, campaign, resource, units, until)";
    }
    return {};
}

}  // namespace

HttpAnswer answer_what_if(const HttpQuery& query, const MomentKeeper& moments) {
    WhatIfRequest request;
    if (const std::string wrong = read(query, request); !wrong.empty()) return refusal(400, wrong);
    const auto moment = moments.now();
    if (!moment) return refusal(503, "nothing has been decided yet");
    const auto question = to_question(request, *moment);
    if (!question) return refusal(400, question.problems().front().text());
    const EventTime known = moment->ahead.start + kUsualLookAhead + DemandAhead::kStep;
    if (question.value().until > known) return refusal(400, "demand is looked ahead until " + to_rfc3339(known) + " here (ask `foreshock whatif` for more)");
    const WhatIf answer = what_if(moment->inventory, moment->signals, moment->correlation, moment->ahead, question.value());
    return {200, what_if_json(request, question.value(), answer, *moment)};
}

}  // namespace foreshock
