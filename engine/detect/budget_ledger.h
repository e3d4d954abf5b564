// What counts against an error budget, in buckets of time: how fast the budget goes over any of the burn windows, and what is
// left of it for the period. Counts are integers, memory is bounded whatever the period: 60 buckets of a minute, 36 of ten
// minutes, 72 of an hour, and at most 337 for the period. Windows begin at the boundary of a bucket, so that they are up to one
// bucket longer than asked for: a rolling period by 1/336 of it or a minute.
//
// While less time is known than a window is long, what is not known counts as free of failures and as busy as the rest: an
// engine that has just started has no three days that burned.
//
// An exclusion that is declared when its time has been counted already takes out what is traced of that time (budget_trace.h); until it
// is taken back. One worker only.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/base/archive.h"
#include "engine/base/count_table.h"
#include "engine/detect/budget_trace.h"
#include "engine/detect/signal.h"
#include "engine/plan/local_time.h"
#include "engine/plan/slo.h"

namespace foreshock {

class BudgetLedger {
public:
    struct Slice {
        EventTime start{}, end{};
        Tally tally;
        int64_t unknown_ms = 0, excluded_ms = 0;
    };
    void add(const Slice& slice, const Slo& slo, const std::vector<ZoneOffset>& zone);
    // Rates and what is left, after `add` of the slice that ends at `end`. `state.burn` is kept from call to call.
    void report(EventTime end, const Slo& slo, BudgetState& state) const;

    template <class A>
    void archive(A& a) {
        a(levels_, sum_, first_, from_, until_, started_, trace_);
        if (a.restoring() && !sane()) a.fail();
    }

    static constexpr size_t kMostPeriodBuckets = 337;

private:
    struct PeriodTally {
        Tally counted;
        int64_t unknown_ms = 0, excluded_ms = 0;
        void add(const PeriodTally& other) { counted.add(other.counted); unknown_ms += other.unknown_ms; excluded_ms += other.excluded_ms; }
        void remove(const PeriodTally& other) { counted.remove(other.counted); unknown_ms -= other.unknown_ms; excluded_ms -= other.excluded_ms; }

        using Counts = std::array<int64_t, 5>;
        Counts counts() const { return {counted.total, counted.bad, counted.failures, unknown_ms, excluded_ms}; }
        static PeriodTally of(const Counts& c) { return {{c[0], c[1], c[2]}, c[3], c[4]}; }
        template <class A>
        void archive(A& a) { a(counted, unknown_ms, excluded_ms); }
    };
    template <class Bucket>
    struct Level {
        int64_t newest = 0;  // number of the last bucket
        CountTable<std::tuple_size_v<typename Bucket::Counts>> buckets;  // oldest first; without a hole
        // Makes `bucket` the newest one; `lost` gets what falls out at the old end.
        void roll(int64_t bucket, size_t keep, Bucket& lost);
        EventTime begin(Micros length, size_t taken) const { return slot_start(SlotIndex{newest + 1 - static_cast<int64_t>(taken)}, length); }
        template <class A>
        void archive(A& a) { a(newest, buckets); }
    };
    struct Levels {
        Level<Tally> minutes, tens, hours;
        Level<PeriodTally> period;
        template <class A>
        void archive(A& a) { a(minutes, tens, hours, period); }
    };
    static Micros bucket_of_period(const Slo& slo);
    void turn_period(EventTime start, const Slo& slo, const std::vector<ZoneOffset>& zone);
    Tally sum_of(EventTime end, Micros window, const Slo& slo) const;
    BudgetTrace::Counted excluded_since(EventTime begin, EventTime end, const Slo& slo) const;
    double rate(EventTime end, Micros window, const Slo& slo, const Tally& t) const;
    void report_left(EventTime end, const Slo& slo, BudgetState& state) const;
    bool sane() const;

    Levels levels_;
    BudgetTrace trace_;
    PeriodTally sum_;  // of the period
    EventTime first_{}, from_{}, until_{};  // first slice ever; bounds of the running calendar period
    bool started_ = false;
};

}  // namespace foreshock
