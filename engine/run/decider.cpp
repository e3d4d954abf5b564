#include "engine/run/decider.h"

#include <utility>

#include "engine/base/check.h"

namespace foreshock {
namespace {

constexpr Micros kAdviceInputs = std::chrono::minutes{10};

}  // namespace

Decider::Decider(std::shared_ptr<const Model> model, const EngineOptions& options)
    : options_(options),
      inventory_(std::move(model)),
      window_(inventory_, options),
      detect_(inventory_, options),
      correlate_(inventory_, options),
      forecast_(inventory_, options),
      match_(inventory_, options),
      warn_(inventory_, options),
      warn_rules_(inventory_, options),
      rank_(inventory_),
      stand_(inventory_, options) {}

void Decider::go_on_for(const Decider& before) {
    sinks_ = before.sinks_;
    observers_ = before.observers_;
    next_ = before.next_;
    totals_ = before.totals_;
}

void Decider::decide(SlotIndex slot, const SlotPartial& sums, const Names& names) {
    check(!next_ || slot >= *next_, "slots decided out of order", std::to_string(slot.value));
    const ClosedSlot& closed = window_.close(slot, sums, names);
    const Signals& signals = detect_.close(closed);
    const Correlation& correlation = correlate_.correlate(signals);
    const Forecasts& forecasts = forecast_.forecast(signals, correlation);
    const Firings& firings = match_.match(closed, signals, forecasts);
    const std::span<const WarningRevision> promised = warn_.decide(forecasts, &signals, warn_rules_.count());
    const RuleWarnings& ruled = warn_rules_.decide(firings, warn_.count());
    said_.assign(promised.begin(), promised.end());
    said_.insert(said_.end(), ruled.said.begin(), ruled.said.end());
    open_.assign(warn_.open().begin(), warn_.open().end());
    open_.insert(open_.end(), warn_rules_.open().begin(), warn_rules_.open().end());
    suppressed_.assign(warn_.suppressed().begin(), warn_.suppressed().end());
    suppressed_.insert(suppressed_.end(), warn_rules_.suppressed().begin(), warn_rules_.suppressed().end());
    rank_.rank(closed.end, open_, said_);
    shadow_ = ruled.shadow;
    inputs_.add(closed.start, closed.end, sums, names);
    for (std::vector<WarningRevision>* spoken : {&said_, &shadow_})
        for (WarningRevision& w : *spoken) w.inputs = inputs_.behind(w);
    const Standings& standings = stand_.judge(signals, forecasts);
    next_ = slot.next();
    count(closed, signals, firings, said_);
    totals_.shadow_revisions += shadow_.size();
    for (Observer* o : observers_) o->decided({inventory_, closed, signals, correlation, forecasts, said_, &standings, &firings, shadow_, suppressed_, open_});
    std::vector<CapacityAdvice> advice = capacity_advice(inventory_, options_, forecasts);
    for (CapacityAdvice& a : advice) a.inputs = inputs_.since(closed.end - kAdviceInputs);
    for (Sink* s : sinks_) {
        if (!said_.empty()) s->deliver(said_);
        if (!suppressed_.empty()) s->keep(suppressed_);
        if (!advice.empty()) s->advise(advice);
    }
}

std::optional<SlotIndex> Decider::due(std::optional<SlotIndex> open, SlotIndex last, bool only_open) const {
    check(!next_ || !open || *open >= *next_, "a slot is open that was decided", open ? std::to_string(open->value) : "");
    if (!open && (!next_ || only_open)) return std::nullopt;
    if (open && *open > last && only_open) return std::nullopt;
    const bool far = next_ && open && open->value - next_->value > kLongestGap / options_.slots.length;
    const SlotIndex slot = !next_ || far ? *open : *next_;
    return slot > last ? std::nullopt : std::optional(slot);
}

void Decider::count(const ClosedSlot& slot, const Signals& signals, const Firings& firings, std::span<const WarningRevision> warnings) {
    ++totals_.slots_closed;
    totals_.names_refused[static_cast<size_t>(NameSpace::metric_instance)] += slot.gauges_refused;
    totals_.service_slots_closed += slot.services.size();
    for (const ServiceSlot& s : slot.services) totals_.transactions += static_cast<uint64_t>(s.count);
    for (const SignalChange& c : signals.changes) totals_.spikes += c.opened && c.kind == SignalKind::spike;
    for (const WarningRevision& w : warnings) {
        totals_.warnings_opened += w.state == WarningState::open;
        totals_.warnings_updated += w.state == WarningState::updated;
        totals_.warnings_resolved += w.state == WarningState::resolved;
    }
    totals_.rules = firings.plan->rules.size();
    totals_.rule_keys = firings.keys;
    totals_.rule_keys_refused += firings.keys_refused;
    for (const SuppressedWarning& w : suppressed_)
        if (w.state == SuppressedWarning::State::suppressed) ++(w.by == kBeyondBound ? totals_.warnings_beyond_bound : totals_.warnings_suppressed);
    totals_.services = inventory_.services().size();
    totals_.resources = inventory_.resources().size();
    totals_.gauges = inventory_.gauges().size();
}

}  // namespace foreshock
