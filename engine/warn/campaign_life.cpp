#include "engine/warn/campaign_life.h"

#include <algorithm>

#include "engine/base/currency.h"
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

void CampaignLife::decide(const Signals& signals, std::vector<WarningRevision>& said, std::vector<WarningRevision>& open) {
    const auto& calendar = inventory_.model().calendar;
    std::map<std::pair<std::string, std::string>, const CampaignState*> running;
    for (const CampaignState& c : signals.campaigns) running[{calendar[c.entry].name, inventory_.services()[c.service].name}] = &c;
    for (const auto& [key, c] : running) {
        if (!c->missing) continue;
        const bool opens = !open_.contains(key);
        if (opens) open_[key] = {signals.start, signals.end, c->start, c->usual};
        WarningRevision w = missing(signals, *c, key.second, open_[key]);
        open.push_back(w);
        if (opens) said.push_back(std::move(w));
    }
    for (auto it = open_.begin(); it != open_.end();) {
        const auto now = running.find(it->first);
        if (now != running.end() && now->second->missing) {
            ++it;
            continue;
        }
        const auto entry = std::ranges::find(calendar, it->first.first, &CalendarEntry::name);
        if (entry != calendar.end() && entry->expected_ratio && inventory_.find_service(it->first.second) != kNoIndex) {
            WarningRevision w = revision(signals, *entry, it->first.second, it->second);
            const bool came = now != running.end();
            w.revision = 2;
            w.state = WarningState::resolved;
            w.verdict = came ? Verdict::averted : Verdict::came_true;
            w.breached = !came;
            w.sentence = w.service + ": campaign `" + entry->name + (came ? "` has come after all." : "` is over, and did not bring what was expected.");
            said.push_back(std::move(w));
        } else {  // nobody announces it any more
            WarningRevision w = taken_back(app_, it->first.second, "campaign " + it->first.first, it->second.slot, it->second.at, signals.decided_at);
            w.rule = "calendar";
            w.revision = 2;
            w.config_hash = inventory_.model().hash;
            said.push_back(std::move(w));
        }
        it = open_.erase(it);
    }
}

}  // namespace foreshock
