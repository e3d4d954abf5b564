#include "engine/detect/campaign_watch.h"

#include <algorithm>
#include <cmath>

#include "engine/plan/calendar.h"

namespace foreshock {
namespace {

constexpr Micros kGrace = std::chrono::minutes{15};  // from the start until it should be seen
constexpr double kEnough = 0.4;                      // of the announced rise

double over(double level, double usual) { return usual > 0 && !std::isnan(level) ? level / usual : 0; }

}  // namespace

CampaignWatch::CampaignWatch(const Inventory& inventory) : inventory_(inventory) {
    const auto& calendar = inventory.model().calendar;
    for (uint32_t e = 0; e < calendar.size(); ++e) {
        if (calendar[e].kind != CalendarKind::campaign || calendar[e].expected_ratio.value_or(1) <= 1) continue;
        for (const std::string& name : calendar[e].services) {
            const ServiceIndex s = inventory.find_service(name);
            if (s != kNoIndex) pairs_.push_back({e, s});
        }
    }
    runs_.resize(pairs_.size());
}

void CampaignWatch::close(EventTime end, const std::vector<ServiceState>& services, std::vector<CampaignState>& out) {
    out.clear();
    for (size_t i = 0; i < pairs_.size(); ++i) {
        const CalendarEntry& entry = inventory_.model().calendar[pairs_[i].entry];
        const ServiceState& s = services[pairs_[i].service];
        Run& run = runs_[i];
        const CalendarEntry::Occurrence* now = occurrence_at(entry, end);
        if (now == nullptr) {
            run = {};
            continue;
        }
        if (run.start != now->start) {
            run = {now->start, kUnknown, kUnknown, 0};
            if (s.volume.settled) run.usual = s.volume.baseline;
            if (s.value.settled) run.usual_value = s.value.baseline;
        }
        const double ratio = std::max(over(s.volume.level, run.usual), over(s.value.level, run.usual_value));
        run.best = std::max(run.best, ratio);
        CampaignState& state = out.emplace_back();
        state.entry = pairs_[i].entry;
        state.service = pairs_[i].service;
        state.start = run.start;
        state.usual = run.usual;
        state.level = s.volume.level;
        state.ratio = run.usual > 0 ? ratio : kUnknown;
        const double wanted = run.usual_value * *entry.expected_ratio;
        state.missing_value = std::isnan(wanted) ? 0 : std::max(0.0, wanted - (std::isnan(s.value.level) ? 0 : s.value.level));
        state.currency = s.currency;
        state.missing = run.usual > 0 && end - run.start >= kGrace && run.best < 1 + kEnough * (*entry.expected_ratio - 1);
    }
}

}  // namespace foreshock
