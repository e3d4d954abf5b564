// The last `kMost` samples of a series taken at an even pace, and quantiles over a stretch of the past: what was usual 20 to 80
// minutes ago. Samples are kept as `Sample` (float or ShortFloat) and not negative; NaN marks one that is missing. One that is put aside
// is there for who asks for it, but not to be learned from. Takes the room of what it holds. One worker only.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "engine/base/quantile.h"

namespace foreshock {

template <size_t kMost, class Sample = float>
class QuantileRing {
public:
    void push(double x) {
        if (size_ == room_ && size_ < kMost) grow();
        if (size_ < kMost) { samples_[size_++] = static_cast<Sample>(x); return; }
        samples_[head_] = static_cast<Sample>(x);
        head_ = static_cast<uint16_t>((head_ + 1) % kMost);
    }
    void push_aside(double x) { push(-x); }
    size_t size() const { return size_; }
    // Sample of `age` paces ago; 0 is the newest. NaN beyond the past that is known.
    double at(size_t age) const { return age < size_ ? std::abs(static_cast<double>(sample(age))) : std::numeric_limits<double>::quiet_NaN(); }
    // Quantile q (0..1) over the samples with from <= age < to, missing ones and those aside left out; NaN when none is there.
    // Linear between neighbours.
    double quantile(double q, size_t from, size_t to) const {
        std::vector<float>& known = quantile_scratch();
        for (size_t age = from; age < std::min<size_t>(to, size_); ++age)
            if (const float x = sample(age); learned(x)) known.push_back(x);
        return quantile_of(known, q);
    }
    // Mean over the same stretch; NaN when no sample is there.
    double mean(size_t from, size_t to) const {
        double sum = 0, n = 0;
        for (size_t age = from; age < std::min<size_t>(to, size_); ++age) {
            const float x = sample(age);
            if (learned(x)) { sum += static_cast<double>(x); n += 1; }
        }
        return n > 0 ? sum / n : std::numeric_limits<double>::quiet_NaN();
    }
    // Greatest of the newest, those aside too; NaN when none is there.
    double most(size_t newest) const {
        double most = std::numeric_limits<double>::quiet_NaN();
        for (size_t age = 0; age < std::min<size_t>(newest, size_); ++age)
            if (const double x = at(age); !(x <= most) && !std::isnan(x)) most = x;
        return most;
    }

    template <class A>
    void archive(A& a) {
        a(size_, head_);
        if (a.restoring()) {
            if (size_ > kMost || head_ >= kMost) { size_ = head_ = 0; a.fail(); }
            room_ = size_;
            samples_ = room_ > 0 ? std::make_unique_for_overwrite<Sample[]>(room_) : nullptr;
        }
        a.numbers(samples_.get(), size_);
    }

private:
    static_assert(kMost < 65536);

    static bool learned(float x) { return !std::isnan(x) && !std::signbit(x); }
    float sample(size_t age) const { return static_cast<float>(samples_[(head_ + size_ - 1 - age) % size_]); }
    void grow() {
        const size_t room = std::min<size_t>(kMost, std::max<size_t>(8, 2 * room_));
        auto wider = std::make_unique_for_overwrite<Sample[]>(room);
        std::copy_n(samples_.get(), size_, wider.get());
        samples_ = std::move(wider);
        room_ = static_cast<uint16_t>(room);
    }

    std::unique_ptr<Sample[]> samples_;
    uint16_t size_ = 0, room_ = 0;
    uint16_t head_ = 0;  // oldest sample once full
};

}  // namespace foreshock
