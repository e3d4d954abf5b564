#include "tools/lead_times.h"

#include <algorithm>

#include <fmt/format.h>

namespace foreshock {

void LeadTimes::decided(const DecidedSlot& slot) {
    for (const WarningRevision& w : slot.warnings)
        if (w.state == WarningState::open && !w.breached && w.rule == "builtin") opened_[w.service].push_back(w.time);
    for (const SuppressedWarning& w : slot.suppressed)
        if (w.state == SuppressedWarning::State::suppressed) kept_back_[{w.service, w.slo}].emplace_back(w.time, w.by);
    for (const SloState& s : slot.signals.slos) {
        const ServiceEntry& service = slot.inventory.services()[s.service];
        if (service.model == nullptr || s.slo >= service.model->slos.size()) continue;
        const Promise promise{service.name, service.model->slos[s.slo].name};
        const auto running = running_.find(promise);
        if (s.violated) {
            Breach& b = running == running_.end() ? running_[promise] : running->second;
            if (running == running_.end()) b = {promise.first, promise.second, s.since, {}, {}, {}};
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
    // Opened while another breach of the service went on, or fulfilled by one that was over before this one began.
    const auto spent = [&all](EventTime opened, const Breach& b) {
        return std::ranges::any_of(all, [&](const Breach& other) {
            if (other.service != b.service || other.start >= b.start) return false;
            const bool during = opened >= other.start && opened <= other.end + kGrace;
            return during || (opened < other.start && other.end < b.start);
        });
    };
    for (Breach& b : all) {
        if (const auto kept = kept_back_.find({b.service, b.slo}); kept != kept_back_.end())
            for (const auto& [t, by] : kept->second)
                if (t >= b.start - kHorizon && t <= b.end) b.kept_back_by = by;
        const auto opened = opened_.find(b.service);
        if (opened == opened_.end()) continue;
        const auto first = std::ranges::find_if(opened->second, [&](EventTime t) {
            return t < b.start && t >= b.start - kHorizon && !spent(t, b);
        });
        if (first != opened->second.end()) b.warned_at = *first;
    }
    std::ranges::sort(all, {}, [](const Breach& b) { return std::tie(b.start, b.service, b.slo); });
    return all;
}

std::string LeadTimes::text(Micros d) {
    const int64_t s = std::chrono::round<std::chrono::seconds>(d).count();
    return s < 60 ? fmt::format("{} s", s) : fmt::format("{} min {} s", s / 60, s % 60);
}

}  // namespace foreshock
