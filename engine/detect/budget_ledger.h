// What counts against an error budget, in buckets of time: how fast the budget goes over any of the burn windows, and what is
// left of it for the period. Counts are integers, memory is bounded whatever the period: 60 buckets of a minute, 36 of ten
// minutes, 72 of an hour, and at most 337 for the period. Windows begin at the boundary of a bucket, so that they are up to one
// bucket longer than asked for.
//
// While less time is known than a window is long, what is not known counts as free of failures and as busy as the rest: an
// engine that has just started has no three days that burned. One worker only.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/base/archive.h"
#include "engine/detect/signal.h"
#include "engine/plan/local_time.h"
#include "engine/plan/slo.h"

namespace foreshock {

struct Tally {
    int64_t total = 0, bad = 0;  // in the unit of the budget
    int64_t failures = 0;        // failed transactions, or broken slots
    void add(const Tally& other) { total += other.total; bad += other.bad; failures += other.failures; }
    void remove(const Tally& other) { total -= other.total; bad -= other.bad; failures -= other.failures; }
    template <class A>
    void archive(A& a) { a(total, bad, failures); }
};

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
        a(levels_, sum_, unknown_ms_, excluded_ms_, first_, from_, until_, started_);
        if (a.restoring() && !sane()) a.fail();
    }

    static constexpr size_t kMostPeriodBuckets = 337;

private:
    struct Level {
        int64_t newest = 0;          // number of the last bucket
        std::vector<Tally> buckets;  // oldest first; without a hole
        template <class A>
        void archive(A& a) { a(newest, buckets); }
    };
    struct Levels {
        Level minutes, tens, hours, period;
        template <class A>
        void archive(A& a) { a(minutes, tens, hours, period); }
    };
    static Micros bucket_of_period(const Slo& slo);
    static void roll(Level& level, int64_t bucket, size_t keep, Tally* lost);
    void turn_period(EventTime start, const Slo& slo, const std::vector<ZoneOffset>& zone);
    Tally sum_of(EventTime end, Micros window) const;
    double rate(EventTime end, Micros window, const Slo& slo, const Tally& t) const;
    void report_left(EventTime end, const Slo& slo, BudgetState& state) const;
    bool sane() const;

    Levels levels_;
    Tally sum_;  // of the period
    int64_t unknown_ms_ = 0, excluded_ms_ = 0;  // of the calendar period, or ever
    EventTime first_{}, from_{}, until_{};  // first slice ever; bounds of the running calendar period
    bool started_ = false;
};

}  // namespace foreshock
