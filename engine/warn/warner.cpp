#include "engine/warn/warner.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "engine/base/currency.h"
#include "engine/plan/calendar.h"
#include "engine/warn/campaign_life.h"
#include "engine/warn/life.h"
#include "engine/warn/ranker.h"
#include "engine/warn/sentence.h"
#include "engine/warn/suppression.h"

namespace foreshock {
namespace {

constexpr const char* kCapacityName = "capacity";

using PromiseName = std::pair<std::string, std::string>;  // service and promise; no name: its capacity
using LivesByName = std::map<PromiseName, WarningLife>;

double known(double x) { return std::isnan(x) ? 0 : x; }

bool more_urgent(const BreachForecast& a, const BreachForecast& b) {
    const auto urgency = [](const BreachForecast& f) {
        const double p = f.violated ? 1 : f.probability;
        return std::tuple(f.violated, p * known(f.value_per_minute), p, -f.breach_at.time_since_epoch().count());
    };
    return urgency(a) > urgency(b);
}

}  // namespace

struct Warner::State {
    using Key = std::pair<ServiceIndex, uint32_t>;  // service, number of its promise
    // A promise of which something is to be said, or a warning is open.
    struct Judged {
        const BreachForecast* forecast;
        WarningLife life;
        Say say;
        bool waits;  // for room
        bool asks() const { return waits || say == Say::open; }
    };
    State(const Inventory& i, const EngineOptions& o) : inventory(i), options(o), suppression(i, o.warn), campaigns(i, o.app) {}

    const Inventory& inventory;
    const EngineOptions& options;
    std::map<Key, WarningLife> lives;  // that are not asleep
    size_t awake = 0;       // of them, judged in this slot
    size_t open_places = 0;
    std::vector<Judged> judged;
    LivesByName withdrawn;  // of promises that the model makes no more; until the next slot
    Suppression suppression;
    CampaignLife campaigns;
    std::vector<WarningRevision> said, open;
    std::vector<SuppressedWarning> suppressed;
    bool started = false;
    EventTime last{};

    PromiseName name_of(const Key& key) const;
    std::optional<Key> key_of(const PromiseName& name) const;
    void keep(const Key& key, std::map<Key, WarningLife>::iterator known, const WarningLife& life);
    void share_room(size_t others, EventTime end);
    void end_withdrawn(const Forecasts& slot);
    WarningRevision revision(const BreachForecast& f, const Forecasts& slot, const WarningLife& life, Say say) const;
    void add_driver(const BreachForecast& f, WarningRevision& w) const;
    void add_resource(const BreachForecast& f, WarningRevision& w) const;
    void add_impact(const BreachForecast& f, WarningRevision& w) const;
};

Warner::Warner(const Inventory& inventory, const EngineOptions& options) : state_(std::make_unique<State>(inventory, options)) {}
Warner::~Warner() = default;

std::span<const WarningRevision> Warner::decide(const Forecasts& forecasts, const Signals* signals, size_t others) {
    State& s = *state_;
    const double seconds = to_seconds(forecasts.end - (s.started ? s.last : forecasts.start));
    s.started = true;
    s.last = forecasts.end;
    s.said.clear();
    s.open.clear();
    s.suppression.begin();
    s.awake = 0;
    s.judged.clear();
    for (const BreachForecast& f : forecasts.promises) {
        const State::Key key{f.service, f.slo};
        const auto known = s.lives.find(key);
        WarningLife life = known != s.lives.end() ? known->second : WarningLife{};
        const Say due = life.step(f, s.options.warn, forecasts.start, forecasts.end, seconds);
        s.keep(key, known, life);
        const Say say = s.suppression.judge(f, due, forecasts.end);
        if (say != Say::nothing || life.is_open()) s.judged.push_back({&f, life, say, s.suppression.waits_for_room(f, forecasts.end)});
    }
    s.share_room(others, forecasts.end);
    for (const State::Judged& j : s.judged) {
        const bool open = j.life.is_open() && !s.suppression.silent(*j.forecast, forecasts.end);
        if (j.say == Say::nothing && !open) continue;
        WarningRevision w = s.revision(*j.forecast, forecasts, j.life, j.say);
        if (j.say != Say::nothing) s.said.push_back(w);
        if (open) s.open.push_back(std::move(w));
    }
    s.end_withdrawn(forecasts);
    s.suppression.judge_resources(forecasts.suppressed, forecasts.end);
    s.suppressed = s.suppression.noted();
    const size_t bound = s.options.bounds.open_warnings;
    if (signals != nullptr) s.campaigns.decide(*signals, bound - std::min(bound, others + s.open_places), {s.said, s.open, s.suppressed});
    return s.said;
}

size_t Warner::count() const { return state_->open_places + state_->campaigns.open(); }

// What is open stays so. What would open takes what places there are, the most urgent first; the rest is kept back until there is room.
void Warner::State::share_room(size_t others, EventTime end) {
    std::vector<Judged*> asking;
    open_places = 0;
    for (Judged& j : judged) {
        if (j.asks()) asking.push_back(&j);
        else if (j.life.is_open() && !suppression.holds_back(*j.forecast)) ++open_places;
    }
    const size_t taken = others + campaigns.open() + open_places, bound = options.bounds.open_warnings;
    const size_t places = std::min(asking.size(), bound - std::min(bound, taken));
    if (places < asking.size()) std::ranges::stable_sort(asking, [](const Judged* a, const Judged* b) { return more_urgent(*a->forecast, *b->forecast); });
    for (size_t i = 0; i < asking.size(); ++i) {
        Judged& j = *asking[i];
        if (i < places) suppression.let_in(*j.forecast, end);
        else suppression.keep_for_room(*j.forecast, end);
        j.say = i < places ? Say::open : Say::nothing;
    }
    open_places += places;
}

std::span<const WarningRevision> Warner::open() const { return state_->open; }
std::span<const SuppressedWarning> Warner::suppressed() const { return state_->suppressed; }

WarningRevision Warner::State::revision(const BreachForecast& f, const Forecasts& slot, const WarningLife& life, Say say) const {
    const ServiceEntry& service = inventory.services()[f.service];
    const Slo* slo = f.slo != kCapacityPromise && service.model != nullptr ? &service.model->slos[f.slo] : nullptr;
    WarningRevision w;
    w.service = service.name;
    w.slo = slo != nullptr ? slo->name : kCapacityName;
    w.id = warning_id(options.app, w.service, w.slo, life.opened_start());
    w.revision = life.revision();
    w.state = say == Say::open ? WarningState::open : say == Say::resolve ? WarningState::resolved : WarningState::updated;
    w.verdict = say == Say::resolve ? life.verdict() : Verdict::none;
    w.time = slot.decided_at;
    w.opened_at = life.opened_at();
    w.config_hash = inventory.model().hash;
    w.severity = severity_of(f, slot.end);
    w.breach_at = f.breach_at;
    w.breach_earliest = f.earliest;
    w.breach_latest = f.latest;
    w.act_before = std::max(f.act_before, slot.end);
    w.probability = f.probability;
    w.breached = f.violated;
    w.owner = service.model != nullptr ? service.model->owner : "";
    for (const Reason& r : f.reasons) {
        const FeatureInfo& info = kFeatureTable[static_cast<size_t>(r.reading)];
        w.reasons.push_back({std::string(info.name), std::string(info.says), r.value, r.weight});
    }
    w.grounds = f.grounds;
    w.levels = {options.warn.raise_probability, options.warn.clear_probability};
    add_driver(f, w);
    add_resource(f, w);
    add_impact(f, w);
    w.slo_text = slo != nullptr ? promise_text(*slo) : capacity_promise_text(w.resource.name.empty() ? "resources" : w.resource.name, f.knee);
    w.sentence = sentence_of(w, {f.knee, f.from_trend_only, f.announced, f.announced_for, f.announced_ratio});
    return w;
}

void Warner::State::add_driver(const BreachForecast& f, WarningRevision& w) const {
    w.driver.kind = to_string(f.driver.kind);
    w.driver.series = f.driver.series;
    w.driver.value = f.driver.value;
    w.driver.baseline = f.driver.baseline;
    w.driver.ratio = f.driver.ratio;
    w.driver.since = f.driver.since;
    for (const Contributor& c : f.driver.contributors) w.driver.contributors.push_back({c.dimension, c.value, c.share});
    for (const Cause& c : f.causes) w.causes.push_back({c.node, c.what, c.share});
}

void Warner::State::add_resource(const BreachForecast& f, WarningRevision& w) const {
    if (f.gauge == kNoIndex) return;
    const GaugeEntry& gauge = inventory.gauges()[f.gauge];
    const ResourceEntry& resource = inventory.resources()[gauge.resource];
    w.resource.name = resource.name;
    w.resource.metric = gauge.metric;
    w.resource.kind = to_string(resource.kind);
    w.resource.utilization = f.utilization;
    w.resource.limit = f.limit;
    w.resource.slope_per_min = f.slope_per_min;
    w.resource.headroom = f.headroom;
    WarningRevision::Advice advice;
    advice.action = "raise";
    advice.resource = resource.name;
    advice.unit = "unit";
    advice.amount = f.units_needed;
    if (resource.model != nullptr && resource.model->scaling) {
        const ScalingModel& s = *resource.model->scaling;
        advice.unit = s.unit;
        advice.lead_time_seconds = to_seconds(s.lead_time);
        if (s.cost_per_hour) advice.cost_per_hour = *s.cost_per_hour * f.units_needed;
    }
    if (advice.amount > 0) w.advice.push_back(advice);
}

void Warner::State::add_impact(const BreachForecast& f, WarningRevision& w) const {
    w.impact.value_per_minute = std::max(0.0, known(f.value_per_minute));
    w.impact.at_risk = at_risk(w.impact.value_per_minute);
    w.impact.currency = currency_text(f.currency);
    const ServiceModel* model = inventory.services()[f.service].model;
    if (w.impact.currency.empty() && model != nullptr) w.impact.currency = model->currency;
}

PromiseName Warner::State::name_of(const Key& key) const {
    const ServiceEntry& service = inventory.services()[key.first];
    return {service.name, key.second == kCapacityPromise ? std::string{} : service.model->slos[key.second].name};
}

std::optional<Warner::State::Key> Warner::State::key_of(const PromiseName& name) const {
    const ServiceIndex service = inventory.find_service(name.first);
    if (service == kNoIndex) return std::nullopt;
    if (name.second.empty()) return Key{service, kCapacityPromise};
    const ServiceModel* model = inventory.services()[service].model;
    for (uint32_t k = 0; model != nullptr && k < model->slos.size(); ++k)
        if (model->slos[k].name == name.second) return Key{service, k};
    return std::nullopt;
}

void Warner::State::keep(const Key& key, std::map<Key, WarningLife>::iterator known, const WarningLife& life) {
    if (!life.asleep()) ++awake;
    if (known == lives.end()) {
        if (!life.asleep()) lives.emplace(key, life);
    } else if (life.asleep()) {
        lives.erase(known);
    } else {
        known->second = life;
    }
}

// Warnings whose promise was taken back end without a verdict.
void Warner::State::end_withdrawn(const Forecasts& slot) {
    if (lives.size() > awake) {
        std::set<Key> promised;
        for (const BreachForecast& f : slot.promises) promised.emplace(f.service, f.slo);
        for (auto it = lives.begin(); it != lives.end();) {
            if (!promised.contains(it->first)) withdrawn.emplace(name_of(it->first), it->second);
            it = promised.contains(it->first) ? std::next(it) : lives.erase(it);
        }
    }
    for (auto& [name, life] : std::exchange(withdrawn, {})) {
        const bool quiet = suppression.forget(name, slot.end) || entry_for_service(inventory.model(), CalendarKind::maintenance, name.first, slot.end - Micros{1}) != nullptr;
        if (!life.is_open() || quiet) continue;
        WarningRevision w = taken_back(options.app, name.first, name.second.empty() ? kCapacityName : name.second, life.opened_start(), life.opened_at(), slot.decided_at);
        w.revision = life.revision() + 1;
        w.config_hash = inventory.model().hash;
        said.push_back(std::move(w));
    }
}

// By name: a number of a promise means nothing without its model.
void Warner::archive(Archive& a) {
    State& s = *state_;
    LivesByName lives;
    for (const auto& [key, life] : s.lives) lives.emplace(s.name_of(key), life);
    lives.insert(s.withdrawn.begin(), s.withdrawn.end());
    a(s.started, s.last, lives);
    if (a.restoring()) {
        s.lives.clear();
        s.withdrawn.clear();
        for (auto& [name, life] : lives) {
            if (const auto key = s.key_of(name)) s.lives.emplace(*key, std::move(life));
            else s.withdrawn.emplace(name, std::move(life));
        }
    }
    a(s.suppression, s.campaigns);
}

std::vector<OpenWarning> Warner::open_in(std::string_view archived, const std::string& app) {
    Archive a(archived);
    bool started = false;
    EventTime last{};
    LivesByName lives;
    a(started, last, lives);
    std::vector<OpenWarning> open;
    if (!a.ok()) return open;
    for (const auto& [name, life] : lives) {
        if (!life.is_open()) continue;
        OpenWarning w;
        w.rule = "builtin";
        w.service = name.first;
        w.slo = name.second.empty() ? kCapacityName : name.second;
        w.id = warning_id(app, w.service, w.slo, life.opened_start());
        w.opened_at = life.opened_at();
        w.revision = life.revision();
        open.push_back(std::move(w));
    }
    return open;
}

}  // namespace foreshock
