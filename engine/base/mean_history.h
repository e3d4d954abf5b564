// Means of a series over two minutes each, for the last 64 minutes: what it was half an hour ago, without keeping samples.
// NaN marks what is not known. One worker only.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include "engine/base/short_float.h"

namespace foreshock {

class MeanHistory {
public:
    // `x` over `seconds`; NaN: time passes without a sample.
    void add(double x, double seconds) {
        if (!std::isnan(x)) {
            sum_ += static_cast<float>(x * seconds);
            weight_ += static_cast<float>(seconds);
        }
        elapsed_ += static_cast<float>(seconds);
        while (elapsed_ >= kBucket) {
            close_bucket(weight_ > 0 ? static_cast<double>(sum_ / weight_) : std::numeric_limits<double>::quiet_NaN());
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
        a(known_, head_, same_, sum_, weight_, elapsed_, means_);
        if (a.restoring() && (known_ > kBuckets || head_ >= kBuckets)) { known_ = head_ = 0; a.fail(); }
    }

private:
    static constexpr float kBucket = 120;  // seconds
    static constexpr size_t kBuckets = 32;
    using Means = std::array<ShortFloat, kBuckets>;

    float at(size_t age) const {
        if (age >= known_) return std::numeric_limits<float>::quiet_NaN();
        return static_cast<float>(means_ ? (*means_)[(head_ + kBuckets - age) % kBuckets] : same_);
    }
    void close_bucket(double x) {
        const ShortFloat mean(x);
        if (!means_ && known_ > 0 && mean != same_) {
            means_ = std::make_unique<Means>();
            means_->fill(same_);
        }
        head_ = static_cast<uint8_t>((head_ + 1) % kBuckets);
        if (means_) (*means_)[head_] = mean;
        else same_ = mean;
        known_ = static_cast<uint8_t>(std::min<size_t>(known_ + 1U, kBuckets));
    }

    std::unique_ptr<Means> means_;  // null: all are the same
    float sum_ = 0, weight_ = 0, elapsed_ = 0;
    ShortFloat same_;
    uint8_t head_ = 0;   // newest
    uint8_t known_ = 0;  // buckets that have been closed
};

}  // namespace foreshock
