#include "engine/detect/campaign_watch.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/plan/calendar.h"

namespace foreshock {
namespace {

constexpr Micros kGrace = std::chrono::minutes{15};  // from the start until it should be seen
constexpr double kEnough = 0.4;                      // of the announced rise
constexpr double kShort = 0.8, kReached = 0.9;       // of the target: below it falls short, from here on it does no more
constexpr double kPaceSeconds = 600;                  // over which the pace is taken
constexpr int kSteps = 48;                           // in which the rest of a campaign is looked at
constexpr double kSteepest = 20;                     // so much more than now the shape of the day may promise

double over(double level, double usual) { return usual > 0 && !std::isnan(level) ? level / usual : 0; }
double or_none(double x) { return std::isnan(x) ? 0 : x; }

// What a service brings from `now` to `end` at this pace, by the shape of its day.
double to_come(ServiceIndex s, double pace, const UsualDemand& usual, EventTime now, EventTime end) {
    const double seconds = to_seconds(end - now), here = usual.at(s, Measure::value, now);
    double shape = 0;
    for (int i = 0; i < kSteps; ++i) {
        const double there = usual.at(s, Measure::value, now + from_seconds(seconds * (i + 0.5) / kSteps));
        shape += here > 0 && !std::isnan(there) ? std::min(there / here, kSteepest) : 1;
    }
    return pace * seconds * shape / kSteps;
}

}  // namespace

CampaignWatch::CampaignWatch(const Inventory& inventory) : inventory_(inventory) {
    const auto& calendar = inventory.model().calendar;
    for (uint32_t e = 0; e < calendar.size(); ++e) {
        if (calendar[e].kind != CalendarKind::campaign || (calendar[e].expected_ratio.value_or(1) <= 1 && !calendar[e].value_target)) continue;
        for (const std::string& name : calendar[e].services) {
            const ServiceIndex s = inventory.find_service(name);
            if (s != kNoIndex) pairs_.push_back({e, s});
        }
    }
    runs_.resize(pairs_.size());
}

// From the slot that ends where it begins, whose demand is what is usual, to the one that ends where it ends.
bool CampaignWatch::follow(Run& run, const CalendarEntry& entry, const ClosedSlot& slot, const ServiceState& s, CampaignState& state) {
    const CalendarEntry::Occurrence* now = occurrence_at(entry, slot.start);
    if (now == nullptr) now = occurrence_at(entry, slot.end);
    if (now == nullptr) {
        run = {};
        return false;
    }
    if (run.start != now->start) {
        run = {};
        run.start = now->start;
        if (s.volume.settled) run.usual = s.volume.baseline;
        if (s.value.settled) run.usual_value = s.value.baseline;
        run.pace = or_none(s.value.level);
    }
    const double ratio = std::max(over(s.volume.level, run.usual), over(s.value.level, run.usual_value));
    run.best = std::max(run.best, ratio);
    state.start = run.start;
    state.end = now->end;
    state.usual = run.usual;
    state.level = s.volume.level;
    state.ratio = run.usual > 0 ? ratio : kUnknown;
    state.best = run.best;
    state.currency = s.currency;
    const double rise = entry.expected_ratio.value_or(1);
    const double wanted = run.usual_value * rise;
    state.missing_value = std::isnan(wanted) ? 0 : std::max(0.0, wanted - or_none(s.value.level));
    state.missing = rise > 1 && run.usual > 0 && slot.end - run.start >= kGrace && run.best < 1 + kEnough * (rise - 1);
    return true;
}

void CampaignWatch::judge_targets(EventTime end, const UsualDemand& usual, std::vector<CampaignState>& out) {
    for (size_t i = 0; i < out.size();) {
        const CalendarEntry& entry = inventory_.model().calendar[out[i].entry];
        size_t next = i;
        double so_far = 0, more = 0;
        for (; next < out.size() && out[next].entry == out[i].entry; ++next) {
            so_far += static_cast<double>(runs_[running_[next]].value_micro) * 1e-6;
            if (entry.value_target) more += to_come(out[next].service, runs_[running_[next]].pace, usual, end, out[next].end);
        }
        out[i].leads = true;
        Run& run = runs_[running_[i]];
        if (entry.value_target) {
            run.short_of_target = end - run.start >= kGrace && so_far + more < *entry.value_target * (run.short_of_target ? kReached : kShort);
            out[i].short_of_target = run.short_of_target;
        }
        for (; i < next; ++i) {
            out[i].so_far = so_far;
            if (!entry.value_target) continue;
            out[i].target = *entry.value_target;
            out[i].projected = so_far + more;
        }
    }
}

void CampaignWatch::close(const ClosedSlot& slot, const std::vector<ServiceState>& services, const UsualDemand& usual, std::vector<CampaignState>& out) {
    out.clear();
    running_.clear();
    if (pairs_.empty()) return;
    const double seconds = to_seconds(slot.length);
    std::map<ServiceIndex, int64_t> brought;
    for (const ServiceSlot& s : slot.services) brought[s.service] = s.value_micro;
    for (size_t i = 0; i < pairs_.size(); ++i) {
        CampaignState state;
        state.entry = pairs_[i].entry;
        state.service = pairs_[i].service;
        if (!follow(runs_[i], inventory_.model().calendar[state.entry], slot, services[state.service], state)) continue;
        if (slot.start >= state.start) {
            const auto came = brought.find(state.service);
            const int64_t value = came == brought.end() ? 0 : came->second;
            runs_[i].value_micro += value;
            runs_[i].pace += (static_cast<double>(value) * 1e-6 / seconds - runs_[i].pace) * (1 - std::exp(-seconds / kPaceSeconds));
        }
        out.push_back(state);
        running_.push_back(i);
    }
    judge_targets(slot.end, usual, out);
}

}  // namespace foreshock
