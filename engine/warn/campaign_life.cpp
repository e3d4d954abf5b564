#include "engine/warn/campaign_life.h"

#include <algorithm>

#include "engine/base/currency.h"
#include "engine/plan/calendar.h"
#include "engine/warn/life.h"
#include "engine/warn/sentence.h"

namespace foreshock {
namespace {

constexpr double kStakeMinutes = 15;

}  // namespace

WarningRevision CampaignLife::revision(const Signals& signals, const CalendarEntry& entry, const std::string& service, const Open& open) const {
    WarningRevision w;
    w.service = service;
    w.slo = "campaign " + entry.name;
    w.slo_text = "campaign `" + entry.name + "` brings x" + readable_number(*entry.expected_ratio);
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
    w.sentence = service + ": " + w.slo_text + " its usual since " + to_clock(c.start) + ", but demand is at x" + readable_number(c.ratio) + ". Is it live?";
    if (w.impact.value_per_minute > 0) w.sentence += " " + w.impact.currency + " " + readable_number(w.impact.value_per_minute) + " a minute do not come.";
    return w;
}

std::map<std::string, CampaignLife::Name> CampaignLife::speakers(const Running& running) const {
    const auto& calendar = inventory_.model().calendar;
    const auto rank = [&](const Name& name) { return std::pair(open_.contains(name), *calendar[running.at(name)->entry].expected_ratio); };
    std::map<std::string, Name> best;
    for (const auto& [name, c] : running) {
        if (!c->missing) continue;
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

// True while maintenance of the service keeps quiet what would open.
bool CampaignLife::keep_back(const Signals& signals, const Name& name, Out& out) {
    const CalendarEntry* entry = entry_for_service(inventory_.model(), CalendarKind::maintenance, name.second, signals.end - Micros{1});
    if (entry != nullptr && !open_.contains(name) && held_.emplace(name, entry->name).second) note(SuppressedWarning::State::suppressed, signals, name, entry->name, out);
    if (entry != nullptr) return true;
    if (const auto held = held_.find(name); held != held_.end()) {
        note(SuppressedWarning::State::released, signals, name, held->second, out);
        held_.erase(held);
    }
    return false;
}

// Of what was kept back and is missing no more nobody ever hears.
void CampaignLife::let_go(const Signals& signals, const Running& running, Out& out) {
    std::erase_if(held_, [&](const auto& held) {
        const auto now = running.find(held.first);
        const bool over = now == running.end() || !now->second->missing;
        if (over) note(SuppressedWarning::State::ended, signals, held.first, held.second, out);
        return over;
    });
}

void CampaignLife::end(const Signals& signals, const Name& name, const Open& open, bool came, Out& out) const {
    const auto& calendar = inventory_.model().calendar;
    const auto entry = std::ranges::find(calendar, name.first, &CalendarEntry::name);
    const bool announced = entry != calendar.end() && entry->expected_ratio && inventory_.find_service(name.second) != kNoIndex;
    WarningRevision w = announced ? revision(signals, *entry, name.second, open)
                                  : taken_back(app_, name.second, "campaign " + name.first, open.slot, open.at, signals.decided_at);
    w.rule = "calendar";
    w.revision = 2;
    w.config_hash = inventory_.model().hash;
    if (announced) {
        w.state = WarningState::resolved;
        w.verdict = came ? Verdict::averted : Verdict::came_true;
        w.breached = !came;
        w.sentence = w.service + ": campaign `" + entry->name + (came ? "` has come after all." : "` is over, and did not bring what was expected.");
    }
    out.said.push_back(std::move(w));
}

void CampaignLife::decide(const Signals& signals, Out out) {
    Running running;
    for (const CampaignState& c : signals.campaigns) running[{inventory_.model().calendar[c.entry].name, inventory_.services()[c.service].name}] = &c;
    for (const auto& [service, name] : speakers(running)) {
        if (keep_back(signals, name, out)) continue;
        const CampaignState& c = *running.at(name);
        const auto [at, opens] = open_.emplace(name, Open{signals.start, signals.end, c.start, c.usual});
        WarningRevision w = missing(signals, c, service, at->second);
        out.open.push_back(w);
        if (opens) out.said.push_back(std::move(w));
    }
    let_go(signals, running, out);
    for (auto at = open_.begin(); at != open_.end();) {
        const auto now = running.find(at->first);
        if (now != running.end() && now->second->missing) {
            ++at;
            continue;
        }
        end(signals, at->first, at->second, now != running.end(), out);
        at = open_.erase(at);
    }
}

}  // namespace foreshock
