#include "connectors/format/alertmanager.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "connectors/format/json_value.h"

namespace foreshock {
namespace {

using Texts = std::map<std::string, std::string>;

void put(Texts& out, const char* key, std::string value) {
    if (!value.empty()) out[key] = std::move(value);
}

std::string number_text(double value) {
    nlohmann::ordered_json number = nlohmann::ordered_json::object();
    put_number(number, "n", value);
    return number.empty() ? std::string{} : number["n"].dump();
}

void put(Texts& out, const char* key, double value) { put(out, key, number_text(value)); }

void put(Texts& out, const char* key, EventTime t) {
    if (t != EventTime{}) out[key] = to_rfc3339(t);
}

std::string money(double amount, const std::string& currency) {
    if (!std::isfinite(amount) || amount <= 0) return {};
    const std::string whole = std::to_string(std::llround(std::min(amount, 9e15)));
    return currency.empty() ? whole : currency + " " + whole;
}

std::string advice_text(const WarningRevision& w) {
    std::string out;
    for (const auto& a : w.advice) {
        if (!out.empty()) out += "; ";
        out += a.action + " " + a.resource;
        if (a.amount > 0) out += " +" + number_text(a.amount) + " " + a.unit;
    }
    return out;
}

}  // namespace

std::string Alert::key() const {
    std::string out;
    for (const auto& [name, value] : labels) out += name + '\x1f' + value + '\x1e';
    return out;
}

std::map<std::string, std::string> alert_labels(const WarningRevision& w) {
    Texts out;
    put(out, "alertname", w.rule == "builtin" || w.rule.empty() ? kAlertName : w.rule);
    put(out, "service", w.service);
    put(out, "slo", w.slo);
    put(out, "resource", w.resource.name);
    put(out, "metric", w.resource.metric);
    put(out, "severity", std::string(to_string(w.severity)));
    put(out, "warning_id", w.id);
    for (const auto& [name, value] : w.labels)
        if (!out.contains(name)) put(out, name.c_str(), value);
    return out;
}

std::map<std::string, std::string> alert_annotations(const WarningRevision& w) {
    Texts out;
    put(out, "summary", w.sentence);
    put(out, "state", std::string(to_string(w.state)));
    put(out, "objective", w.slo_text);
    put(out, "owner", w.owner);
    for (const auto& [name, address] : w.links)
        if (!out.contains(name)) put(out, name.c_str(), address);
    put(out, "act_before", w.act_before);
    put(out, "breach_at", w.breach_at);
    put(out, "breach_earliest", w.breach_earliest);
    put(out, "breach_latest", w.breach_latest);
    put(out, "probability", w.probability);
    put(out, "driver", w.driver.kind);
    put(out, "demand_ratio", w.driver.ratio);
    put(out, "saturating", w.resource.name);
    put(out, "saturating_metric", w.resource.metric);
    if (!w.resource.name.empty()) {
        put(out, "utilization", w.resource.utilization);
        put(out, "limit", w.resource.limit);
    }
    put(out, "value_at_risk", money(w.impact.at_risk, w.impact.currency));
    if (w.rank > 0) put(out, "rank", std::to_string(w.rank) + ": " + w.rank_reason);
    put(out, "incident", w.incident.id);
    put(out, "advice", advice_text(w));
    return out;
}

std::string to_alertmanager_json(std::span<const Alert> alerts) {
    auto out = nlohmann::ordered_json::array();
    for (const auto& a : alerts) {
        nlohmann::ordered_json one{{"labels", a.labels},
                                   {"annotations", a.annotations},
                                   {"startsAt", to_rfc3339(a.starts_at)},
                                   {"endsAt", to_rfc3339(a.ends_at)}};
        if (!a.generator_url.empty()) one["generatorURL"] = a.generator_url;
        out.push_back(std::move(one));
    }
    return to_line(out);
}

}  // namespace foreshock
