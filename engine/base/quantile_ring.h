// The last samples of a series taken at an even pace, and quantiles over a stretch of the past: what was usual 20 to 80
// minutes ago. Samples are floats; NaN marks one that is missing or is not to be learned from. One worker only.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace foreshock {

class QuantileRing {
public:
    explicit QuantileRing(size_t capacity = 0) : capacity_(static_cast<uint32_t>(capacity)) {}

    void push(double x) {
        if (samples_.size() < capacity_) { samples_.push_back(static_cast<float>(x)); return; }
        samples_[head_] = static_cast<float>(x);
        head_ = (head_ + 1) % capacity_;
    }
    size_t size() const { return samples_.size(); }
    // Sample of `age` paces ago; 0 is the newest. NaN beyond the past that is known.
    double at(size_t age) const {
        if (age >= samples_.size()) return std::numeric_limits<double>::quiet_NaN();
        return static_cast<double>(samples_[(head_ + samples_.size() - 1 - age) % samples_.size()]);
    }
    // Quantile q (0..1) over the samples with from <= age < to, missing ones left out; NaN when none is there.
    // Linear between neighbours.
    double quantile(double q, size_t from, size_t to) const {
        std::vector<float>& sorted = scratch();
        sorted.clear();
        for (size_t age = from; age < std::min(to, samples_.size()); ++age) {
            const double x = at(age);
            if (!std::isnan(x)) sorted.push_back(static_cast<float>(x));
        }
        return quantile_of(sorted, q);
    }
    // Mean over the same stretch; NaN when no sample is there.
    double mean(size_t from, size_t to) const {
        double sum = 0, n = 0;
        for (size_t age = from; age < std::min(to, samples_.size()); ++age) {
            const double x = at(age);
            if (!std::isnan(x)) { sum += x; n += 1; }
        }
        return n > 0 ? sum / n : std::numeric_limits<double>::quiet_NaN();
    }
    size_t known(size_t from, size_t to) const {
        size_t n = 0;
        for (size_t age = from; age < std::min(to, samples_.size()); ++age) n += !std::isnan(at(age));
        return n;
    }

    template <class A>
    void archive(A& a) {
        const uint32_t capacity = capacity_;
        a(capacity_, head_, samples_);
        if (a.restoring() && (capacity_ != capacity || samples_.size() > capacity_ || head_ >= std::max(1U, capacity_))) a.fail();
    }

private:
    static std::vector<float>& scratch() {
        static thread_local std::vector<float> buffer;
        return buffer;
    }
    static double quantile_of(std::vector<float>& x, double q) {
        if (x.empty()) return std::numeric_limits<double>::quiet_NaN();
        const double place = q * static_cast<double>(x.size() - 1);
        const auto below = static_cast<size_t>(place);
        const auto nth = x.begin() + static_cast<std::ptrdiff_t>(below);
        std::nth_element(x.begin(), nth, x.end());
        const double low = static_cast<double>(*nth);
        if (below + 1 >= x.size()) return low;
        const double high = static_cast<double>(*std::min_element(nth + 1, x.end()));
        return low + (high - low) * (place - static_cast<double>(below));
    }

    uint32_t capacity_;
    uint32_t head_ = 0;  // oldest sample once full
    std::vector<float> samples_;
};

}  // namespace foreshock
