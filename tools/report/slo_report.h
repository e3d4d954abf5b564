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

struct SloReportData {
    std::string app, version, config_hash;
    EventTime start{}, end{};
    RunTotals totals;
    std::vector<PartitionOffset> inputs;  // after the last record used of each
    std::vector<ObjectiveRow> objectives;  // in the order of the model
    std::vector<ServiceRow> services;      // by name
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
    std::map<ServiceIndex, ServiceRow> services_;
    bool started_ = false;
};

}  // namespace foreshock
