#include "engine/correlate/response_model.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr double kMinute = 60, kTwoDays = 172800;
constexpr size_t kNewestGain = 10;
constexpr double kLeastGain = 0.3, kMostGain = 4;
constexpr int64_t kLeastMinutes = 120;
constexpr double kLeastExplained = 0.25;
constexpr double kSaturated = 0.88;   // above, utilization no longer follows demand
constexpr double kLeastJob = 0.03;
constexpr int64_t kMinutesOfHour = 60;
constexpr double kTogether = 5;       // neighbouring minutes err alike: so many count as one where the fit's own error is told

size_t of_hour(int64_t minute) { return static_cast<size_t>(((minute % kMinutesOfHour) + kMinutesOfHour) % kMinutesOfHour); }

}  // namespace

void ResponseModel::learn(double seconds, EventTime end, const GaugeState& gauge, double volume, double value) {
    const int64_t minute = slot_of(end - Micros{1}, from_seconds(kMinute)).value;
    if (minute != minute_) {
        if (weight_ > 0) close_minute(minute_);
        sums_.fill(0);
        weight_ = 0;
        minute_ = minute;
    }
    if (!(gauge.silent_seconds < kMinute) || !std::isfinite(gauge.utilization) || std::isnan(volume)) return;
    sums_[0] += seconds * gauge.utilization;
    sums_[1] += seconds * volume;
    sums_[2] += seconds * (std::isnan(value) ? 0 : value);
    weight_ += seconds;
}

void ResponseModel::close_minute(int64_t minute) {
    const double u = sums_[0] / weight_, volume = sums_[1] / weight_, value = sums_[2] / weight_;
    ++minutes_;
    if (usable_) {
        const double predicted = coefficients_[0] + coefficients_[1] * volume + coefficients_[2] * value;
        const double ratio = predicted > 1e-3 ? std::clamp(u / predicted, kLeastGain, kMostGain) : 1;
        gains_.push(ratio);
        const double median = gains_.quantile(0.5, kNewestGain, kGains);
        if (!std::isnan(median)) gain_ = median;
        recent_ += 0.3 * (ratio - recent_);
        if (!jobs_) jobs_ = std::make_unique<Jobs>();
        ShortFloat& kept = (*jobs_)[of_hour(minute)];
        const auto job = static_cast<double>(kept);
        const double residual = u - gain_ * predicted;
        const double step = std::max(0.005, 0.3 * std::abs(job));
        kept = ShortFloat(job + std::clamp(residual - job, -step, step));
    }
    if (u < kSaturated) {
        fit_.fade(std::exp(-kMinute / kTwoDays));
        fit_.add({1, volume, value}, u);
    }
    if (minutes_ % 5 != 0 || minutes_ < kLeastMinutes) return;
    const bool priced = value > 0;
    coefficients_ = fit_.solve_not_negative({true, true, priced}, {false, true, true});
    usable_ = fit_.explained(coefficients_) >= kLeastExplained && (coefficients_[1] > 0 || coefficients_[2] > 0);
    scatter_ = fit_.residual(coefficients_);
    const auto inverse = fit_.inverse({true, coefficients_[1] > 0, coefficients_[2] > 0});
    size_t k = 0;
    for (size_t i = 0; i < kCoefficients; ++i)
        for (size_t j = i; j < kCoefficients; ++j) covariance_[k++] = static_cast<float>(kTogether * scatter_ * scatter_ * inverse[i][j]);
}

Response ResponseModel::response() const {
    Response r;
    if (!usable_) return r;
    r.known = true;
    r.idle = std::max(0.0, gain_ * coefficients_[0]);
    r.per_volume = gain_ * coefficients_[1];
    r.per_value = gain_ * coefficients_[2];
    r.scatter = gain_ * scatter_;
    r.covariance = covariance_;
    for (float& v : r.covariance) v *= static_cast<float>(gain_ * gain_);
    return r;
}

double ResponseModel::predict(double volume, double value) const {
    const double load = coefficients_[0] + coefficients_[1] * volume + coefficients_[2] * (std::isnan(value) ? 0 : value);
    return std::max(0.0, gain_ * load);
}

double ResponseModel::cost_ratio() const { return usable_ && gain_ > 0 ? recent_ / gain_ : 1; }

double ResponseModel::job(EventTime end) const {
    const int64_t minute = slot_of(end - Micros{1}, from_seconds(kMinute)).value;
    double most = 0;
    if (!jobs_) return most;
    for (int64_t m = minute - 2; m <= minute + 1; ++m) {
        most = std::max(most, static_cast<double>((*jobs_)[of_hour(m)]));
    }
    return most >= kLeastJob ? most : 0;
}

}  // namespace foreshock
