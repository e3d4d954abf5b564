#include "tools/summary.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace foreshock {

namespace {

uint64_t dropped(const RunTotals& t) {
    uint64_t n = 0;
    for (const uint64_t d : t.dropped) n += d;
    return n;
}

double pace(const RunTotals& t) { return t.seconds > 0 ? static_cast<double>(t.events) / t.seconds : 0; }

}  // namespace

std::string totals_json(const RunTotals& t, const std::vector<Breach>& breaches) {
    nlohmann::ordered_json j;
    j["records"] = t.records;
    j["events"] = t.events;
    j["seconds"] = std::round(t.seconds * 1000) / 1000;
    j["events_per_second"] = std::round(pace(t));
    j["late"] = t.late;
    j["dropped"] = dropped(t);
    auto& reasons = j["dropped_by_reason"] = nlohmann::ordered_json::object();
    for (size_t i = 0; i < kDropReasons; ++i)
        if (t.dropped[i] != 0) reasons[std::string(to_string(static_cast<DropReason>(i)))] = t.dropped[i];
    if (t.skipped != 0) j["skipped"] = t.skipped;
    j["corrected_hosts"] = t.corrected_hosts;
    j["slots"] = t.slots_closed;
    j["service_slots"] = t.service_slots_closed;
    j["transactions"] = t.transactions;
    j["services"] = t.services;
    j["resources"] = t.resources;
    j["spikes"] = t.spikes;
    j["warnings"] = t.warnings_opened;
    j["warnings_updated"] = t.warnings_updated;
    j["warnings_resolved"] = t.warnings_resolved;
    j["warnings_suppressed"] = t.warnings_suppressed;
    if (t.warnings_beyond_bound != 0) j["warnings_beyond_bound"] = t.warnings_beyond_bound;
    j["checkpoints"] = t.checkpoints;
    auto& list = j["breaches"] = nlohmann::ordered_json::array();
    for (const Breach& b : breaches) {
        nlohmann::ordered_json x{{"service", b.service}, {"slo", b.slo}, {"start", to_rfc3339(b.start)}, {"end", to_rfc3339(b.end)}};
        if (b.lead()) x["lead_seconds"] = to_seconds(*b.lead());
        if (!b.kept_back_by.empty()) x["kept_back_by"] = b.kept_back_by;
        list.push_back(std::move(x));
    }
    return j.dump();
}

std::string totals_text(const RunTotals& t, const std::vector<Breach>& breaches) {
    std::string out = fmt::format("{} events in {:.1f} s ({:.0f} a second), {} slots, {} services, {} resources\n", t.events, t.seconds,
                                  pace(t), t.slots_closed, t.services, t.resources);
    for (size_t i = 0; i < kDropReasons; ++i)
        if (t.dropped[i] != 0) out += fmt::format("dropped {}: {}\n", to_string(static_cast<DropReason>(i)), t.dropped[i]);
    out += fmt::format("{} spikes, {} warnings{}{}\n", t.spikes, t.warnings_opened,
                       t.warnings_suppressed > 0 ? fmt::format(", {} kept back by maintenance", t.warnings_suppressed) : "",
                       t.warnings_beyond_bound > 0 ? fmt::format(", {} beyond bounds.open_warnings", t.warnings_beyond_bound) : "");
    for (const Breach& b : breaches)
        out += fmt::format("{} {} broke at {}: {}{}\n", b.service, b.slo, to_rfc3339(b.start),
                           b.lead() ? "warned " + LeadTimes::text(*b.lead()) + " before" : std::string("not warned before"),
                           b.kept_back_by.empty() ? "" : ", kept back by '" + b.kept_back_by + "'");
    return out;
}

}  // namespace foreshock
