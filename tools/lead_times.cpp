#include "tools/lead_times.h"

#include <algorithm>

#include <fmt/format.h>

namespace foreshock {

void LeadTimes::decided(const DecidedSlot& slot) {
    for (const WarningRevision& w : slot.warnings)
        if (w.state == WarningState::open) opened_[w.service].push_back(w.time);
    for (const SloState& s : slot.signals.slos) {
        const ServiceEntry& service = slot.inventory.services()[s.service];
        if (service.model == nullptr || s.slo >= service.model->slos.size()) continue;
        const Promise promise{service.name, service.model->slos[s.slo].name};
        const auto running = running_.find(promise);
        if (s.violated) {
            Breach& b = running == running_.end() ? running_[promise] : running->second;
            if (running == running_.end()) b = {promise.first, promise.second, s.since, {}, {}};
            b.end = slot.slot.end;
        } else if (running != running_.end()) {
            ended_.push_back(running->second);
            running_.erase(running);
        }
    }
}

std::vector<Breach> LeadTimes::breaches() const {
    std::vector<Breach> all = ended_;
    for (const auto& [promise, breach] : running_) all.push_back(breach);
    std::erase_if(all, [](const Breach& b) { return b.end - b.start < kSustained; });
    for (Breach& b : all) {
        const auto opened = opened_.find(b.service);
        if (opened == opened_.end()) continue;
        for (const EventTime t : opened->second)
            if (t < b.start && t >= b.start - kHorizon && !b.warned_at) b.warned_at = t;
    }
    std::ranges::sort(all, {}, [](const Breach& b) { return std::tie(b.start, b.service, b.slo); });
    return all;
}

std::string LeadTimes::text(Micros d) {
    const int64_t s = std::chrono::round<std::chrono::seconds>(d).count();
    return s < 60 ? fmt::format("{} s", s) : fmt::format("{} min {} s", s / 60, s % 60);
}

}  // namespace foreshock
