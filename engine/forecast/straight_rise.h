// What rises in a straight line though demand does not: a disk that fills day and night, connections that leak. Nothing in it says that it
// will end, so it is taken to go on about as long as it has lasted (continuation.h with alpha = 1): P(it lasts h more) = A / (A + h).
// Up to where it was before the line began it says nothing: what empties itself has come as far. One gauge; one worker only.
#pragma once

#include <cstdint>

#include "engine/forecast/continuation.h"

namespace foreshock {

class StraightRise {
public:
    // `x`: utilization in a slot of `seconds`, NaN without a sample. `highest`: as far as it has come lately.
    void step(double seconds, double x, double highest);
    double rise() const { return slope() * age_; }  // since the line began, utilization
    // Of the knee from `level` on; probability 0 while there is no line, or it is too short or too noisy to be one.
    Crossing crossing(double level, double knee) const;

    template <class A>
    void archive(A& a) { a(age_, n_, t_, tt_, x_, tx_, steps_, last_, bar_, off_); }

private:
    double slope() const;          // per second
    double off(double x) const;    // of the line, now
    double noise() const;          // of a sample: by how much one differs from the next, so that a bent line is not taken for a noisy one
    void begin(double x, double highest);

    double age_ = 0;  // seconds since the line began
    double n_ = 0, t_ = 0, tt_ = 0, x_ = 0, tx_ = 0, steps_ = 0;  // sums over its samples; of squared steps from one to the next
    double last_ = 0;
    double bar_ = 0;   // `highest` when the line began
    uint8_t off_ = 0;  // samples in a row that lie beside it
};

}  // namespace foreshock
