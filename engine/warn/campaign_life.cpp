#include "engine/warn/campaign_life.h"

#include <algorithm>

#include "engine/base/currency.h"
#include "engine/plan/calendar.h"
#include "engine/warn/life.h"
#include "engine/warn/sentence.h"

namespace foreshock {
namespace {

constexpr double kStakeMinutes = 15;

bool asked_after(const CampaignState& c) { return c.missing || c.short_of_target; }

std::string money(uint32_t currency, double amount) {
    const std::string text = currency_text(currency);
    return text + (text.empty() ? "" : " ") + readable_number(amount);
}

}  // namespace

WarningRevision CampaignLife::revision(const Signals& signals, const CalendarEntry& entry, const std::string& service, const Open& open) const {
    WarningRevision w;
    w.service = service;
    w.slo = "campaign " + entry.name;
    w.slo_text = "campaign `" + entry.name + "` brings " + (entry.expected_ratio ? "x" + readable_number(*entry.expected_ratio) : money(open.currency, *entry.value_target));
    w.id = warning_id(app_, w.service, w.slo, open.slot);
    w.rule = "calendar";
    w.time = signals.decided_at;
    w.opened_at = open.at;
    w.config_hash = inventory_.model().hash;
    w.breach_at = w.breach_earliest = w.breach_latest = open.start;
    w.act_before = signals.end;
    w.probability = 1;
    w.breached = true;
    w.driver.kind = "drop";
    w.driver.series = service + " volume";
    w.driver.baseline = open.usual;
    w.driver.value = w.driver.ratio = kUnknown;
    w.driver.since = open.start;
    w.resource.utilization = w.resource.limit = w.resource.slope_per_min = w.resource.headroom = kUnknown;
    const ServiceModel* model = inventory_.services()[inventory_.find_service(service)].model;
    if (model != nullptr) w.owner = model->owner;
    return w;
}

WarningRevision CampaignLife::missing(const Signals& signals, const CampaignState& c, const std::string& service, const Open& open) const {
    WarningRevision w = revision(signals, inventory_.model().calendar[c.entry], service, open);
    w.driver.value = c.level;
    w.driver.ratio = c.ratio;
    w.impact.value_per_minute = 60 * c.missing_value;
    w.impact.at_risk = kStakeMinutes * w.impact.value_per_minute;
    w.impact.currency = currency_text(c.currency);
    if (!c.missing) {
        const double missing = c.target - c.projected;
        w.impact.at_risk = missing;
        w.impact.value_per_minute = 60 * missing / std::max(60.0, to_seconds(c.end - signals.end));
        w.sentence = service + ": campaign `" + inventory_.model().calendar[c.entry].name + "` is to bring " + money(c.currency, c.target) + " by " + to_clock(c.end) +
                     ", and at this pace brings " + money(c.currency, c.projected) + " (" + money(c.currency, c.so_far) + " so far).";
        return w;
    }
    w.sentence = service + ": " + w.slo_text + " its usual since " + to_clock(c.start) + ", but demand is at x" + readable_number(c.ratio) + ". Is it live?";
    if (w.impact.value_per_minute > 0) w.sentence += " " + w.impact.currency + " " + readable_number(w.impact.value_per_minute) + " a minute do not come.";
    if (c.short_of_target) w.sentence += " At this pace it brings " + money(c.currency, c.projected) + " of the " + money(c.currency, c.target) + " aimed at.";
    return w;
}

std::map<std::string, CampaignLife::Name> CampaignLife::speakers(const Running& running) const {
    const auto& calendar = inventory_.model().calendar;
    const auto rank = [&](const Name& name) { return std::pair(open_.contains(name), calendar[running.at(name)->entry].expected_ratio.value_or(1)); };
    std::map<std::string, Name> best;
    for (const auto& [name, c] : running) {
        if (!asked_after(*c)) continue;
        const auto [at, first] = best.emplace(name.second, name);
        if (!first && rank(name) > rank(at->second)) at->second = name;
    }
    return best;
}

void CampaignLife::note(SuppressedWarning::State state, const Signals& signals, const Name& name, const std::string& by, Out& out) const {
    SuppressedWarning& w = out.suppressed.emplace_back();
    w.state = state;
    w.time = signals.end;
    w.by = by;
    w.service = name.second;
    w.slo = "campaign " + name.first;
}

// True while maintenance of the service keeps quiet what would open, or there is no place for it.
bool CampaignLife::keep_back(const Signals& signals, const Name& name, size_t places, Out& out) {
    const CalendarEntry* entry = entry_for_service(inventory_.model(), CalendarKind::maintenance, name.second, signals.end - Micros{1});
    const bool is_open = open_.contains(name), fits = is_open || open_.size() < places;
    if (const auto held = held_.find(name); held != held_.end() && entry == nullptr && (fits || held->second != kBeyondBound)) {
        note(SuppressedWarning::State::released, signals, name, held->second, out);
        held_.erase(held);
    }
    if (entry == nullptr && fits) return false;
    const std::string by = entry != nullptr ? entry->name : kBeyondBound;
    if (!is_open && held_.emplace(name, by).second) note(SuppressedWarning::State::suppressed, signals, name, by, out);
    return true;
}

// Of what was kept back and is missing no more nobody ever hears.
void CampaignLife::let_go(const Signals& signals, const Running& running, Out& out) {
    std::erase_if(held_, [&](const auto& held) {
        const auto now = running.find(held.first);
        const bool over = now == running.end() || !asked_after(*now->second);
        if (over) note(SuppressedWarning::State::ended, signals, held.first, held.second, out);
        return over;
    });
}

std::string CampaignLife::last_word(const CalendarEntry& entry, const Open& open, bool came) {
    if (came) return open.by_target ? "` is on its way to " + money(open.currency, *entry.value_target) + " again." : "` has come after all.";
    if (!entry.value_target) return "` is over, and did not bring what was expected.";
    return "` is over, and brought " + money(open.currency, open.so_far) + " of the " + money(open.currency, *entry.value_target) + " aimed at.";
}

void CampaignLife::end(const Signals& signals, const Name& name, const Open& open, bool came, Out& out) const {
    const auto& calendar = inventory_.model().calendar;
    const auto entry = std::ranges::find(calendar, name.first, &CalendarEntry::name);
    const bool announced = entry != calendar.end() && (entry->expected_ratio || entry->value_target) && inventory_.find_service(name.second) != kNoIndex;
    WarningRevision w = announced ? revision(signals, *entry, name.second, open)
                                  : taken_back(app_, name.second, "campaign " + name.first, open.slot, open.at, signals.decided_at);
    w.rule = "calendar";
    w.revision = 2;
    w.config_hash = inventory_.model().hash;
    if (announced) {
        w.state = WarningState::resolved;
        w.verdict = came ? Verdict::averted : Verdict::came_true;
        w.breached = !came;
        w.sentence = w.service + ": campaign `" + entry->name + last_word(*entry, open, came);
    }
    out.said.push_back(std::move(w));
}

void CampaignLife::decide(const Signals& signals, size_t places, Out out) {
    Running running;
    for (const CampaignState& c : signals.campaigns) running[{inventory_.model().calendar[c.entry].name, inventory_.services()[c.service].name}] = &c;
    for (const auto& [service, name] : speakers(running)) {
        if (keep_back(signals, name, places, out)) continue;
        const CampaignState& c = *running.at(name);
        const auto [at, opens] = open_.emplace(name, Open{signals.start, signals.end, c.start, c.usual, c.so_far, c.currency, !c.missing});
        at->second.so_far = c.so_far;
        WarningRevision w = missing(signals, c, service, at->second);
        out.open.push_back(w);
        if (opens) out.said.push_back(std::move(w));
    }
    let_go(signals, running, out);
    for (auto at = open_.begin(); at != open_.end();) {
        const auto now = running.find(at->first);
        if (now != running.end() && asked_after(*now->second)) {
            ++at;
            continue;
        }
        end(signals, at->first, at->second, now != running.end(), out);
        at = open_.erase(at);
    }
}

}  // namespace foreshock
