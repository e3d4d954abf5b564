#include "tools/report/slo_report_forms.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "connectors/format/json_value.h"
#include "engine/base/currency.h"
#include "rules/values.h"
#include "tools/report/csv.h"
#include "tools/report/slo_report_words.h"
#include "tools/report/text.h"

namespace foreshock {
namespace {

using Json = nlohmann::ordered_json;

Json correction_json(const Correction& c, Budgeting b) {
    Json out;
    put_time(out, "start", c.start);
    put_time(out, "end", c.end);
    out["exclude"] = c.exclude;
    if (!c.exclude) {
        out["bad"] = in_unit(c.bad, b);
        out["total"] = in_unit(c.total, b);
    }
    out["author"] = c.author;
    out["reason"] = c.reason;
    return out;
}

Json objective_json(const ObjectiveRow& row) {
    const Slo& slo = *row.model;
    Json out{{"service", row.service}, {"slo", row.slo}, {"promise", row.promise}};
    if (!row.owner.empty()) out["owner"] = row.owner;
    if (slo.objective) out["objective"] = rounded(*slo.objective);
    out["period"] = slo.period_kind == PeriodKind::rolling ? duration_text(slo.period) : std::string(to_string(slo.period_kind));
    out["budget"] = to_string(slo.budgeting);
    put_time(out, "from", row.budget.from);
    out["total"] = in_unit(row.budget.total, slo.budgeting);
    out["bad"] = in_unit(row.budget.bad, slo.budgeting);
    put_number(out, "kept", row.budget.kept);
    put_number(out, "budget_left", row.budget.left);
    out["state"] = verdict_of(row);
    put_number(out, "indicator", row.indicator);
    out["violated"] = row.violated;
    out["unknown_seconds"] = static_cast<double>(row.budget.unknown_ms) / 1000;
    out["excluded_seconds"] = static_cast<double>(row.budget.excluded_ms) / 1000;
    Json& burn = out["burn"] = Json::array();
    for (const BurnState& b : row.budget.burn) {
        Json x{{"long", duration_text(b.long_window)}, {"short", duration_text(b.short_window)}, {"factor", b.factor}};
        put_number(x, "long_rate", b.long_rate);
        put_number(x, "short_rate", b.short_rate);
        x["burning"] = b.burning;
        burn.push_back(std::move(x));
    }
    Json& corrections = out["corrections"] = Json::array();
    for (const Correction& c : row.corrections) corrections.push_back(correction_json(c, slo.budgeting));
    return out;
}

Json service_json(const ServiceRow& s) {
    Json out{{"service", s.service}, {"transactions", s.count}, {"failed", s.failed}};
    put_number(out, "availability", availability(s));
    out["value"] = static_cast<double>(s.value_micro) * 1e-6;
    out["failed_value"] = static_cast<double>(s.failed_value_micro) * 1e-6;
    if (const std::string c = currency_text(s.currency); !c.empty()) out["currency"] = c;
    put_number(out, "value_availability", value_availability(s));
    return out;
}

Json campaign_json(const CampaignRow& c) {
    Json out{{"campaign", c.campaign}, {"services", c.services}};
    if (!c.owner.empty()) out["owner"] = c.owner;
    put_time(out, "start", c.start);
    if (c.end != kEndOfTime) put_time(out, "end", c.end);
    put_number(out, "expected_ratio", c.expected_ratio);
    put_number(out, "best_ratio", c.best_ratio);
    put_number(out, "value", c.value);
    put_number(out, "value_target", c.target);
    put_number(out, "value_projected", c.projected);
    if (const std::string currency = currency_text(c.currency); !currency.empty()) out["currency"] = currency;
    out["state"] = verdict_of(c);
    return out;
}

std::string correction_csv(const ObjectiveRow& row) {
    std::string out;
    for (const Correction& c : row.corrections) out += (out.empty() ? "" : "; ") + correction_text(c, row.model->budgeting);
    return out;
}

}  // namespace

std::string slo_report_json(const SloReportData& d) {
    Json out{{"app", d.app}, {"version", d.version}, {"config_hash", d.config_hash}};
    put_time(out, "start", d.start);
    put_time(out, "end", d.end);
    out["events"] = d.totals.events;
    out["late"] = d.totals.late;
    Json& dropped = out["dropped"] = Json::object();
    for (size_t i = 0; i < kDropReasons; ++i)
        if (d.totals.dropped[i] != 0) dropped[std::string(to_string(static_cast<DropReason>(i)))] = d.totals.dropped[i];
    Json& inputs = out["inputs"] = Json::array();
    for (const PartitionOffset& i : d.inputs) inputs.push_back({{"partition", i.partition}, {"next_offset", i.next}});
    Json& objectives = out["objectives"] = Json::array();
    for (const ObjectiveRow& row : d.objectives) objectives.push_back(objective_json(row));
    Json& services = out["services"] = Json::array();
    for (const ServiceRow& s : d.services) services.push_back(service_json(s));
    Json& campaigns = out["campaigns"] = Json::array();
    for (const CampaignRow& c : d.campaigns) campaigns.push_back(campaign_json(c));
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string slo_report_csv(const SloReportData& d) {
    std::string out = "service,slo,promise,owner,objective,period,budget,from,to,total,bad,kept,budget_left,state,unknown_seconds,excluded_seconds,"
                      "burn,corrections,config_hash,version\r\n";
    for (const ObjectiveRow& r : d.objectives) {
        const Slo& slo = *r.model;
        const std::string fields[]{
            r.service, r.slo, r.promise, r.owner, slo.objective ? csv_number(*slo.objective) : "",
            slo.period_kind == PeriodKind::rolling ? duration_text(slo.period) : std::string(to_string(slo.period_kind)),
            std::string(to_string(slo.budgeting)), to_rfc3339(r.budget.from), to_rfc3339(d.end), csv_number(in_unit(r.budget.total, slo.budgeting)),
            csv_number(in_unit(r.budget.bad, slo.budgeting)), csv_number(r.budget.kept), csv_number(r.budget.left), std::string(verdict_of(r)),
            csv_number(static_cast<double>(r.budget.unknown_ms) / 1000), csv_number(static_cast<double>(r.budget.excluded_ms) / 1000), burn_text(r),
            correction_csv(r), d.config_hash, d.version};
        for (size_t i = 0; i < std::size(fields); ++i) out += (i > 0 ? "," : "") + csv_field(fields[i]);
        out += "\r\n";
    }
    return out;
}

std::string slo_report_text(const SloReportData& d) {
    if (d.objectives.empty() && d.services.empty()) return "No event was read.\n";
    std::string out = fmt::format("{} to {}, configuration {}, Foreshock {}\n\n", to_rfc3339(d.start), to_rfc3339(d.end), d.config_hash, d.version);
    if (d.objectives.empty()) out += std::string(kNothingPromised) + "\n";
    for (const ObjectiveRow& r : d.objectives) {
        out += fmt::format("{} {}: {}: {}\n", r.service, r.slo, r.promise, standing_text(r));
        if (const std::string burn = burn_text(r); !burn.empty()) out += "    burn " + burn + "\n";
        for (const Correction& c : r.corrections) out += "    " + correction_text(c, r.model->budgeting) + "\n";
    }
    out += d.services.empty() ? "" : "\n";
    for (const ServiceRow& s : d.services) out += service_text(s) + "\n";
    out += d.campaigns.empty() ? "" : "\n";
    for (const CampaignRow& c : d.campaigns) out += campaign_text(c) + "\n";
    out += "\n";
    for (const PartitionOffset& i : d.inputs) out += fmt::format("input {} to offset {}\n", i.partition, i.next);
    return out;
}

}  // namespace foreshock
