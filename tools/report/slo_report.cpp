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
    follow_campaigns(slot);
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

void SloReport::follow_campaigns(const DecidedSlot& slot) {
    for (const CampaignState& c : slot.signals.campaigns) {
        const CalendarEntry& entry = slot.inventory.model().calendar[c.entry];
        const ServiceEntry& service = slot.inventory.services()[c.service];
        CampaignRow& row = campaigns_[{c.start, entry.name}];
        if (row.campaign.empty()) {
            row.campaign = entry.name;
            row.services = entry.services;
            row.start = c.start;
            row.end = c.end;
            row.expected_ratio = entry.expected_ratio.value_or(kUnknown);
            row.best_ratio = 0;
            if (service.model != nullptr) row.owner = service.model->owner;
        }
        row.best_ratio = std::max(row.best_ratio, c.best);
        row.currency = std::max(row.currency, c.currency);
        row.value = c.so_far;
        row.target = c.target;
        row.projected = c.projected;
    }
}

void SloReport::finish(const RunTotals& totals, std::vector<PartitionOffset> inputs) {
    data_.totals = totals;
    data_.inputs = std::move(inputs);
    for (auto& [index, row] : services_) data_.services.push_back(row);
    std::ranges::sort(data_.services, {}, &ServiceRow::service);
    for (auto& [key, row] : campaigns_) {
        row.over = data_.end >= row.end;
        data_.campaigns.push_back(row);
    }
    for (ObjectiveRow& row : data_.objectives) {
        const EventTime from = row.model->period_kind == PeriodKind::rolling ? data_.end - row.model->period : row.budget.from;
        for (const Correction& c : row.model->corrections) {
            const EventTime last = c.exclude ? c.end : c.start + Micros{1};
            if (last > from && c.start < data_.end) row.corrections.push_back(c);
        }
    }
}

}  // namespace foreshock
