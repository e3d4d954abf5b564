#include "engine/forecast/calendar_evidence.h"

#include <algorithm>
#include <cmath>

#include "engine/plan/calendar.h"

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
constexpr int kSteps = 48;         // in which a campaign is looked at
constexpr double kGreatest = 20;   // ratio that is believed of a sum of money

double normal_above(double z) { return 0.5 * std::erfc(z / 1.4142135623730951); }

bool names(const std::vector<std::string>& list, const std::string& name) {
    return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
}

bool covers(const CalendarEntry& e, EventTime now) {
    return std::any_of(e.occurrences.begin(), e.occurrences.end(), [&](const auto& o) { return o.start <= now && now < o.end; });
}

}  // namespace

std::optional<double> announced_ratio(const CalendarEntry& campaign, std::span<const ServiceIndex> services, EventTime now, const UsualValue& usual_value) {
    if (campaign.expected_ratio || !campaign.value_target) return campaign.expected_ratio;
    const CalendarEntry::Occurrence* const when = occurrence_from(campaign, now);
    if (when == nullptr) return std::nullopt;
    const double seconds = to_seconds(when->end - when->start);
    double usual = 0;
    for (const ServiceIndex s : services) {
        for (int i = 0; i < kSteps; ++i) {
            const double x = usual_value(s, when->start + from_seconds(seconds * (i + 0.5) / kSteps));
            if (!std::isnan(x)) usual += x * seconds / kSteps;
        }
    }
    const double ratio = *campaign.value_target / usual;
    return usual > 0 && ratio > 1 ? std::optional(std::min(ratio, kGreatest)) : std::nullopt;
}

CalendarEvidence::CalendarEvidence(const Inventory& inventory) : inventory_(inventory) {
    for (const CalendarEntry& e : inventory.model().calendar) {
        if (e.kind != CalendarKind::campaign) continue;
        Campaign c;
        c.entry = &e;
        c.ratio = e.expected_ratio;
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

void CalendarEvidence::begin(const Signals& signals) {
    // By the shape of the day where that is known, else as now.
    const auto usual = [&](ServiceIndex s, EventTime t) {
        const double x = signals.usual == nullptr ? kUnknown : signals.usual->at(s, Measure::value, t);
        return std::isnan(x) ? signals.services[s].value.baseline : x;
    };
    for (Campaign& c : campaigns_)
        if (c.entry->value_target) c.ratio = announced_ratio(*c.entry, c.services, signals.end, usual);
}

void CalendarEvidence::apply(const Signals& signals, const Outlook& o, ServiceIndex owner, GaugeForecast& f) const {
    if (campaigns_.empty() || owner == kNoIndex || o.fills || !(o.baseline > 0)) return;
    for (const Campaign& c : campaigns_) {
        if (owner >= c.reached.size() || !c.reached[owner] || !c.ratio) continue;
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
            const double peak = need > 0 ? normal_above(std::log(need / *c.ratio) / kRatioSpread) : 1;
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
                f.announced_ratio = *c.ratio;
                f.announced_for = when.start;
            }
            f.crossing.probability = joined;
            f.final_level = std::max(f.final_level, o.idle + *c.ratio * (o.baseline - o.idle));
        }
    }
}

std::optional<CalendarEvidence::Nearest> CalendarEvidence::nearest(const Signals& signals, ServiceIndex service) const {
    std::optional<Nearest> best;
    for (const Campaign& c : campaigns_) {
        if (service >= c.reached.size() || !c.reached[service] || !c.ratio) continue;
        for (const CalendarEntry::Occurrence& when : c.entry->occurrences) {
            const double to_start = to_seconds(when.start - signals.end);
            if (to_start > kAhead || signals.end >= when.end || to_start < -kPast) continue;
            if (best && std::abs(best->seconds_to_start) <= std::abs(to_start)) continue;
            double ratio = 0;
            for (const ServiceIndex s : c.services) {
                const DemandState& d = signals.services[s].volume;
                if (d.ratio > ratio) ratio = d.ratio;
            }
            const double rise = *c.ratio - 1;
            best = Nearest{to_start, *c.ratio, ratio > 0 && std::abs(rise) > 0.05 ? (ratio - 1) / rise : 0};
        }
    }
    return best;
}

double CalendarEvidence::announced(ServiceIndex service, EventTime now, Micros ahead) const {
    double most = 0;
    for (const Campaign& c : campaigns_) {
        if (service >= c.reached.size() || !c.reached[service] || !c.ratio) continue;
        const auto near = [&](const auto& o) { return o.start <= now + ahead && now < std::min(o.end, o.start + kShows); };
        if (std::ranges::any_of(c.entry->occurrences, near)) most = std::max(most, *c.ratio);
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
