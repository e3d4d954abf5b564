#include "engine/forecast/calendar_evidence.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr double kOdds = 0.7 / 0.3;            // that an entry is true
constexpr double kMoves = 5, kMovesZ = 2.5;    // demand moves: so much more likely
constexpr double kEarly = 0.2, kEarlySeconds = 300;
constexpr double kFade = 120;                  // seconds after the start in which nothing comes
constexpr double kRatioSpread = 0.25;          // of the logarithm of the expected ratio
constexpr double kToPeak = 240, kSooner = 120, kLater = 600;
constexpr Micros kShows = std::chrono::minutes{15};
constexpr double kAhead = 1800, kPast = 7200;

double normal_above(double z) { return 0.5 * std::erfc(z / 1.4142135623730951); }

bool names(const std::vector<std::string>& list, const std::string& name) {
    return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
}

bool covers(const CalendarEntry& e, EventTime now) {
    return std::any_of(e.occurrences.begin(), e.occurrences.end(), [&](const auto& o) { return o.start <= now && now < o.end; });
}

}  // namespace

CalendarEvidence::CalendarEvidence(const Inventory& inventory) : inventory_(inventory) {
    for (const CalendarEntry& e : inventory.model().calendar) {
        if (e.kind != CalendarKind::campaign) continue;
        Campaign c;
        c.entry = &e;
        c.reached.assign(inventory.services().size(), e.services.empty());
        for (const std::string& name : e.services) {
            const ServiceIndex s = inventory.find_service(name);
            if (s == kNoIndex) continue;
            c.services.push_back(s);
            for (const ServiceIndex r : inventory.reach(s)) c.reached[r] = true;
        }
        campaigns_.push_back(std::move(c));
    }
}

void CalendarEvidence::apply(const Signals& signals, const Outlook& o, ServiceIndex owner, GaugeForecast& f) const {
    if (campaigns_.empty() || owner == kNoIndex || o.fills || !(o.baseline > 0)) return;
    for (const Campaign& c : campaigns_) {
        if (owner >= c.reached.size() || !c.reached[owner] || !c.entry->expected_ratio) continue;
        for (const CalendarEntry::Occurrence& when : c.entry->occurrences) {
            const double to_start = to_seconds(when.start - signals.end);
            if (to_start > kAhead || signals.end >= when.end || to_start < -kPast) continue;
            bool moves = false;
            for (const ServiceIndex s : c.services) {
                moves = moves || signals.services[s].volume.z > kMovesZ || signals.services[s].value.z > kMovesZ;
            }
            double odds = kOdds * (moves && to_start < kEarlySeconds ? kMoves : 1) * (to_start > kEarlySeconds ? kEarly : 1);
            if (to_start < 0 && !moves) odds *= std::exp(to_start / kFade);
            const double w = odds / (1 + odds);
            const double need = (f.knee - o.idle) / std::max(1e-9, o.baseline - o.idle);
            const double peak = need > 0 ? normal_above(std::log(need / *c.entry->expected_ratio) / kRatioSpread) : 1;
            // Once demand has stood still for long after the start, the campaign has shown what it is.
            const double shown = to_start < -900 ? std::exp((to_start + 900) / 900) : 1;
            const double joined = w * std::max(peak * shown, f.crossing.probability) + (1 - w) * f.crossing.probability;
            if (f.crossing.probability < 0.1 && joined > f.crossing.probability) {
                const double at = std::max(0.0, to_start) + kToPeak;
                f.breach = at;
                f.breach_early = std::max(10.0, at - kSooner);
                f.breach_late = at + kLater;
                f.crossing.early = f.breach_early;
                f.crossing.median = at;
                f.crossing.late = f.breach_late;
                f.announced = c.entry;
                f.announced_for = when.start;
            }
            f.crossing.probability = joined;
            f.final_level = std::max(f.final_level, o.idle + *c.entry->expected_ratio * (o.baseline - o.idle));
        }
    }
}

std::optional<CalendarEvidence::Nearest> CalendarEvidence::nearest(const Signals& signals, ServiceIndex service) const {
    std::optional<Nearest> best;
    for (const Campaign& c : campaigns_) {
        if (service >= c.reached.size() || !c.reached[service] || !c.entry->expected_ratio) continue;
        for (const CalendarEntry::Occurrence& when : c.entry->occurrences) {
            const double to_start = to_seconds(when.start - signals.end);
            if (to_start > kAhead || signals.end >= when.end || to_start < -kPast) continue;
            if (best && std::abs(best->seconds_to_start) <= std::abs(to_start)) continue;
            double ratio = 0;
            for (const ServiceIndex s : c.services) {
                const DemandState& d = signals.services[s].volume;
                if (d.ratio > ratio) ratio = d.ratio;
            }
            const double rise = *c.entry->expected_ratio - 1;
            best = Nearest{to_start, *c.entry->expected_ratio, ratio > 0 && std::abs(rise) > 0.05 ? (ratio - 1) / rise : 0};
        }
    }
    return best;
}

double CalendarEvidence::announced(ServiceIndex service, EventTime now, Micros ahead) const {
    double most = 0;
    for (const Campaign& c : campaigns_) {
        if (service >= c.reached.size() || !c.reached[service] || !c.entry->expected_ratio) continue;
        const auto near = [&](const auto& o) { return o.start <= now + ahead && now < std::min(o.end, o.start + kShows); };
        if (std::ranges::any_of(c.entry->occurrences, near)) most = std::max(most, *c.entry->expected_ratio);
    }
    return most;
}

bool CalendarEvidence::in_maintenance(ServiceIndex service, const std::string& resource, EventTime now) const {
    for (const CalendarEntry& e : inventory_.model().calendar) {
        if (e.kind != CalendarKind::maintenance || !covers(e, now)) continue;
        const bool all = e.services.empty() && e.resources.empty();
        const bool named_service = !e.services.empty() && names(e.services, inventory_.services()[service].name);
        if (all || named_service || (!e.resources.empty() && names(e.resources, resource))) return true;
    }
    return false;
}

}  // namespace foreshock
