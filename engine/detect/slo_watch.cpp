#include "engine/detect/slo_watch.h"

#include <algorithm>
#include <cmath>

#include "engine/base/archive.h"

namespace foreshock {
namespace {

bool excluded(const Slo& slo, EventTime start) {
    return std::ranges::any_of(slo.corrections, [&](const Correction& c) { return c.exclude && c.start <= start && start < c.end; });
}

// Transactions and money count where they happened; a broken window counts as time.
Tally tally_of(const ServiceSlot& s, const Slo& slo) {
    const int64_t failed = slo.indicator == Indicator::latency_quantile ? static_cast<int64_t>(s.latency.count_above(slo.below)) : s.failed;
    const int64_t all = slo.indicator == Indicator::latency_quantile ? static_cast<int64_t>(s.latency.count()) : s.count;
    if (slo.budgeting == Budgeting::transactions) return {all, failed, failed};
    // Returns make money negative; nothing is owed for them.
    const int64_t value = std::max<int64_t>(0, s.value_micro);
    return {value, std::clamp<int64_t>(s.failed_value_micro, 0, value), failed};
}

}  // namespace

void SloWatch::add(EventTime end, const ServiceSlot& s, const Slo& slo) {
    Part p;
    p.end = end;
    p.count = s.count;
    p.failed = s.failed;
    p.value = s.value_micro;
    p.failed_value = s.failed_value_micro;
    if (slo.indicator == Indicator::latency_quantile) p.latency = s.latency;
    parts_.push_back(std::move(p));
    if (parts_.size() > kMostParts) parts_.erase(parts_.begin());
}

void SloWatch::add(EventTime end, const GaugeSlot& g) {
    Part p;
    p.end = end;
    p.weight = g.span_seconds;
    // With a limit the worst instance counts: an age or a fill level of several instances does not add up.
    const bool single = g.instances > 1 && g.worst == g.worst && g.limit > 0;
    p.sum = p.weight * (single ? g.worst * g.limit / g.instances : g.value);
    parts_.push_back(std::move(p));
    if (parts_.size() > kMostParts) parts_.erase(parts_.begin());
}

// What lies before the window, unless it takes more to say anything.
void SloWatch::forget(EventTime now, const Slo& slo) {
    const bool may_stretch = slo.indicator != Indicator::metric;
    int64_t count = 0;
    size_t kept = 0;
    for (auto p = parts_.rbegin(); p != parts_.rend(); ++p, ++kept) {
        const bool outside = p->end <= now - slo.window;
        if (outside && (!may_stretch || count >= kLeastEvidence || p->end <= now - kLongestEvidence)) break;
        count += p->count;
    }
    parts_.erase(parts_.begin(), parts_.end() - static_cast<std::ptrdiff_t>(kept));
}

double SloWatch::of_transactions(EventTime now, const Slo& slo) const {
    if (parts_.empty() || parts_.back().end <= now - slo.window) return kUnknown;  // nothing came in the window
    int64_t count = 0, failed = 0, value = 0, failed_value = 0;
    for (const Part& p : parts_) {
        count += p.count;
        failed += p.failed;
        value += p.value;
        failed_value += p.failed_value;
    }
    if (count < kLeastEvidence) return kUnknown;
    const auto ratio = [](int64_t part, int64_t all) { return all > 0 ? static_cast<double>(part) / static_cast<double>(all) : kUnknown; };
    double found = slo.indicator == Indicator::value_availability ? ratio(failed_value, value) : ratio(failed, count);
    int64_t bad = failed;
    if (slo.indicator == Indicator::latency_quantile) {
        Histogram all;
        for (const Part& p : parts_) all.merge(p.latency);
        if (all.count() < static_cast<uint64_t>(kLeastEvidence)) return kUnknown;
        found = all.quantile(slo.quantile);
        bad = static_cast<int64_t>(all.count_above(slo.below));
    }
    // What lies before the window can show that a promise is broken, if it is no matter of a few transactions; not that it holds now.
    const bool stretched = parts_.front().end <= now - slo.window;
    return stretched && (!(found >= slo.below) || bad < static_cast<int64_t>(slo.least_failures)) ? kUnknown : found;
}

double SloWatch::indicator(const SloSight& sight, const Slo& slo) const {
    switch (slo.indicator) {
        case Indicator::metric: {
            double weight = 0, sum = 0;
            for (const Part& p : parts_) { weight += p.weight; sum += p.sum; }
            return weight > 0 ? sum / weight : kUnknown;
        }
        case Indicator::freshness: return seen_ == EventTime{} ? kUnknown : to_seconds(sight.end - seen_);
        case Indicator::drop: {
            const bool known = sight.volume != nullptr && sight.volume->settled && !std::isnan(sight.volume->ratio);
            return known ? std::max(0.0, 1 - sight.volume->ratio) : kUnknown;
        }
        case Indicator::composite: return sight.composed;
        default: return of_transactions(sight.end, slo);
    }
}

BudgetLedger::Slice SloWatch::slice(const SloSight& sight, const Slo& slo, const SloState& state) const {
    BudgetLedger::Slice s;
    s.start = sight.start;
    s.end = sight.end;
    const int64_t elapsed = sight.elapsed.count() / 1000;
    if (state.excluded) {
        s.excluded_ms = elapsed;
        return s;
    }
    const double value = slo.indicator == Indicator::composite ? sight.owed : state.value;
    const bool unknown = std::isnan(value);
    if (unknown) s.unknown_ms = elapsed;
    if (slo.budgeting != Budgeting::windows) {
        if (sight.service != nullptr) s.tally = tally_of(*sight.service, slo);
        return s;
    }
    if (unknown && !slo.missing_is_bad) return s;
    const bool bad = unknown || value >= slo.below;
    s.tally = {elapsed, bad ? elapsed : 0, bad ? 1 : 0};
    return s;
}

void SloWatch::close(const SloSight& sight, const Slo& slo, const std::vector<ZoneOffset>& zone, SloState& state) {
    if (slo.indicator == Indicator::metric) {
        if (sight.gauge != nullptr) add(sight.end, *sight.gauge);
    } else if (slo.indicator == Indicator::freshness) {
        if (sight.gauge != nullptr || (sight.service != nullptr && sight.service->count > 0)) seen_ = sight.end;
    } else if (sight.service != nullptr && follows_capacity(slo.indicator)) {
        add(sight.end, *sight.service, slo);
    }
    forget(sight.end, slo);
    state.value = indicator(sight, slo);
    state.violated = state.value >= slo.below;
    if (state.violated && !violated_) since_ = sight.start;
    violated_ = state.violated;
    state.since = violated_ ? since_ : EventTime{};
    state.excluded = sight.excluded || excluded(slo, sight.start);
    ledger_.add(slice(sight, slo, state), slo, zone);
    ledger_.report(sight.end, slo, state.budget);
    burning_.assign(state.budget.burn.size(), 0);
    burning_since_.resize(burning_.size());
    for (size_t i = 0; i < burning_.size(); ++i) {
        burning_[i] = state.budget.burn[i].burning;
        burning_since_[i] = state.budget.burn[i].since;
    }
}

void SloWatch::restore(const Slo& slo, SloState& state) const {
    if (!slo.objective || burning_.size() != slo.burn.size() || burning_since_.size() != burning_.size()) return;
    state.budget.burn.resize(burning_.size());
    for (size_t i = 0; i < burning_.size(); ++i) {
        state.budget.burn[i].burning = burning_[i] != 0;
        state.budget.burn[i].since = burning_since_[i];
    }
}

}  // namespace foreshock
