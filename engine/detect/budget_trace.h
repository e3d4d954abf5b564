// When a budget went: what was counted, over time, so that an exclusion declared afterwards can take it out again. Sharp where much
// went, coarse where little did: at most kMostPieces, of which those are joined whose rates differ least (Ward, "Hierarchical grouping
// to optimize an objective function", 1963). Within a piece what was counted is spread evenly.
//
// One worker only.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/base/archive.h"
#include "engine/base/time.h"

namespace foreshock {

struct Tally {
    int64_t total = 0, bad = 0;  // in the unit of the budget
    int64_t failures = 0;        // failed transactions, or broken slots
    void add(const Tally& other) { total += other.total; bad += other.bad; failures += other.failures; }
    void remove(const Tally& other) { total -= other.total; bad -= other.bad; failures -= other.failures; }

    using Counts = std::array<int64_t, 3>;
    Counts counts() const { return {total, bad, failures}; }
    static Tally of(const Counts& c) { return {c[0], c[1], c[2]}; }
    template <class A>
    void archive(A& a) { a(total, bad, failures); }
};

class BudgetTrace {
public:
    struct Counted {
        Tally tally;
        int64_t ms = 0;  // of time in which something was counted
    };
    // What was counted from `start` to `end`; calls come in order. What ended before `keep_from` is forgotten.
    void add(EventTime start, EventTime end, const Tally& tally, EventTime keep_from);
    Counted between(EventTime begin, EventTime end) const;

    template <class A>
    void archive(A& a) {
        a(pieces_);
        if (a.restoring() && pieces_.size() > kMostPieces) a.fail();
    }

    static constexpr size_t kMostPieces = 128;

private:
    struct Piece {
        EventTime start{}, end{};
        Counted counted;
        template <class A>
        void archive(A& a) { a(start, end, counted.tally, counted.ms); }
        void join(const Piece& next);
    };
    static double cost_of_joining(const Piece& a, const Piece& b);
    void thin_out();

    std::vector<Piece> pieces_;  // in order of time; they do not overlap
};

}  // namespace foreshock
