#include "tools/generate/scenario/write_model.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/generate/scenario/observe.h"

namespace foreshock {
namespace {

using Json = nlohmann::ordered_json;

std::string live_time(const ScenarioSpec& spec, double t, bool millis) {
    return iso_time((spec.live_start + static_cast<int64_t>(t)) * 1000, millis);
}

std::string pattern(const ScenarioSpec& spec, const ObservedGauge& gauge) {
    return named_by_host(spec) && gauge.per_host ? "^" + gauge.resource + "-i[0-9-]+$" : "^" + gauge.resource + "$";
}

void put_services(const ScenarioSpec& spec, std::string& to) {
    to += "services:\n";
    for (const ServiceSpec& s : spec.services) {
        to += fmt::format("  {}:\n    calls:{}\n", s.name, s.calls.empty() ? " []" : "");
        for (const CallSpec& c : s.calls)
            to += c.asynchronous ? fmt::format("    - {}:\n        asynchronous: true\n", spec.services[c.callee].name)
                                 : fmt::format("    - {}\n", spec.services[c.callee].name);
        to += "    currency: EUR\n    slos:\n";
        if (s.role == ServiceRole::consumer)
            to += fmt::format(
                "      queue_age:\n        indicator: metric\n        resource: {}-backlog\n        metric: "
                "queue_age_s\n"
                "        below: 60\n        window: 60s\n",
                s.name);
        else
            to += fmt::format(
                "      latency:\n        indicator: p95_latency_ms\n        below: {:.0f}\n        window: 60s\n"
                "      errors:\n        indicator: error_ratio\n        below: 0.05\n        window: 60s\n",
                s.slo_ms);
    }
}

void put_resources(const ScenarioSpec& spec, std::string& to) {
    to += "resources:\n";
    for (const ServiceSpec& s : spec.services) {
        std::string before;
        for (const ObservedGauge& g : gauges_of(s)) {
            if (g.kind.empty()) continue;
            if (g.resource != before) {
                to += fmt::format("  {}:\n    service: {}\n    kind: {}\n    match:\n      resource: {}\n", g.resource,
                                  s.name, g.kind, pattern(spec, g));
                if (g.per_host && s.scaling.on)
                    to += fmt::format(
                        "    scaling:\n      unit: host\n      min: {}\n      max: {}\n      target_utilization: "
                        "{:.2f}\n"
                        "      lead_time: {:.0f}s\n      automatic: true\n",
                        s.hosts, s.scaling.max_hosts, s.scaling.target, s.scaling.delay_s);
                to += "    metrics:\n";
            }
            to += fmt::format("      {}:\n        limit: {:.0f}\n", g.metric, g.limit);
            before = g.resource;
        }
    }
}

Json breach_json(const ScenarioSpec& spec, const TrueBreach& b) {
    const auto epoch = [&](int64_t t) { return spec.live_start + t; };
    Json j;
    j["service"] = spec.services[b.service].name;
    j["slo"] = b.slo;
    j["also"] = b.also;
    j["breach_start"] = iso_time(epoch(b.start_s) * 1000, true);
    j["breach_start_s"] = epoch(b.start_s);
    j["breach_end_s"] = epoch(b.end_s);
    j["cause"] = b.cause;
    j["combined"] = b.combined;
    j["binding_resource"] = b.binding_resource;
    j["saturated"] = b.saturated;
    j["driver"] = b.driver;
    j["demand_spike_start_s"] = b.demand_start_s < 0 ? Json() : Json(epoch(b.demand_start_s));
    j["onset_s"] = epoch(b.onset_s);
    j["foreseeable_s"] = epoch(b.foreseeable_s);
    j["foreseeable_lead_s"] = b.start_s - b.foreseeable_s;
    j["incident"] = b.incident;
    return j;
}

}  // namespace

std::string model_yaml(const ScenarioSpec& spec) {
    std::string text =
        fmt::format("# scenario {}: history {} .. live {} .. {}; metrics every {} s\n", spec.id,
                    live_time(spec, static_cast<double>(-spec.history_s), true), live_time(spec, 0, true),
                    live_time(spec, static_cast<double>(spec.live_s), true), spec.metric_interval_s);
    put_services(spec, text);
    put_resources(spec, text);
    if (spec.calendar.empty()) return text;
    text += "calendar:\n";
    for (const Announcement& e : spec.calendar)
        text +=
            fmt::format("- name: {}\n  kind: campaign\n  services:\n  - {}\n  start: '{}'\n  expected_ratio: {:.1f}\n",
                        e.name, spec.services[e.service].name, live_time(spec, e.start_s, false), e.expected_ratio);
    return text;
}

std::string model_json(const ScenarioSpec& spec) {
    Json j;
    j["identity"] = Json::array();
    for (const ServiceSpec& s : spec.services) {
        std::string before;
        for (const ObservedGauge& g : gauges_of(s)) {
            if (g.resource != before && !g.kind.empty())
                j["identity"].push_back({{"match", pattern(spec, g)}, {"resource", g.resource}});
            before = g.resource;
        }
    }
    j["live_start"] = live_time(spec, 0, true);
    j["live_end"] = live_time(spec, static_cast<double>(spec.live_s), true);
    j["services"] = Json::array();
    for (const ServiceSpec& s : spec.services) j["services"].push_back({{"name", s.name}});
    return j.dump();
}

std::string truth_json(const ScenarioSpec& spec, const ScenarioTruth& truth, const ScenarioCalibration& calibration,
                       bool held_out) {
    Json j;
    j["scenario"] = spec.id;
    j["kind"] = spec.kind;
    j["group"] = held_out ? "held_out" : "training";
    j["broad"] = spec.broad;
    j["seed"] = spec.seed;
    j["live_start_s"] = spec.live_start;
    j["live_end_s"] = spec.live_start + spec.live_s;
    j["breaches"] = Json::array();
    for (const TrueBreach& b : truth.breaches) j["breaches"].push_back(breach_json(spec, b));
    j["harmless"] = Json::array();
    for (const HarmlessInterval& h : truth.harmless) {
        Json x{{"kind", h.kind},
               {"start_s", static_cast<double>(spec.live_start) + h.start_s},
               {"end_s", static_cast<double>(spec.live_start) + h.end_s}};
        if (h.fraction > 0) x["fraction"] = h.fraction;
        j["harmless"].push_back(x);
    }
    j["n_services"] = spec.services.size();
    j["calibration"] = {{"factor", calibration.factor}, {"log", calibration.log}};
    j["calendar_true"] = spec.calendar_true;
    return j.dump(1) + "\n";
}

}  // namespace foreshock
