#include "tools/report/cost_report.h"

#include <algorithm>
#include <cmath>

#include "engine/base/currency.h"
#include "engine/forecast/demand_share.h"
#include "engine/forecast/scaling.h"
#include "foreshock_version.h"

namespace foreshock {
namespace {

constexpr Micros kShareEvery = std::chrono::minutes{5};
constexpr double kHour = 3600, kThousand = 1000;

bool is_entry(const Inventory& inventory, ServiceIndex s) {
    if (!inventory.services()[s].waited_by.empty()) return false;
    return std::ranges::none_of(inventory.services(), [s](const ServiceEntry& e) { return std::ranges::count(e.calls_async, s) != 0; });
}

// The metric that is nearest to its knee, of those whose response is known; kNoIndex: of none it is.
GaugeIndex tightest(const DecidedSlot& slot, const ResourceEntry& resource) {
    GaugeIndex best = kNoIndex;
    double most = -1;
    for (const GaugeIndex g : resource.gauges) {
        const Outlook& o = slot.correlation.outlooks[g];
        if (!o.response.known || std::isnan(o.level) || o.level / o.knee <= most) continue;
        most = o.level / o.knee;
        best = g;
    }
    return best;
}

double units_of(const DecidedSlot& slot, const ResourceEntry& resource) {
    double units = kUnknown;
    for (const GaugeIndex g : resource.gauges) {
        const GaugeState& state = slot.signals.gauges[g];
        if (resource.model != nullptr && resource.model->scaling) {
            if (counts_units(*resource.model->scaling, resource, slot.signals.gauges, g)) return units_in_use(*resource.model->scaling, state);
        } else if (state.instances > 0) {
            units = std::isnan(units) ? state.instances : std::max<double>(units, state.instances);
        }
    }
    return units;
}

double plus(double sum, double x) { return std::isnan(x) ? sum : (std::isnan(sum) ? 0 : sum) + x; }

}  // namespace

CostReport::CostReport(std::string app) {
    data_.app = std::move(app);
    data_.version = kVersion;
}

void CostReport::renew_shares(const DecidedSlot& slot) {
    shared_at_ = slot.signals.end;
    entries_.clear();
    for (ServiceIndex s = 0; s < slot.inventory.services().size(); ++s) {
        if (!is_entry(slot.inventory, s)) continue;
        Entry& e = entries_.emplace_back();
        e.service = s;
        for (const DemandShare& x : demand_shares(slot.inventory, slot.signals, {s})) {
            e.share.push_back(x.share);
            e.guessed.push_back(x.guessed);
        }
    }
}

void CostReport::decided(const DecidedSlot& slot) {
    const Inventory& inventory = slot.inventory;
    const double seconds = to_seconds(slot.signals.end - (started_ ? data_.end : slot.signals.start));
    if (!started_) data_.start = slot.signals.start;
    started_ = true;
    data_.end = slot.signals.end;
    data_.config_hash = inventory.model().hash;
    if (entries_.empty() || slot.signals.end - shared_at_ >= kShareEvery || entries_.front().share.size() != inventory.services().size()) renew_shares(slot);
    counted_.clear();
    for (const ServiceSlot& s : slot.slot.services) {
        CostService& total = totals_[s.service];
        total.service = inventory.services()[s.service].name;
        total.currency = currency_text(slot.signals.services[s.service].currency);
        if (const ServiceModel* m = inventory.services()[s.service].model; total.currency.empty() && m != nullptr) total.currency = m->currency;
        total.transactions += static_cast<double>(s.count);
        if (s.value_micro != 0) total.value = plus(total.value, static_cast<double>(s.value_micro) * 1e-6);
        counted_[s.service] = static_cast<double>(s.count);
    }
    for (ResourceIndex r = 0; r < inventory.resources().size(); ++r)
        if (inventory.resources()[r].service != kNoIndex) add(slot, r, seconds);
}

void CostReport::add(const DecidedSlot& slot, ResourceIndex r, double seconds) {
    const ResourceEntry& resource = slot.inventory.resources()[r];
    Sum& sum = sums_[r];
    sum.row.resource = resource.name;
    sum.row.service = slot.inventory.services()[resource.service].name;
    sum.row.unit = "instance";
    sum.owner = resource.service;
    if (resource.model != nullptr && resource.model->scaling) {
        sum.row.unit = resource.model->scaling->unit;
        sum.cost_per_hour = resource.model->scaling->cost_per_hour.value_or(kUnknown);
    }
    for (const Entry& e : entries_)
        if (e.share[resource.service] > 0) sum.driven_by.insert(e.service);
    const double units = units_of(slot, resource);
    if (std::isnan(units)) return;
    sum.seconds += seconds;
    sum.unit_seconds += units * seconds;
    const GaugeIndex g = tightest(slot, resource);
    if (g == kNoIndex) return;
    const Outlook& o = slot.correlation.outlooks[g];
    const double used = std::min(1.0, o.level), idle = std::min(o.response.idle, used), demand = used - idle;
    sum.metric = slot.inventory.gauges()[g].metric;
    sum.learned_seconds += seconds;
    sum.idle += idle * seconds;
    sum.demand += demand * seconds;
    const double limit = slot.signals.gauges[g].limit;
    const auto put = [&](Part& p, ServiceIndex service, double share) {
        const auto counted = counted_.find(service);
        p.transactions += counted == counted_.end() ? 0 : counted->second;
        p.unit_seconds += share * demand * units * seconds;
        p.metric_seconds += std::isnan(limit) ? 0 : share * demand * limit * seconds;
        p.idle_seconds += share * idle * units * seconds;
        p.unused_seconds += share * (1 - used) * units * seconds;
    };
    put(sum.own, resource.service, 1);
    for (const Entry& e : entries_) {
        const double share = e.share[resource.service];
        if (!(share > 0)) continue;
        Part& p = sum.parts[e.service];
        put(p, e.service, share);
        p.guessed = p.guessed || e.guessed[resource.service];
    }
}

void CostReport::finish_service(ServiceIndex s, CostService row) {
    for (auto& [r, sum] : sums_) {
        if (!sum.driven_by.contains(s)) continue;
        const auto part = sum.parts.find(s);
        if (part == sum.parts.end() || !(part->second.transactions > 0) || std::isnan(sum.cost_per_hour)) {
            row.unknown.push_back(sum.row.resource);
            continue;
        }
        const double thousand = kThousand / part->second.transactions * sum.cost_per_hour / kHour;
        row.demand_cost = plus(row.demand_cost, part->second.unit_seconds * thousand);
        row.idle_cost = plus(row.idle_cost, part->second.idle_seconds * thousand);
        row.unused_cost = plus(row.unused_cost, part->second.unused_seconds * thousand);
    }
    row.cost = row.demand_cost + row.idle_cost + row.unused_cost;
    if (row.cost > 0) row.value_per_cost = row.value / row.transactions * kThousand / row.cost;
    data_.services.push_back(std::move(row));
}

CostRow CostReport::row_of(const std::string& service, const Sum& sum, const Part& p, double share) const {
    const double rate = sum.cost_per_hour / kHour;
    const auto owner = totals_.find(sum.owner);
    return {service, sum.row.resource, sum.metric, sum.row.unit, share, p.guessed, p.transactions, p.unit_seconds, p.metric_seconds, p.unit_seconds * rate,
            p.idle_seconds * rate, p.unused_seconds * rate, sum.row.service, owner == totals_.end() ? 0 : sum.own.transactions};
}

void CostReport::finish_owners() {
    std::map<ServiceIndex, CostOwner> owners;
    std::map<ServiceIndex, std::map<ServiceIndex, double>> worked_for;
    for (const auto& [r, sum] : sums_) {
        CostOwner& row = owners[sum.owner];
        row.service = sum.row.service;
        if (const auto total = totals_.find(sum.owner); total != totals_.end()) {
            row.currency = total->second.currency;
            row.transactions = total->second.transactions;
        }
        for (const auto& [s, p] : sum.parts) worked_for[sum.owner][s] += p.unit_seconds;
        if (!(sum.own.transactions > 0) || std::isnan(sum.cost_per_hour)) {
            row.unknown.push_back(sum.row.resource);
            continue;
        }
        const double thousand = kThousand / sum.own.transactions * sum.cost_per_hour / kHour;
        row.demand_cost = plus(row.demand_cost, sum.own.unit_seconds * thousand);
        row.idle_cost = plus(row.idle_cost, sum.own.idle_seconds * thousand);
        row.unused_cost = plus(row.unused_cost, sum.own.unused_seconds * thousand);
    }
    for (auto& [s, row] : owners) {
        row.cost = row.demand_cost + row.idle_cost + row.unused_cost;
        double all = 0;
        for (const auto& [entry, seconds] : worked_for[s]) all += seconds;
        for (const auto& [entry, seconds] : worked_for[s])
            if (all > 0) row.passed_on.push_back({totals_[entry].service, seconds / all});
        data_.owners.push_back(std::move(row));
    }
}

void CostReport::finish(const RunTotals& totals, std::vector<PartitionOffset> inputs) {
    data_.totals = totals;
    data_.inputs = std::move(inputs);
    for (auto& [r, sum] : sums_) {
        CostResource row = sum.row;
        row.hours = sum.seconds / kHour;
        row.learned_hours = sum.learned_seconds / kHour;
        row.unit_hours = sum.unit_seconds / kHour;
        row.cost = row.unit_hours * sum.cost_per_hour;
        if (sum.learned_seconds > 0) {
            row.idle = sum.idle / sum.learned_seconds;
            row.demand = sum.demand / sum.learned_seconds;
        }
        if (!(sum.seconds > 0)) row.why = "never seen";
        else if (sum.parts.empty()) row.why = sum.driven_by.empty() ? "no demand comes to it" : "no learned response";
        else if (std::isnan(sum.cost_per_hour)) row.why = "no cost_per_hour in the model";
        data_.resources.push_back(row);
        double demand = 0;
        for (const auto& [s, p] : sum.parts) demand += p.unit_seconds;
        for (const auto& [s, p] : sum.parts) {
            data_.rows.push_back(row_of(totals_[s].service, sum, p, demand > 0 ? p.unit_seconds / demand : 0));
        }
        if (sum.own.transactions > 0) data_.own.push_back(row_of(row.service, sum, sum.own, 1));
    }
    std::ranges::stable_sort(data_.rows, {}, &CostRow::service);
    std::ranges::stable_sort(data_.own, {}, &CostRow::service);
    finish_owners();
    for (const Entry& e : entries_)
        if (const auto total = totals_.find(e.service); total != totals_.end()) finish_service(e.service, total->second);
}

}  // namespace foreshock
