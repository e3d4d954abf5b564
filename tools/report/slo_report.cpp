#include "tools/report/slo_report.h"

#include <algorithm>

#include "engine/warn/sentence.h"
#include "foreshock_version.h"

namespace foreshock {

SloReport::SloReport(std::string app) {
    data_.app = std::move(app);
    data_.version = kVersion;
}

void SloReport::decided(const DecidedSlot& slot) {
    const Inventory& inventory = slot.inventory;
    if (!started_) data_.start = slot.slot.start;
    started_ = true;
    data_.end = slot.slot.end;
    data_.config_hash = inventory.model().hash;
    for (const ServiceSlot& s : slot.slot.services) {
        ServiceRow& row = services_[s.service];
        if (row.service.empty()) row.service = inventory.services()[s.service].name;
        row.currency = std::max(row.currency, s.currency);
        row.count += s.count;
        row.failed += s.failed;
        row.value_micro += s.value_micro;
        row.failed_value_micro += s.failed_value_micro;
    }
    data_.objectives.resize(slot.signals.slos.size());
    for (size_t k = 0; k < data_.objectives.size(); ++k) {
        const SloState& s = slot.signals.slos[k];
        ObjectiveRow& row = data_.objectives[k];
        if (row.model == nullptr) {
            const ServiceModel& service = *inventory.services()[s.service].model;
            row.model = &service.slos[s.slo];
            row.service = service.name;
            row.owner = service.owner;
            row.slo = row.model->name;
            row.promise = promise_text(*row.model);
        }
        row.budget = s.budget;
        row.indicator = s.value;
        row.violated = s.violated;
    }
}

void SloReport::finish(const RunTotals& totals, std::vector<PartitionOffset> inputs) {
    data_.totals = totals;
    data_.inputs = std::move(inputs);
    for (auto& [index, row] : services_) data_.services.push_back(row);
    std::ranges::sort(data_.services, {}, &ServiceRow::service);
    for (ObjectiveRow& row : data_.objectives) {
        const EventTime from = row.model->period_kind == PeriodKind::rolling ? data_.end - row.model->period : row.budget.from;
        for (const Correction& c : row.model->corrections) {
            const EventTime last = c.exclude ? c.end : c.start + Micros{1};
            if (last > from && c.start < data_.end) row.corrections.push_back(c);
        }
    }
}

}  // namespace foreshock
