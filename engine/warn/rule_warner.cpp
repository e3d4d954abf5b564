#include "engine/warn/rule_warner.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "engine/base/currency.h"
#include "engine/plan/calendar.h"
#include "engine/warn/life.h"
#include "engine/warn/ranker.h"
#include "engine/warn/rule_sentence.h"

namespace foreshock {
namespace {

constexpr double kUnknownNumber = std::numeric_limits<double>::quiet_NaN();
constexpr double kMoved = 0.25;                          // of what was said of a number: worth a word
constexpr Micros kReminder = std::chrono::hours{1};      // while nothing has changed

void put_driver(const std::vector<Evidence>& evidence, WarningRevision& w) {
    w.driver.kind = "other";
    w.driver.value = w.driver.baseline = w.driver.ratio = kUnknownNumber;
    for (const Evidence& e : evidence) {
        if (e.kind != ConditionKind::spike && e.kind != ConditionKind::drop) continue;
        w.driver.kind = e.kind == ConditionKind::drop ? "drop" : e.entity.ends_with(" value") ? "value" : "volume";
        w.driver.series = e.entity;
        w.driver.ratio = e.value;
        return;
    }
}

void put_resource(const std::vector<Evidence>& evidence, WarningRevision& w) {
    w.resource.utilization = w.resource.limit = w.resource.slope_per_min = w.resource.headroom = kUnknownNumber;
    for (const Evidence& e : evidence) {
        const size_t space = e.entity.find_last_of(' ');
        if (e.kind != ConditionKind::pressure || space == std::string::npos) continue;
        const std::string name = e.entity.substr(0, space);
        if (!w.resource.name.empty() && w.resource.name != name) continue;
        w.resource.name = name;
        w.resource.metric = e.entity.substr(space + 1);
        w.resource.utilization = e.value;
        w.resource.headroom = 1 - e.value;
        return;
    }
}

}  // namespace

// Null: it has been removed.
const Rule* RuleWarner::rule_of(const Firings& slot, const Name& name) {
    const auto rule = std::ranges::find(slot.plan->rules, name.first, &Rule::name);
    return rule == slot.plan->rules.end() ? nullptr : &*rule;
}

// The rule has not held for as long as it takes until it is over.
bool RuleWarner::calm(const Firings& slot, const Rule& rule, EventTime held_at) { return slot.end - held_at >= std::max(rule.resolve_after, Micros{1}); }

bool RuleWarner::is_of(const Life& life, const Rule& rule) { return life.condition == rule.condition && life.shadow == rule.shadow; }

bool RuleWarner::has_news(const Life& life, const Rule& rule, const std::vector<Evidence>& evidence) {
    if (life.said_definition != rule.definition) return true;
    std::set<std::string_view> seen;
    for (const Evidence& e : evidence) {
        const auto said = life.said_values.find(e.entity);
        if (said == life.said_values.end() || std::abs(e.value - said->second) > kMoved * std::abs(said->second)) return true;
        seen.insert(e.entity);
    }
    return seen.size() != life.said_values.size();
}

size_t RuleWarner::count() const {
    return static_cast<size_t>(std::ranges::count_if(lives_, [](const auto& entry) { return !entry.second.shadow; }));
}

const RuleWarnings& RuleWarner::decide(const Firings& firings, size_t others) {
    out_.said.clear();
    out_.shadow.clear();
    open_now_.clear();
    suppressed_.clear();
    if (firings.plan == nullptr) return out_;
    const size_t taken = others + count(), bound = options_.bounds.open_warnings;
    places_ = bound - std::min(bound, taken);
    for (const RuleFiring& f : firings.firings) hold(firings, f);
    if (!held_.empty()) let_go(firings);
    if (!lives_.empty()) resolve(firings);
    return out_;
}

void RuleWarner::hold(const Firings& slot, const RuleFiring& f) {
    const Rule& rule = slot.plan->rules[f.rule];
    const Name name{rule.name, f.key};
    auto known = lives_.find(name);
    if (known != lives_.end() && !is_of(known->second, rule)) return;  // ends in this slot; the new one opens in the next
    const bool opens = known == lives_.end();
    if (opens) {
        Life life;
        begin(slot, f, rule, life);
        if (keep_back(slot, name, life)) return;
        if (!life.shadow) --places_;
        known = lives_.emplace(name, std::move(life)).first;
    }
    Life& life = known->second;
    life.held_at = slot.end;
    if (!opens && maintenance(life, slot.end - Micros{1}) != nullptr) return;  // stays open, silently
    if (!opens) refresh(life, rule);
    const bool due = opens || slot.end - life.said_at >= (has_news(life, rule, f.evidence) ? options_.warn.repeat : std::max(kReminder, options_.warn.repeat));
    if (due) {
        if (!opens) ++life.revision;
        life.said_at = slot.end;
        life.said_definition = rule.definition;
        life.said_values.clear();
        for (const Evidence& e : f.evidence) life.said_values.emplace(e.entity, e.value);
    }
    if (!due && life.shadow) return;
    WarningRevision w = revision(slot, name, life, opens ? WarningState::open : WarningState::updated);
    add_firing(f, w);
    w.condition = condition_text(rule.when);
    w.sentence = rule_sentence(rule, w, f.since, f.evidence);
    if (!life.shadow) open_now_.push_back(w);
    if (due) say(life, std::move(w));
}

const CalendarEntry* RuleWarner::maintenance(const Life& life, EventTime t) const {
    return entry_for(inventory_.model(), CalendarKind::maintenance, life.service, life.resource, t);
}

void RuleWarner::note(SuppressedWarning::State state, const Firings& slot, const Name& name, const Held& held) {
    SuppressedWarning& w = suppressed_.emplace_back();
    w.state = state;
    w.time = slot.end;
    w.by = held.by;
    w.service = held.service;
    w.slo = name.first;
    w.resource = held.resource;
}

bool RuleWarner::keep_back(const Firings& slot, const Name& name, const Life& life) {
    const CalendarEntry* entry = life.shadow ? nullptr : maintenance(life, slot.end - Micros{1});
    const bool fits = life.shadow || places_ > 0;
    auto held = held_.find(name);
    if (held != held_.end() && entry == nullptr && (fits || held->second.by != kBeyondBound)) {
        note(SuppressedWarning::State::released, slot, name, held->second);
        held = (held_.erase(held), held_.end());
    }
    if (entry == nullptr && fits) return false;
    if (held == held_.end()) {
        held = held_.emplace(name, Held{entry != nullptr ? entry->name : kBeyondBound, life.service, life.resource, {}}).first;
        note(SuppressedWarning::State::suppressed, slot, name, held->second);
    }
    held->second.held_at = slot.end;
    return true;
}

// Of what was kept back and does not hold any more nobody ever hears.
void RuleWarner::let_go(const Firings& slot) {
    for (auto at = held_.begin(); at != held_.end();) {
        const Rule* rule = rule_of(slot, at->first);
        const bool over = rule == nullptr || calm(slot, *rule, at->second.held_at);
        if (over) note(SuppressedWarning::State::ended, slot, at->first, at->second);
        at = over ? held_.erase(at) : std::next(at);
    }
}

void RuleWarner::begin(const Firings& slot, const RuleFiring& f, const Rule& rule, Life& life) const {
    life.condition = rule.condition;
    life.shadow = rule.shadow;
    refresh(life, rule);
    life.opened_start = slot.start;
    life.opened_at = slot.end;
    life.service = rule.by == RuleKey::service ? f.key : f.service == kNoIndex ? "" : inventory_.services()[f.service].name;
    if (rule.by == RuleKey::resource) life.resource = f.key;
    if (f.service != kNoIndex && inventory_.services()[f.service].model != nullptr) life.owner = inventory_.services()[f.service].model->owner;
}

void RuleWarner::refresh(Life& life, const Rule& rule) {
    life.title = rule.title.empty() ? rule.name : rule.title;
    life.labels = rule.labels;
    life.links = rule.links;
    life.critical = rule.critical;
    life.version = rule.version;
}

void RuleWarner::resolve(const Firings& slot) {
    for (auto at = lives_.begin(); at != lives_.end();) {
        auto& [name, life] = *at;
        const Rule* rule = rule_of(slot, name);
        const bool gone = rule == nullptr || !is_of(life, *rule);
        if (!gone) refresh(life, *rule);
        if (!gone && !calm(slot, *rule, life.held_at)) {
            if (slot.end != life.held_at && !life.shadow) open_now_.push_back(calming(slot, name, life));
            ++at;
            continue;
        }
        ++at->second.revision;
        WarningRevision w = revision(slot, name, life, WarningState::resolved);
        put_driver({}, w);
        put_resource({}, w);
        w.sentence = (name.second.empty() ? "" : name.second + ": ") + "over. " +
                     (rule == nullptr ? "The rule '" + name.first + "' was removed." : gone ? "The rule '" + name.first + "' was changed." : life.title + ": said at " + to_clock(life.opened_at) + ", holds no more.");
        say(life, std::move(w));
        at = lives_.erase(at);
    }
}

WarningRevision RuleWarner::calming(const Firings& slot, const Name& name, const Life& life) const {
    WarningRevision w = revision(slot, name, life, WarningState::updated);
    put_driver({}, w);
    put_resource({}, w);
    w.sentence = (name.second.empty() ? "" : name.second + ": ") + life.title + ": held until " + to_clock(life.held_at) + ".";
    return w;
}

WarningRevision RuleWarner::revision(const Firings& slot, const Name& name, const Life& life, WarningState state) const {
    WarningRevision w;
    w.rule = name.first;
    w.key = name.second;
    w.id = warning_id(options_.app, "rule " + name.first, name.second, life.opened_start);
    w.revision = life.revision;
    w.state = state;
    w.time = slot.decided_at;
    w.opened_at = life.opened_at;
    w.rule_version = life.version;
    w.config_hash = slot.plan->hash;
    w.service = life.service;
    w.resource.name = life.resource;
    w.severity = life.critical ? Severity::critical : Severity::warning;
    w.probability = kUnknownNumber;
    w.impact.value_per_minute = w.impact.at_risk = kUnknownNumber;
    w.owner = life.owner;
    w.labels = life.labels;
    w.links = life.links;
    return w;
}

void RuleWarner::add_firing(const RuleFiring& f, WarningRevision& w) const {
    put_driver(f.evidence, w);
    put_resource(f.evidence, w);
    w.driver.since = f.since;
    for (const Evidence& e : f.evidence) w.seen.push_back({std::string(to_string(e.kind)), e.entity, e.value, e.at});
    if (f.value_per_minute > 0) {
        w.impact.value_per_minute = f.value_per_minute;
        w.impact.at_risk = at_risk(f.value_per_minute);
    }
    w.impact.currency = currency_text(f.currency);
    const ServiceModel* model = f.service == kNoIndex ? nullptr : inventory_.services()[f.service].model;
    if (model != nullptr && w.impact.currency.empty()) w.impact.currency = model->currency;
}

void RuleWarner::say(const Life& life, WarningRevision w) { (life.shadow ? out_.shadow : out_.said).push_back(std::move(w)); }

std::vector<OpenWarning> RuleWarner::open_in(std::string_view archived, const std::string& app) {
    Archive a(archived);
    std::map<Name, Life> lives;
    a(lives);
    std::vector<OpenWarning> open;
    if (!a.ok()) return open;
    for (const auto& [name, life] : lives) {
        OpenWarning w;
        w.id = warning_id(app, "rule " + name.first, name.second, life.opened_start);
        w.rule = name.first;
        w.key = name.second;
        w.service = life.service;
        w.opened_at = life.opened_at;
        w.revision = life.revision;
        w.shadow = life.shadow;
        open.push_back(std::move(w));
    }
    return open;
}

}  // namespace foreshock
