// How the utilization of a resource follows demand: w0 + w1 * volume + w2 * value, learned from minute means over about two
// days (least squares; a coefficient of demand that comes out negative is dropped). A slow gain, the median of actual over
// predicted 10 to 70 minutes ago, follows what the coefficients do not: added hosts, a new release. One worker only.
#pragma once

#include <array>
#include <memory>

#include "engine/base/least_squares.h"
#include "engine/base/quantile_ring.h"
#include "engine/base/short_float.h"
#include "engine/correlate/incident.h"
#include "engine/detect/signal.h"

namespace foreshock {

class ResponseModel {
public:
    // One slot of `seconds`: learns. NaN where something is unknown.
    void learn(double seconds, EventTime end, const GaugeState& gauge, double volume, double value);

    // True when demand has explained utilization well enough for at least two hours.
    bool usable() const { return usable_; }
    // Utilization that a demand of these levels would cause now. Only when usable.
    double predict(double volume, double value) const;
    // Change of utilization that a change of demand would cause.
    double predict_change(double volume, double value) const {
        return gain_ * (coefficients_[1] * volume + coefficients_[2] * value);
    }
    // Actual over predicted: now (EWMA of a minute's weight 0.3) over the slow gain. 1 while unknown.
    double cost_ratio() const;
    // As of the last fit, the slow gain with it. Not known unless usable.
    Response response() const;
    // Usual extra utilization from two minutes ago to one ahead: hourly jobs.
    double job(EventTime end) const;

    template <class A>
    void archive(A& a) {
        a(fit_, sums_, weight_, minute_, coefficients_, gains_, jobs_, gain_, recent_, usable_, minutes_);
        for (float& v : covariance_) a(v);
        a(scatter_);
    }

private:
    static constexpr size_t kCoefficients = 3;
    void close_minute(int64_t minute);

    LeastSquares<kCoefficients> fit_;
    std::array<double, 3> sums_{};  // utilization, volume, value
    double weight_ = 0;
    int64_t minute_ = -1;
    std::array<double, kCoefficients> coefficients_{};
    static constexpr size_t kGains = 71;
    QuantileRing<kGains, ShortFloat> gains_;  // each minute
    using Jobs = std::array<ShortFloat, 60>;
    std::unique_ptr<Jobs> jobs_;              // [minute of the hour], median residual; null until there is one
    double gain_ = 1, recent_ = 1;
    std::array<float, 6> covariance_{};  // of the coefficients: upper triangle, row by row
    double scatter_ = 0;
    bool usable_ = false;
    int64_t minutes_ = 0;
};

}  // namespace foreshock
