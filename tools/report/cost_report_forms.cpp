#include "tools/report/cost_report_forms.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "connectors/format/json_value.h"
#include "engine/warn/sentence.h"
#include "tools/report/csv.h"

namespace foreshock {
namespace {

using Json = nlohmann::ordered_json;

// Three significant digits, however small: what a single transaction costs is little.
std::string number(double x) {
    if (std::isnan(x)) return "unknown";
    return x == 0 || x >= 1 ? readable_number(x) : fmt::format("{:.3g}", x);
}

std::string share(double x) { return std::isnan(x) ? "unknown" : whole_percent(x); }

// What of services and of owners is said alike.
template <class Costs>
void put_costs(Json& out, const Costs& c) {
    Json& cost = out["per_thousand_transactions"] = Json::object();
    put_number(cost, "demand", c.demand_cost);
    put_number(cost, "idle", c.idle_cost);
    put_number(cost, "unused", c.unused_cost);
    put_number(cost, "all", c.cost);
}

template <class Costs>
void put_completeness(Json& out, const Costs& c) {
    out["complete"] = c.unknown.empty() && !std::isnan(c.cost);
    out["unknown"] = c.unknown;
}

Json service_json(const CostService& s) {
    Json out{{"service", s.service}};
    put_number(out, "transactions", s.transactions);
    put_number(out, "value", s.value);
    if (!s.currency.empty()) out["currency"] = s.currency;
    put_costs(out, s);
    put_number(out, "value_per_cost", s.value_per_cost);
    put_completeness(out, s);
    return out;
}

Json owner_json(const CostOwner& o) {
    Json out{{"service", o.service}};
    put_number(out, "transactions", o.transactions);
    if (!o.currency.empty()) out["currency"] = o.currency;
    put_costs(out, o);
    Json& to = out["passed_on"] = Json::array();
    for (const auto& p : o.passed_on) {
        Json& one = to.emplace_back(Json{{"service", p.service}});
        put_number(one, "share", p.share);
    }
    put_completeness(out, o);
    return out;
}

Json resource_json(const CostResource& r) {
    Json out{{"resource", r.resource}, {"service", r.service}, {"unit", r.unit}};
    put_number(out, "hours", r.hours);
    put_number(out, "learned_hours", r.learned_hours);
    put_number(out, "unit_hours", r.unit_hours);
    put_number(out, "cost", r.cost);
    put_number(out, "utilization_by_demand", r.demand);
    put_number(out, "utilization_idle", r.idle);
    if (!r.why.empty()) out["unknown"] = r.why;
    return out;
}

Json row_json(const CostRow& r) {
    Json out{{"service", r.service}, {"resource", r.resource}, {"metric", r.metric}, {"unit", r.unit}};
    put_number(out, "demand_share", r.demand_share);
    if (r.share_guessed) out["demand_share_guessed"] = true;
    put_number(out, "transactions", r.transactions);
    if (r.transactions > 0) {
        put_number(out, "unit_seconds_per_transaction", r.unit_seconds / r.transactions);
        put_number(out, "metric_seconds_per_transaction", r.metric_seconds / r.transactions);
    }
    put_number(out, "demand_cost", r.demand_cost);
    put_number(out, "idle_cost", r.idle_cost);
    put_number(out, "unused_cost", r.unused_cost);
    return out;
}

// Of a service or an owner: cost of a thousand transactions, its parts, and something more.
template <class S>
std::string costs_text(const S& s, const std::string& more) {
    std::string out = fmt::format("{:<20}{:>14}{:>12}{:>10}{:>10}{:>10}{}", s.service, number(s.transactions), number(s.demand_cost), number(s.idle_cost),
                                  number(s.unused_cost), number(s.cost), more);
    if (s.unknown.empty()) return out + "\n";
    out += std::isnan(s.cost) ? "  unknown: " : "  at least; unknown: ";
    for (size_t i = 0; i < s.unknown.size(); ++i) out += (i > 0 ? ", " : "") + s.unknown[i];
    return out + "\n";
}

std::string passed_on_text(const CostOwner& o) {
    std::string out;
    for (const auto& p : o.passed_on) out += fmt::format("{}{} {}", out.empty() ? "  " : ", ", p.service, share(p.share));
    return out;
}

std::string uses_text(const std::vector<CostRow>& rows) {
    std::string out;
    for (const CostRow& r : rows) {
        const auto each = [&](double x) { return r.transactions > 0 ? number(x / r.transactions) : std::string("unknown"); };
        out += fmt::format("{:<20}{:<24}{:>8}{:>20}{:>28}  {}\n", r.service, r.resource, share(r.demand_share), each(r.unit_seconds) + " " + r.unit,
                           each(r.metric_seconds) + " " + r.metric, r.share_guessed ? "share by volumes of callers" : "");
    }
    return out;
}

}  // namespace

std::string cost_report_text(const CostReportData& d) {
    std::string out = fmt::format("{} from {} to {}\n\nCost of a thousand transactions that come in, with all that is behind them (by demand; its share of what idles and of what is not used)\n",
                                  d.app, to_rfc3339(d.start), to_rfc3339(d.end));
    out += fmt::format("{:<20}{:>14}{:>12}{:>10}{:>10}{:>10}{:>16}\n", "service", "transactions", "by demand", "idle", "unused", "all", "value per cost");
    for (const CostService& s : d.services) out += costs_text(s, fmt::format("{:>16}", number(s.value_per_cost)));
    out += fmt::format("\nCost of a thousand of its own transactions, by its own resources: the same money, by who uses it\n{:<20}{:>14}{:>12}{:>10}{:>10}{:>10}  {}\n", "service",
                       "transactions", "by demand", "idle", "unused", "all", "passed on to");
    for (const CostOwner& o : d.owners) out += costs_text(o, passed_on_text(o));
    out += fmt::format("\nUse of one transaction that comes in\n{:<20}{:<24}{:>8}{:>20}{:>28}  {}\n", "service", "resource", "share", "unit seconds", "metric seconds", "");
    out += uses_text(d.rows) + "\nUse of one of its own transactions\n" + uses_text(d.own);
    out += fmt::format("\nResources\n{:<24}{:>12}{:>12}{:>12}{:>10}{:>10}  {}\n", "resource", "unit hours", "cost", "by demand", "idle", "unused", "unknown");
    for (const CostResource& r : d.resources)
        out += fmt::format("{:<24}{:>12}{:>12}{:>12}{:>10}{:>10}  {}\n", r.resource, number(r.unit_hours), number(r.cost), share(r.demand), share(r.idle),
                           share(1 - r.demand - r.idle), r.why);
    return out;
}

std::string cost_report_json(const CostReportData& d) {
    Json out{{"app", d.app}, {"version", d.version}, {"config_hash", d.config_hash}};
    put_time(out, "start", d.start);
    put_time(out, "end", d.end);
    out["events"] = d.totals.events;
    Json& inputs = out["inputs"] = Json::array();
    for (const PartitionOffset& i : d.inputs) inputs.push_back({{"partition", i.partition}, {"next_offset", i.next}});
    const auto list = [&out](const char* key, const auto& entries, auto form) {
        Json& array = out[key] = Json::array();
        for (const auto& e : entries) array.push_back(form(e));
    };
    list("services", d.services, service_json);
    list("resources", d.resources, resource_json);
    list("uses", d.rows, row_json);
    list("owners", d.owners, owner_json);
    list("own_uses", d.own, row_json);
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string cost_report_csv(const CostReportData& d) {
    std::string out = "service,resource,metric,unit,demand_share,transactions,unit_seconds,metric_seconds,demand_cost,idle_cost,unused_cost,from,to,config_hash,"
                      "version,owner,owner_transactions\r\n";
    for (const CostRow& r : d.rows) {
        const std::string fields[]{r.service, r.resource, r.metric, r.unit, csv_number(r.demand_share), csv_number(r.transactions), csv_number(r.unit_seconds),
                                   csv_number(r.metric_seconds), csv_number(r.demand_cost), csv_number(r.idle_cost), csv_number(r.unused_cost),
                                   to_rfc3339(d.start), to_rfc3339(d.end), d.config_hash, d.version, r.owner, csv_number(r.owner_transactions)};
        for (size_t i = 0; i < std::size(fields); ++i) out += (i > 0 ? "," : "") + csv_field(fields[i]);
        out += "\r\n";
    }
    return out;
}

}  // namespace foreshock
