// What fills up by balance. Memory and disk: dx/dt = w0 + w1 * demand - w2 * x, learned from differences over 15 minutes.
// Queues: inflow (completions of the services that feed it, times the usual ratio) less capacity (completions over the
// utilization of the busiest resource that serves it), both medians. One worker only.
#pragma once

#include "engine/base/least_squares.h"
#include "engine/base/quantile_ring.h"
#include "engine/base/time.h"

namespace foreshock {

// Balance of a level x between 0 and 1 that drains and fills.
class FillModel {
public:
    void learn(double seconds, double x, double demand);
    bool usable() const { return usable_; }
    double rate(double x, double demand) const { return coefficients_[0] + coefficients_[1] * demand - coefficients_[2] * x; }
    double per_demand() const { return coefficients_[1]; }
    double pull() const { return -coefficients_[2]; }
    double error() const { return error_; }

    template <class A>
    void archive(A& a) { a(fit_, levels_, sum_x_, sum_demand_, seconds_, demands_, minutes_, coefficients_, error_, usable_); }

private:
    void close_minute();
    LeastSquares<3> fit_;
    static constexpr size_t kSpan = 15;            // minutes of a difference
    QuantileRing<kSpan + 1> levels_, demands_;  // each minute
    double sum_x_ = 0, sum_demand_ = 0, seconds_ = 0;
    int64_t minutes_ = 0;
    std::array<double, 3> coefficients_{};
    double error_ = 0;
    bool usable_ = false;
};

// Balance of a queue in seconds of age, or in entries.
class QueueModel {
public:
    // `fed`: completions per second of what feeds it; `served`: of its owner; `busy`: utilization of the owner's busiest resource;
    // `empty`: nothing waits, so that what is served is what comes in.
    void learn(double seconds, double fed, double served, double busy, bool empty);
    bool usable() const { return minutes_ >= 60 && ratio_ > 0 && capacity_ > 0; }
    double inflow(double fed) const { return ratio_ * fed; }
    double capacity() const { return capacity_; }  // completions per second when the owner is fully busy

    template <class A>
    void archive(A& a) { a(ratios_, capacities_, sums_, seconds_, minutes_, ratio_, capacity_); }

private:
    static constexpr size_t kSamples = 96;              // 8 hours
    QuantileRing<kSamples> ratios_, capacities_;  // each 5 minutes
    std::array<double, 3> sums_{};
    double seconds_ = 0;
    int64_t minutes_ = 0;
    double ratio_ = 0, capacity_ = 0;
};

}  // namespace foreshock
