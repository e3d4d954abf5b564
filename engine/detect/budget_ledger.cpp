#include "engine/detect/budget_ledger.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

using namespace std::chrono_literals;

constexpr Micros kMinute = 1min, kTen = 10min, kHour = 1h;
constexpr size_t kMinutes = 61, kTens = 37, kHours = 73;  // one more than full: the running one
constexpr int64_t kPeriodBuckets = 336;

// Number of the bucket that the moment before `end` falls into.
int64_t bucket_before(EventTime end, Micros length) { return slot_of(end - Micros{1}, length).value; }

}  // namespace

Micros BudgetLedger::bucket_of_period(const Slo& slo) {
    const int64_t hours = (slo.period / kPeriodBuckets + kHour - Micros{1}) / kHour;
    return kHour * std::max<int64_t>(1, hours);
}

// Makes `bucket` the newest one; `lost`, if any, gets what falls out at the old end.
void BudgetLedger::roll(Level& level, int64_t bucket, size_t keep, Tally* lost) {
    if (level.buckets.empty()) level.newest = bucket - 1;
    const int64_t ahead = std::min<int64_t>(bucket - level.newest, static_cast<int64_t>(keep));
    for (int64_t i = 0; i < ahead; ++i) level.buckets.emplace_back();
    level.newest = std::max(level.newest, bucket);
    if (level.buckets.size() <= keep) return;
    const auto end = level.buckets.begin() + static_cast<std::ptrdiff_t>(level.buckets.size() - keep);
    if (lost != nullptr) for (auto it = level.buckets.begin(); it != end; ++it) lost->add(*it);
    level.buckets.erase(level.buckets.begin(), end);
}

void BudgetLedger::turn_period(EventTime start, const Slo& slo, const std::vector<ZoneOffset>& zone) {
    if (slo.period_kind == PeriodKind::rolling || (started_ && from_ <= start && start < until_)) return;
    from_ = period_start(zone, slo.period_kind, start);
    until_ = next_period_start(zone, slo.period_kind, start);
    sum_ = {};
    unknown_ms_ = excluded_ms_ = 0;
}

void BudgetLedger::add(const Slice& s, const Slo& slo, const std::vector<ZoneOffset>& zone) {
    turn_period(s.start, slo, zone);
    if (!started_) first_ = s.start;
    started_ = true;
    const auto put = [&](Level& level, Micros length, size_t keep, Tally* lost) {
        roll(level, bucket_before(s.end, length), keep, lost);
        level.buckets.back().add(s.tally);
    };
    put(levels_.minutes, kMinute, kMinutes, nullptr);
    put(levels_.tens, kTen, kTens, nullptr);
    put(levels_.hours, kHour, kHours, nullptr);
    if (slo.period_kind == PeriodKind::rolling) {
        const Micros length = bucket_of_period(slo);
        Tally lost;
        put(levels_.period, length, static_cast<size_t>((slo.period + length - Micros{1}) / length + 1), &lost);
        sum_.remove(lost);
    }
    sum_.add(s.tally);
    unknown_ms_ += s.unknown_ms;
    excluded_ms_ += s.excluded_ms;
}

Tally BudgetLedger::sum_of(EventTime end, Micros window) const {
    const bool minutes = window <= kMinute * static_cast<int64_t>(kMinutes - 1);
    const bool tens = window <= kTen * static_cast<int64_t>(kTens - 1);
    const Level& level = minutes ? levels_.minutes : tens ? levels_.tens : levels_.hours;
    const Micros length = minutes ? kMinute : tens ? kTen : kHour;
    const bool whole = end.time_since_epoch().count() % length.count() == 0;
    const auto wanted = static_cast<size_t>((window + length - Micros{1}) / length) + (whole ? 0 : 1);
    Tally sum;
    for (size_t i = level.buckets.size() - std::min(wanted, level.buckets.size()); i < level.buckets.size(); ++i) sum.add(level.buckets[i]);
    return sum;
}

double BudgetLedger::rate(EventTime end, Micros window, const Slo& slo, const Tally& t) const {
    if (t.total <= 0) return kUnknown;
    const double asked = to_seconds(window), known = std::min(asked, to_seconds(end - first_));
    const double all = slo.budgeting == Budgeting::windows ? std::max(static_cast<double>(t.total), 1000 * asked)
                                                           : static_cast<double>(t.total) * asked / known;
    return static_cast<double>(t.bad) / all / (1 - *slo.objective);
}

void BudgetLedger::report(EventTime end, const Slo& slo, BudgetState& state) const {
    report_left(end, slo, state);
    if (!slo.objective) return;
    state.burn.resize(slo.burn.size());
    for (size_t i = 0; i < slo.burn.size(); ++i) {
        const BurnRule& rule = slo.burn[i];
        BurnState& b = state.burn[i];
        b.long_window = rule.long_window;
        b.short_window = rule.short_window;
        b.factor = rule.factor;
        const Tally over_long = sum_of(end, rule.long_window), over_short = sum_of(end, rule.short_window);
        b.long_rate = rate(end, rule.long_window, slo, over_long);
        b.short_rate = rate(end, rule.short_window, slo, over_short);
        const bool enough = over_long.failures >= static_cast<int64_t>(slo.least_failures);
        const bool burning = enough && b.long_rate >= rule.factor && b.short_rate >= rule.factor;
        if (burning && !b.burning) b.since = end;
        if (!burning) b.since = EventTime{};
        b.burning = burning;
    }
}

void BudgetLedger::report_left(EventTime end, const Slo& slo, BudgetState& state) const {
    const bool rolling = slo.period_kind == PeriodKind::rolling;
    const EventTime begin = rolling ? end - slo.period : from_;
    state.from = std::max(begin, first_);
    state.total = sum_.total;
    state.bad = sum_.bad;
    for (const Correction& c : slo.corrections) {
        if (c.exclude || c.start < begin || c.start >= end) continue;
        state.total += c.total;
        state.bad += c.bad;
    }
    state.total = std::max<int64_t>(0, state.total);
    state.bad = std::clamp<int64_t>(state.bad, 0, state.total);
    state.unknown_ms = unknown_ms_;
    state.excluded_ms = excluded_ms_;
    state.kept = state.left = kUnknown;
    if (state.total == 0) return;
    state.kept = 1 - static_cast<double>(state.bad) / static_cast<double>(state.total);
    if (!slo.objective) return;
    const double length = to_seconds(rolling ? slo.period : until_ - from_);
    const double known = std::min(length, to_seconds(end - state.from));
    const double all = slo.budgeting == Budgeting::windows ? std::max(static_cast<double>(state.total), 1000 * length)
                                                           : static_cast<double>(state.total) * length / known;
    state.left = 1 - static_cast<double>(state.bad) / ((1 - *slo.objective) * all);
}

bool BudgetLedger::sane() const {
    return levels_.minutes.buckets.size() <= kMinutes && levels_.tens.buckets.size() <= kTens && levels_.hours.buckets.size() <= kHours &&
           levels_.period.buckets.size() <= kMostPeriodBuckets;
}

}  // namespace foreshock
