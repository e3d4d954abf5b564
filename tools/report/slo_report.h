// How objectives stand at the end of a stretch of recorded time, with everything that an auditor needs to count again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/run/metrics.h"
#include "engine/run/observer.h"
#include "engine/run/store.h"

namespace foreshock {

// One objective. Counts are in the unit of its budget: seconds, transactions or money.
struct ObjectiveRow {
    std::string service, owner, slo, promise;
    const Slo* model = nullptr;
    BudgetState budget;
    double indicator = kUnknown;
    bool violated = false;
    std::vector<Correction> corrections;  // that fall into the period
};

// All transactions of a service in the whole stretch.
struct ServiceRow {
    std::string service;
    uint32_t currency = 0;
    int64_t count = 0, failed = 0, value_micro = 0, failed_value_micro = 0;
};

// A campaign of the calendar that ran in the stretch, all its services together.
struct CampaignRow {
    std::string campaign, owner;         // owner: of the first of its services
    std::vector<std::string> services;
    EventTime start{}, end{};
    double expected_ratio = kUnknown;    // announced
    double best_ratio = kUnknown;        // greatest that came, of any of its services
    uint32_t currency = 0;
    double value = kUnknown, target = kUnknown, projected = kUnknown;  // so far; aimed at; to be expected of it at its end
    bool over = false;
};

struct SloReportData {
    std::string app, version, config_hash;
    EventTime start{}, end{};
    RunTotals totals;
    std::vector<PartitionOffset> inputs;  // after the last record used of each
    std::vector<ObjectiveRow> objectives;  // in the order of the model
    std::vector<ServiceRow> services;      // by name
    std::vector<CampaignRow> campaigns;    // by start, then name
};

// `decided` by the deciding thread; the rest after the run. The model outlives the report.
class SloReport : public Observer {
public:
    explicit SloReport(std::string app);
    void decided(const DecidedSlot& slot) override;
    void finish(const RunTotals& totals, std::vector<PartitionOffset> inputs);
    const SloReportData& data() const { return data_; }

private:
    SloReportData data_;
    void follow_campaigns(const DecidedSlot& slot);

    std::map<ServiceIndex, ServiceRow> services_;
    std::map<std::pair<EventTime, std::string>, CampaignRow> campaigns_;
    bool started_ = false;
};

}  // namespace foreshock
