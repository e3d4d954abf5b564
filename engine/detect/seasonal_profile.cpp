#include "engine/detect/seasonal_profile.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr int64_t kBinSeconds = 300, kBinsOfHour = 12;
constexpr int64_t kSunday = 72;              // its first hour; the week begins as the epoch did, on a Thursday
constexpr size_t kDelay = 18;               // bins that wait before they are learned: 90 minutes
constexpr double kToday = 0.03;             // weight of the newest hour in today's level
constexpr double kForget = 0.9995;          // of a bin's scatter in the next: a week
constexpr float kNewDay = 0.35F;            // weight of the newest day, of the newest week 0.5
constexpr int64_t kFactorBins[]{4, 6, 8, 10, 12, 14, 16};  // 20 to 80 minutes ago

}  // namespace

size_t SeasonalProfile::of_day(int64_t bin) { return static_cast<size_t>(((bin % kBinsOfDay) + kBinsOfDay) % kBinsOfDay); }

size_t SeasonalProfile::of_week(int64_t bin) {
    const int64_t hour = bin >= 0 ? bin / kBinsOfHour : (bin - kBinsOfHour + 1) / kBinsOfHour;
    return static_cast<size_t>(((hour % kHoursOfWeek) + kHoursOfWeek) % kHoursOfWeek);
}

int64_t SeasonalProfile::bin_of(EventTime t) const {
    return slot_of(clock_ == nullptr ? t : clock_->local(t), from_seconds(static_cast<double>(kBinSeconds))).value;
}

void SeasonalProfile::add(EventTime t, double y, double span_seconds, bool learn) {
    const int64_t bin = bin_of(t - Micros{1});
    if (bin != bin_) {
        close_bin();
        bin_ = bin;
    }
    sum_ += y * span_seconds;
    weight_ += span_seconds;
    clean_ = clean_ && learn && !holiday(t - Micros{1});
}

void SeasonalProfile::close_bin() {
    if (weight_ > 0) {
        Pending p;
        p.bin = static_cast<int32_t>(bin_);
        p.mean = clean_ ? static_cast<float>(sum_ / weight_) : std::nanf("");
        if (pending_.empty()) pending_.reserve(kDelay + 1);
        pending_.push_back(p);
    }
    sum_ = weight_ = 0;
    clean_ = true;
    while (pending_.size() > kDelay) {
        learn(pending_.front());
        pending_.erase(pending_.begin());
    }
}

void SeasonalProfile::learn(const Pending& p) {
    if (!std::isnan(p.mean)) {
        if (day_.empty()) day_.assign(kBinsOfDay, ShortFloat(kUnknown));
        ShortFloat& kept = day_[of_day(p.bin)];
        const auto usual = static_cast<float>(kept);
        if (!std::isnan(usual)) {
            hour_sum_ += static_cast<double>(p.mean);
            hour_usual_ += static_cast<double>(usual);
            ++hour_bins_;
        }
        learn_scatter(p);
        kept = ShortFloat(std::isnan(usual) ? p.mean : usual + kNewDay * (p.mean - usual));
    }
    if (of_week(int64_t{p.bin} + 1) != of_week(p.bin)) close_hour(p.bin);
}

void SeasonalProfile::learn_scatter(const Pending& p) {
    const double usual = expected(p.bin);
    if (!(usual > 0)) return;
    const double off = std::min(2.0, std::abs(static_cast<double>(p.mean) / usual - 1));
    scatter_sum_ = kForget * scatter_sum_ + off;
    scatter_weight_ = kForget * scatter_weight_ + 1;
}

void SeasonalProfile::close_hour(int64_t bin) {
    if (hour_bins_ >= kBinsOfHour / 2 && hour_usual_ > 0) {
        const auto ratio = static_cast<float>(std::clamp(hour_sum_ / hour_usual_, 0.05, 20.0));
        if (week_.empty()) week_.assign(kHoursOfWeek, ShortFloat(kUnknown));
        ShortFloat& kept = week_[of_week(bin)];
        const auto week = static_cast<float>(kept);
        const double known = std::isnan(week) ? 1.0 : static_cast<double>(week);
        const double off = std::min(3.0, static_cast<double>(ratio) / (known * today_)) - 1;
        today_ = std::clamp(today_ * (1 + kToday * off), 0.25, 4.0);
        kept = ShortFloat(std::isnan(week) ? ratio : week + 0.5F * (ratio - week));
    }
    hour_sum_ = hour_usual_ = 0;
    hour_bins_ = 0;
}

double SeasonalProfile::shape(int64_t bin) const {
    if (day_.empty()) return std::nan("");
    double sum = 0, n = 0;
    for (int64_t b = bin - 1; b <= bin + 1; ++b) {
        const auto v = static_cast<float>(day_[of_day(b)]);
        if (!std::isnan(v)) { sum += static_cast<double>(v); n += 1; }
    }
    if (n == 0) return std::nan("");
    return sum / n;
}

double SeasonalProfile::at(EventTime t) const { return expected(bin_of(t), holiday(t)); }

double SeasonalProfile::expected(int64_t bin, bool holiday) const {
    const size_t hour = static_cast<size_t>(kSunday) + of_day(bin) / static_cast<size_t>(kBinsOfHour);
    const float week = week_.empty() ? std::nanf("") : static_cast<float>(week_[holiday ? hour : of_week(bin)]);
    return today_ * shape(bin) * (std::isnan(week) ? 1.0 : static_cast<double>(week));
}

double SeasonalProfile::factor(EventTime t, double low, double high) const {
    const double now = at(t);
    if (std::isnan(now)) return 1;
    std::array<double, std::size(kFactorBins)> past;
    past.fill(std::numeric_limits<double>::infinity());
    size_t n = 0;
    for (const int64_t back : kFactorBins) {
        const double v = at(t - from_seconds(static_cast<double>(back * kBinSeconds)));
        if (!std::isnan(v)) past[n++] = v;
    }
    if (n < std::size(kFactorBins) / 2) return 1;
    std::sort(past.begin(), past.end());  // what is unknown goes to the end
    const double median = past[n / 2];
    return median > 0 ? std::clamp(now / median, low, high) : 1;
}

}  // namespace foreshock
