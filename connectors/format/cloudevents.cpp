#include "connectors/format/cloudevents.h"

#include <nlohmann/json.hpp>

#include "connectors/format/json_value.h"

namespace foreshock {
namespace {

using Json = nlohmann::ordered_json;

void put_text(Json& object, const char* key, std::string_view text) {
    if (!text.empty()) object[key] = text;
}

Json driver_json(const WarningRevision& w) {
    Json out = Json::object();
    put_text(out, "kind", w.driver.kind);
    put_text(out, "series", w.driver.series);
    put_number(out, "value", w.driver.value);
    put_number(out, "baseline", w.driver.baseline);
    put_number(out, "ratio", w.driver.ratio);
    put_time(out, "since", w.driver.since);
    Json contributors = Json::array();
    for (const auto& c : w.driver.contributors) {
        Json one{{"dimension", c.dimension}, {"value", c.value}};
        put_number(one, "share", c.share);
        contributors.push_back(std::move(one));
    }
    out["contributors"] = std::move(contributors);
    return out;
}

Json resource_json(const WarningRevision& w) {
    Json out = Json::object();
    if (w.resource.name.empty()) return out;
    put_text(out, "name", w.resource.name);
    put_text(out, "metric", w.resource.metric);
    put_text(out, "kind", w.resource.kind);
    put_number(out, "utilization", w.resource.utilization);
    put_number(out, "limit", w.resource.limit);
    put_number(out, "slope_per_min", w.resource.slope_per_min);
    put_number(out, "headroom", w.resource.headroom);
    return out;
}

Json causes_json(const WarningRevision& w) {
    Json out = Json::array();
    for (const auto& c : w.causes) {
        Json one{{"node", c.node}, {"what", c.what}};
        put_number(one, "share", c.share);
        out.push_back(std::move(one));
    }
    return out;
}

Json impact_json(const WarningRevision& w) {
    Json out = Json::object();
    put_number(out, "value_per_minute", w.impact.value_per_minute);
    put_number(out, "at_risk", w.impact.at_risk);
    put_text(out, "currency", w.impact.currency);
    return out;
}

Json advice_json(const WarningRevision& w) {
    Json out = Json::array();
    for (const auto& a : w.advice) {
        Json one{{"action", a.action}};
        put_text(one, "resource", a.resource);
        put_text(one, "unit", a.unit);
        put_number(one, "amount", a.amount);
        put_number(one, "lead_time_seconds", a.lead_time_seconds);
        put_number(one, "cost_per_hour", a.cost_per_hour);
        out.push_back(std::move(one));
    }
    return out;
}

Json reasons_json(const WarningRevision& w) {
    Json out = Json::array();
    for (const auto& r : w.reasons) {
        Json one{{"reading", r.reading}, {"says", r.says}};
        put_number(one, "value", r.value);
        put_number(one, "weight", r.weight);
        out.push_back(std::move(one));
    }
    return out;
}

Json links_json(const WarningRevision& w, const CloudEventContext& context) {
    Json out = Json::object();
    for (const auto& [name, address] : w.links) put_text(out, name.c_str(), address);
    put_text(out, "warning", warning_url(w, context));
    return out;
}

Json demand_grounds_json(const Grounds& g) {
    Json out = Json::object();
    put_number(out, "level", g.demand.level);
    put_number(out, "baseline", g.demand.baseline);
    put_number(out, "spread", g.demand.spread);
    put_number(out, "slope_per_min", g.demand.slope_per_min);
    put_number(out, "age_seconds", g.demand.age_seconds);
    return out;
}

Json resource_grounds_json(const Grounds& g) {
    Json out = Json::object();
    const auto& r = g.resource;
    put_number(out, "level", r.level);
    put_number(out, "baseline", r.baseline);
    put_number(out, "noise", r.noise);
    put_number(out, "slope_per_min", r.slope_per_min);
    put_number(out, "slope_error_per_min", r.slope_error_per_min);
    put_number(out, "age_seconds", r.age_seconds);
    put_number(out, "predicted", r.predicted);
    put_number(out, "idle", r.idle);
    put_number(out, "cost_ratio", r.cost_ratio);
    put_number(out, "usual_high", r.usual_high);
    put_number(out, "knee", r.knee);
    put_number(out, "fill_per_min", r.fill_per_min);
    return out;
}

Json grounds_json(const WarningRevision& w) {
    const Grounds& g = w.grounds;
    Json out = Json::object();
    if (w.levels.raise > 0) out["levels"] = Json{{"raise", w.levels.raise}, {"clear", w.levels.clear}};
    Json indicator = Json::object(), law = Json::object(), without = Json::array();
    put_number(indicator, "value", g.indicator.value);
    put_number(indicator, "below", g.indicator.below);
    out["indicator"] = std::move(indicator);
    out["demand"] = demand_grounds_json(g);
    out["resource"] = resource_grounds_json(g);
    put_number(law, "probability", g.law.probability);
    put_number(law, "early_seconds", g.law.early_seconds);
    put_number(law, "seconds", g.law.seconds);
    put_number(law, "late_seconds", g.law.late_seconds);
    out["law"] = std::move(law);
    for (const Without& x : g.without) {
        Json one{{"node", x.node}, {"what", x.what}};
        put_number(one, "probability", x.probability);
        put_number(one, "seconds", x.seconds);
        without.push_back(std::move(one));
    }
    out["without"] = std::move(without);
    return out;
}

Json incident_json(const WarningRevision& w) {
    Json out = Json::object();
    put_text(out, "id", w.incident.id);
    put_text(out, "parent", w.incident.parent);
    if (w.incident.parent.empty() && w.rank > 0) {
        out["services"] = w.incident.services;
        put_number(out, "at_risk", w.incident.at_risk);
        put_text(out, "currency", w.incident.currency);
    }
    if (w.incident.quiet) out["quiet"] = true;
    return out;
}

Json seen_json(const WarningRevision::Seen& s) {
    Json out{{"kind", s.kind}, {"entity", s.entity}};
    put_number(out, "value", s.value);
    put_time(out, "at", s.at);
    return out;
}

void put_forecast(Json& data, const WarningRevision& w) {
    put_time(data, "breach_at", w.breach_at);
    put_time(data, "breach_earliest", w.breach_earliest);
    put_time(data, "breach_latest", w.breach_latest);
    put_number(data, "probability", w.probability);
    put_time(data, "act_before", w.act_before);
    data["breached"] = w.breached;
}

Json data_json(const WarningRevision& w, const CloudEventContext& context) {
    Json data{{"id", w.id}, {"revision", w.revision}, {"state", to_string(w.state)}};
    put_text(data, "verdict", to_string(w.verdict));
    put_time(data, "opened_at", w.opened_at);
    data["rule"] = w.rule;
    data["rule_version"] = w.rule_version;
    data["config_hash"] = w.config_hash;
    data["service"] = w.service;
    data["slo"] = w.slo;
    put_text(data, "slo_text", w.slo_text);
    data["severity"] = to_string(w.severity);
    put_forecast(data, w);
    data["driver"] = driver_json(w);
    data["resource"] = resource_json(w);
    data["causes"] = causes_json(w);
    data["impact"] = impact_json(w);
    put_number(data, "priority", w.priority);
    if (w.rank > 0) data["rank"] = w.rank;
    put_text(data, "rank_reason", w.rank_reason);
    put_text(data, "after", w.after);
    data["incident"] = incident_json(w);
    data["advice"] = advice_json(w);
    data["reasons"] = reasons_json(w);
    if (w.rule == "builtin" && w.state != WarningState::resolved) data["grounds"] = grounds_json(w);
    put_text(data, "owner", w.owner);
    put_text(data, "key", w.key);
    put_text(data, "condition", w.condition);
    for (const auto& s : w.seen) data["seen"].push_back(seen_json(s));
    for (const auto& [name, value] : w.labels) data["labels"][name] = value;
    data["links"] = links_json(w, context);
    data["sentence"] = w.sentence;
    data["inputs"] = inputs_json(w.inputs);
    return data;
}

}  // namespace

Json inputs_json(const std::vector<InputRange>& inputs) {
    Json out = Json::object();
    for (const InputRange& i : inputs) out[i.partition] = Json{{"first", i.first}, {"next", i.next}};
    return out;
}

std::string event_id(const WarningRevision& w) { return w.id + "." + std::to_string(w.revision); }

std::string warning_url(const WarningRevision& w, const CloudEventContext& context) {
    return context.base_url.empty() ? std::string{} : context.base_url + "/warnings/" + w.id;
}

std::string to_warning_json(const WarningRevision& w, const CloudEventContext& context) { return to_line(data_json(w, context)); }

std::string to_cloudevent(const WarningRevision& w, const CloudEventContext& context) {
    return to_line(Json{
        {"specversion", "1.0"},
        {"id", event_id(w)},
        {"source", "/foreshock/" + context.app},
        {"type", "foreshock.warning." + std::string(to_string(w.state)) + ".v1"},
        {"subject", w.id},
        {"time", to_rfc3339(w.time)},
        {"datacontenttype", "application/json"},
        {"data", data_json(w, context)},
    });
}

}  // namespace foreshock
