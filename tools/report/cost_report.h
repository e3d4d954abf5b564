// What transactions use of each resource, and cost, over a stretch of recorded time. From learned responses: use = idle part + part that
// demand makes; what is paid for and not used stands apart. The same money stands twice, and is to be added up once: by the entry service
// whose demand it is for (`services`, `rows`), and by the service that uses it (`owners`, `own`).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/run/metrics.h"
#include "engine/run/observer.h"
#include "engine/run/store.h"

namespace foreshock {

// One resource, and one service at the entry of the calls whose demand comes to it. Over the time in which its response was known.
struct CostRow {
    std::string service, resource, metric, unit;
    double demand_share = 0;      // of what demand makes of the resource, 0..1
    bool share_guessed = false;   // weighed by the volumes of several callers
    double transactions = 0;      // of the service
    double unit_seconds = 0;      // units that its demand used, times seconds
    double metric_seconds = 0;    // the same in the unit of the metric: connection-seconds, core-seconds
    double demand_cost = 0;       // of these units …
    double idle_cost = 0, unused_cost = 0;  // … and its share of what idles, and of what is not used
    std::string owner;                      // of the resource
    double owner_transactions = 0;          // its own, over the same time
};

struct CostResource {
    std::string resource, service, unit, why;  // why: what is not known, and by which lack; empty: all is
    double hours = 0, learned_hours = 0;       // seen, and with a known response
    double unit_hours = 0, cost = kUnknown;    // of the whole time
    double idle = kUnknown, demand = kUnknown; // mean utilization of the learned time, its two parts
};

struct CostService {
    std::string service, currency;
    double transactions = 0, value = kUnknown;      // of the whole time; value unknown: they carry none
    // For a thousand transactions, summed over the resources of which it is known; unknown: of none.
    double demand_cost = kUnknown, idle_cost = kUnknown, unused_cost = kUnknown, cost = kUnknown;
    double value_per_cost = kUnknown;
    std::vector<std::string> unknown;               // resources behind it of which the cost is not known
};

// A service by the resources that are its own, and by its own transactions.
struct CostOwner {
    std::string service, currency;
    double transactions = 0;  // of the whole time
    // For a thousand of them, as in CostService.
    double demand_cost = kUnknown, idle_cost = kUnknown, unused_cost = kUnknown, cost = kUnknown;
    struct PassedOn { std::string service; double share = 0; };
    std::vector<PassedOn> passed_on;   // entry services that it works for, by their shares of its demand; itself where it is one
    std::vector<std::string> unknown;  // own resources of which the cost is not known
};

struct CostReportData {
    std::string app, version, config_hash;
    EventTime start{}, end{};
    RunTotals totals;
    std::vector<PartitionOffset> inputs;
    std::vector<CostService> services;    // at the entry of calls, in the order of their numbers
    std::vector<CostResource> resources;  // that belong to a service
    std::vector<CostRow> rows;            // by service, then resource
    std::vector<CostOwner> owners;        // that have resources, in the order of their numbers
    std::vector<CostRow> own;             // of their own transactions, by service, then resource
};

// `decided` by the deciding thread; the rest after the run. The model outlives the report.
class CostReport : public Observer {
public:
    explicit CostReport(std::string app);
    void decided(const DecidedSlot& slot) override;
    void finish(const RunTotals& totals, std::vector<PartitionOffset> inputs);
    const CostReportData& data() const { return data_; }

private:
    struct Part { double transactions = 0, unit_seconds = 0, metric_seconds = 0, idle_seconds = 0, unused_seconds = 0; bool guessed = false; };
    struct Sum {
        CostResource row;
        std::string metric;
        double seconds = 0, learned_seconds = 0, unit_seconds = 0, idle = 0, demand = 0, cost_per_hour = kUnknown;
        std::set<ServiceIndex> driven_by;    // entry services whose demand comes to it
        std::map<ServiceIndex, Part> parts;  // of those, where the response is known
        ServiceIndex owner = kNoIndex;
        Part own;                            // by the owner's own transactions
    };
    struct Entry { ServiceIndex service = kNoIndex; std::vector<double> share; std::vector<bool> guessed; };

    void renew_shares(const DecidedSlot& slot);
    void add(const DecidedSlot& slot, ResourceIndex r, double seconds);
    void finish_service(ServiceIndex s, CostService row);
    void finish_owners();
    CostRow row_of(const std::string& service, const Sum& sum, const Part& p, double share) const;

    CostReportData data_;
    std::map<ResourceIndex, Sum> sums_;
    std::map<ServiceIndex, CostService> totals_;
    std::map<ServiceIndex, double> counted_;  // transactions of the slot
    std::vector<Entry> entries_;
    EventTime shared_at_{};
    bool started_ = false;
};

}  // namespace foreshock
