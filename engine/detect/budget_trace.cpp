#include "engine/detect/budget_trace.h"

#include <algorithm>
#include <limits>

namespace foreshock {
namespace {

constexpr size_t kThinned = 96;  // pieces left by thinning out, which is done once in 32 slots at most

__extension__ using Wide = __int128;

// What falls into `part` of `whole` when it is spread evenly.
int64_t share(int64_t x, Micros part, Micros whole) { return static_cast<int64_t>(static_cast<Wide>(x) * part.count() / whole.count()); }

}  // namespace

void BudgetTrace::Piece::join(const Piece& next) {
    end = next.end;
    counted.tally.add(next.counted.tally);
    counted.ms += next.counted.ms;
}

// How much squared error of the rate it brings. Nothing is lost by joining what is free of failures.
double BudgetTrace::cost_of_joining(const Piece& a, const Piece& b) {
    const double x = to_seconds(a.end - a.start), y = to_seconds(b.end - b.start);
    const double apart = static_cast<double>(a.counted.tally.bad) / x - static_cast<double>(b.counted.tally.bad) / y;
    return x * y / (x + y) * apart * apart;
}

void BudgetTrace::thin_out() {
    while (pieces_.size() > kThinned) {
        size_t best = 0;
        double least = std::numeric_limits<double>::infinity();
        for (size_t i = 0; i + 1 < pieces_.size(); ++i) {
            const double cost = cost_of_joining(pieces_[i], pieces_[i + 1]);
            if (cost < least) { least = cost; best = i; }
        }
        pieces_[best].join(pieces_[best + 1]);
        pieces_.erase(pieces_.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    }
}

void BudgetTrace::add(EventTime start, EventTime end, const Tally& tally, EventTime keep_from) {
    pieces_.erase(pieces_.begin(), std::ranges::find_if(pieces_, [&](const Piece& p) { return p.end > keep_from; }));
    const Piece piece{start, end, {tally, tally.total > 0 ? (end - start).count() / 1000 : 0}};
    const auto alike = [&](const Counted& c) { return c.tally.bad == 0 && tally.bad == 0 && (c.ms > 0) == (piece.counted.ms > 0); };
    if (!pieces_.empty() && alike(pieces_.back().counted)) pieces_.back().join(piece);
    else pieces_.push_back(piece);
    if (pieces_.size() >= kMostPieces) thin_out();
}

BudgetTrace::Counted BudgetTrace::between(EventTime begin, EventTime end) const {
    Counted out;
    for (const Piece& p : pieces_) {
        const Micros overlap = std::min(end, p.end) - std::max(begin, p.start), whole = p.end - p.start;
        if (overlap <= Micros{0}) continue;
        const Tally& t = p.counted.tally;
        out.tally.add({share(t.total, overlap, whole), share(t.bad, overlap, whole), share(t.failures, overlap, whole)});
        out.ms += share(p.counted.ms, overlap, whole);
    }
    return out;
}

}  // namespace foreshock
