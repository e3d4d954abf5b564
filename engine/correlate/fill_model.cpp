#include "engine/correlate/fill_model.h"

#include <cmath>

namespace foreshock {
namespace {

constexpr double kMinute = 60, kTwoDays = 172800;
constexpr int64_t kLeastMinutes = 180;
constexpr double kQueuePace = 300;

}  // namespace

void FillModel::learn(double seconds, double x, double demand) {
    if (std::isnan(x) || std::isnan(demand)) return;
    sum_x_ += seconds * x;
    sum_demand_ += seconds * demand;
    seconds_ += seconds;
    if (seconds_ >= kMinute) close_minute();
}

void FillModel::close_minute() {
    levels_.push(sum_x_ / seconds_);
    demands_.push(sum_demand_ / seconds_);
    sum_x_ = sum_demand_ = seconds_ = 0;
    ++minutes_;
    if (minutes_ % 5 != 0 || levels_.size() <= kSpan) return;
    double demand = 0, x = 0;
    for (size_t age = 0; age < kSpan; ++age) {
        demand += demands_.at(age) / kSpan;
        x += levels_.at(age) / kSpan;
    }
    const double rate = (levels_.at(0) - levels_.at(kSpan)) / (kMinute * kSpan);
    fit_.fade(std::exp(-5 * kMinute / kTwoDays));
    fit_.add({1, demand, -x}, rate);
    if (minutes_ < kLeastMinutes || minutes_ % 30 != 0) return;
    coefficients_ = fit_.solve_not_negative({true, true, true}, {false, true, true});
    error_ = fit_.residual(coefficients_);
    usable_ = true;
}

void QueueModel::learn(double seconds, double fed, double served, double busy, bool empty) {
    if (std::isnan(fed) || std::isnan(served) || std::isnan(busy) || !empty) return;
    sums_[0] += seconds * fed;
    sums_[1] += seconds * served;
    sums_[2] += seconds * busy;
    seconds_ += seconds;
    if (seconds_ < kQueuePace) return;
    if (sums_[0] > 0) ratios_.push(sums_[1] / sums_[0]);
    if (sums_[2] > 0.02 * seconds_) capacities_.push(sums_[1] / sums_[2]);
    minutes_ += static_cast<int64_t>(seconds_ / kMinute);
    sums_.fill(0);
    seconds_ = 0;
    ratio_ = ratios_.size() > 0 ? ratios_.quantile(0.5, 0, kSamples) : 0;
    capacity_ = capacities_.size() > 0 ? capacities_.quantile(0.5, 0, kSamples) : 0;
}

}  // namespace foreshock
