#include "engine/detect/budget_ledger.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

namespace foreshock {
namespace {

using namespace std::chrono_literals;

constexpr Micros kMinute = 1min, kTen = 10min, kHour = 1h;
constexpr size_t kMinutes = 61, kTens = 37, kHours = 73;  // one more than full: the running one
constexpr int64_t kPeriodBuckets = 336;

// Number of the bucket that the moment before `end` falls into.
int64_t bucket_before(EventTime end, Micros length) { return slot_of(end - Micros{1}, length).value; }

// Without what is excluded; what is spread over a piece of time may be more than was there.
Tally without(Tally all, const Tally& excluded) {
    all.remove(excluded);
    all.total = std::max<int64_t>(0, all.total);
    all.bad = std::clamp<int64_t>(all.bad, 0, all.total);
    all.failures = std::max<int64_t>(0, all.failures);
    return all;
}

}  // namespace

Micros BudgetLedger::bucket_of_period(const Slo& slo) {
    const int64_t minutes = (slo.period / kPeriodBuckets + kMinute - Micros{1}) / kMinute;
    return kMinute * std::max<int64_t>(1, minutes);
}

template <class Bucket>
void BudgetLedger::Level<Bucket>::roll(int64_t bucket, size_t keep, Bucket& lost) {
    if (buckets.empty()) newest = bucket - 1;
    const int64_t ahead = std::min<int64_t>(bucket - newest, static_cast<int64_t>(keep));
    for (int64_t i = 0; i < ahead; ++i) buckets.append({});
    newest = std::max(newest, bucket);
    if (buckets.size() <= keep) return;
    const size_t gone = buckets.size() - keep;
    for (size_t i = 0; i < gone; ++i) lost.add(Bucket::of(buckets[i]));
    buckets.drop_front(gone);
}

void BudgetLedger::turn_period(EventTime start, const Slo& slo, const std::vector<ZoneOffset>& zone) {
    if (slo.period_kind == PeriodKind::rolling || (started_ && from_ <= start && start < until_)) return;
    from_ = period_start(zone, slo.period_kind, start);
    until_ = next_period_start(zone, slo.period_kind, start);
    sum_ = {};
}

void BudgetLedger::add(const Slice& s, const Slo& slo, const std::vector<ZoneOffset>& zone) {
    turn_period(s.start, slo, zone);
    if (!started_) first_ = s.start;
    started_ = true;
    const auto put = [&](auto& level, const auto& counted, Micros length, size_t keep) {
        std::remove_cvref_t<decltype(counted)> lost;
        level.roll(bucket_before(s.end, length), keep, lost);
        level.buckets.add_to_last(counted.counts());
        return lost;
    };
    put(levels_.minutes, s.tally, kMinute, kMinutes);
    put(levels_.tens, s.tally, kTen, kTens);
    put(levels_.hours, s.tally, kHour, kHours);
    const PeriodTally counted{s.tally, s.unknown_ms, s.excluded_ms};
    if (slo.period_kind == PeriodKind::rolling) {
        const Micros length = bucket_of_period(slo);
        if (levels_.period.buckets.empty() || levels_.period.newest > bucket_before(s.end, length)) {  // the promise was of another period
            levels_.period.buckets.clear();
            sum_ = {};
        }
        sum_.remove(put(levels_.period, counted, length, static_cast<size_t>((slo.period + length - Micros{1}) / length + 1)));
    }
    sum_.add(counted);
    const EventTime period = slo.period_kind == PeriodKind::rolling ? s.end - slo.period : from_;
    trace_.add(s.start, s.end, s.tally, std::min(period, s.end - kHour * static_cast<int64_t>(kHours)));
}

// What was counted and is excluded by now. Exclusions may overlap.
BudgetTrace::Counted BudgetLedger::excluded_since(EventTime begin, EventTime end, const Slo& slo) const {
    std::vector<std::pair<EventTime, EventTime>> excluded;
    for (const Correction& c : slo.corrections)
        if (c.exclude && c.end > begin && c.start < end) excluded.emplace_back(c.start, std::min(end, c.end));
    std::ranges::sort(excluded);
    BudgetTrace::Counted out;
    EventTime done = begin;
    for (const auto& [from, until] : excluded) {
        const BudgetTrace::Counted counted = trace_.between(std::max(done, from), until);
        out.tally.add(counted.tally);
        out.ms += counted.ms;
        done = std::max(done, until);
    }
    return out;
}

Tally BudgetLedger::sum_of(EventTime end, Micros window, const Slo& slo) const {
    const bool minutes = window <= kMinute * static_cast<int64_t>(kMinutes - 1);
    const bool tens = window <= kTen * static_cast<int64_t>(kTens - 1);
    const Level<Tally>& level = minutes ? levels_.minutes : tens ? levels_.tens : levels_.hours;
    const Micros length = minutes ? kMinute : tens ? kTen : kHour;
    const bool whole = end.time_since_epoch().count() % length.count() == 0;
    const auto wanted = static_cast<size_t>((window + length - Micros{1}) / length) + (whole ? 0 : 1);
    const size_t taken = std::min(wanted, level.buckets.size());
    return without(Tally::of(level.buckets.sum(taken)), excluded_since(level.begin(length, taken), end, slo).tally);
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
        const Tally over_long = sum_of(end, rule.long_window, slo), over_short = sum_of(end, rule.short_window, slo);
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
    const EventTime begin = rolling ? levels_.period.begin(bucket_of_period(slo), levels_.period.buckets.size()) : from_;
    state.from = std::max(begin, first_);
    const BudgetTrace::Counted excluded = excluded_since(begin, end, slo);
    const Tally counted = without(sum_.counted, excluded.tally);
    state.total = counted.total;
    state.bad = counted.bad;
    for (const Correction& c : slo.corrections) {
        if (c.exclude || c.start < begin || c.start >= end) continue;
        state.total += c.total;
        state.bad += c.bad;
    }
    state.total = std::max<int64_t>(0, state.total);
    state.bad = std::clamp<int64_t>(state.bad, 0, state.total);
    state.unknown_ms = sum_.unknown_ms;
    state.excluded_ms = sum_.excluded_ms + excluded.ms;
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
