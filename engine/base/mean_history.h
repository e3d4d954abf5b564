// Means of a series over two minutes each, for the last 64 minutes: what it was half an hour ago, without keeping samples.
// NaN marks what is not known. One worker only.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace foreshock {

class MeanHistory {
public:
    MeanHistory() { means_.fill(std::numeric_limits<float>::quiet_NaN()); }

    // `x` over `seconds`; NaN: time passes without a sample.
    void add(double x, double seconds) {
        if (!std::isnan(x)) {
            sum_ += static_cast<float>(x * seconds);
            weight_ += static_cast<float>(seconds);
        }
        elapsed_ += static_cast<float>(seconds);
        while (elapsed_ >= kBucket) {
            head_ = (head_ + 1) % kBuckets;
            means_[head_] = weight_ > 0 ? sum_ / weight_ : std::numeric_limits<float>::quiet_NaN();
            elapsed_ -= kBucket;
            // A sample that stands for longer than a bucket fills every bucket it covers.
            if (elapsed_ < kBucket) sum_ = weight_ = 0;
        }
    }
    // Mean over the buckets that lie between two ages in minutes, at most 64; NaN when none is known.
    double mean(size_t from, size_t to) const {
        double sum = 0, n = 0;
        for (size_t i = from / 2; i < std::min(to / 2, kBuckets); ++i) {
            const float x = at(i);
            if (!std::isnan(x)) { sum += static_cast<double>(x); n += 1; }
        }
        return n > 0 ? sum / n : std::numeric_limits<double>::quiet_NaN();
    }
    double most(size_t from, size_t to) const {
        double most = std::numeric_limits<double>::quiet_NaN();
        for (size_t i = from / 2; i < std::min(to / 2, kBuckets); ++i) {
            const auto x = static_cast<double>(at(i));
            if (!(x <= most) && !std::isnan(x)) most = x;
        }
        return most;
    }

    template <class A>
    void archive(A& a) {
        a(means_, head_, sum_, weight_, elapsed_);
        if (a.restoring() && head_ >= kBuckets) { head_ = 0; a.fail(); }
    }

private:
    static constexpr float kBucket = 120;  // seconds
    static constexpr size_t kBuckets = 32;
    float at(size_t age) const { return means_[(head_ + kBuckets - age) % kBuckets]; }

    std::array<float, kBuckets> means_;
    uint32_t head_ = 0;  // newest
    float sum_ = 0, weight_ = 0, elapsed_ = 0;
};

}  // namespace foreshock
