#include "engine/base/histogram.h"

#include <algorithm>
#include <cmath>

#include "engine/base/archive.h"

namespace foreshock {

double Histogram::middle_of(Bucket b) {
    const uint32_t bits = (static_cast<uint32_t>(b) + kOffset) << 17;
    const double low = std::bit_cast<float>(bits), high = std::bit_cast<float>(bits + (1u << 17));
    return 0.5 * (low + high);
}

void Histogram::cover(uint32_t first, uint32_t end) {
    if (counts_.empty()) {
        first_ = first;
        counts_.assign(end - first, 0);
        return;
    }
    const uint32_t new_first = std::min(first, first_), new_end = std::max<uint32_t>(end, first_ + static_cast<uint32_t>(counts_.size()));
    if (new_first < first_) counts_.insert(counts_.begin(), first_ - new_first, 0);
    first_ = new_first;
    counts_.resize(new_end - new_first, 0);
}

void Histogram::grow_and_add(Bucket b, uint32_t times) {
    constexpr uint32_t kStep = 32;  // half an octave at a time, so that growing is rare
    const uint32_t first = b / kStep * kStep;
    cover(first, first + kStep);
    counts_[b - first_] += times;
}

void Histogram::merge(const Histogram& other) {
    if (other.counts_.empty()) return;
    cover(other.first_, other.first_ + static_cast<uint32_t>(other.counts_.size()));
    uint32_t* to = counts_.data() + (other.first_ - first_);
    for (size_t i = 0; i < other.counts_.size(); ++i) to[i] += other.counts_[i];
}

uint64_t Histogram::count() const {
    uint64_t n = 0;
    for (uint32_t c : counts_) n += c;
    return n;
}

double Histogram::quantile(double q) const {
    const uint64_t n = count();
    if (n == 0) return 0;
    const uint64_t rank = std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(q * static_cast<double>(n))));
    uint64_t seen = 0;
    for (size_t i = 0; i < counts_.size(); ++i) {
        seen += counts_[i];
        if (seen >= rank) return middle_of(static_cast<Bucket>(first_ + i));
    }
    return middle_of(static_cast<Bucket>(first_ + counts_.size() - 1));
}

uint64_t Histogram::count_above(double ms) const {
    uint64_t n = 0;
    for (size_t i = counts_.size(); i-- > 0 && middle_of(static_cast<Bucket>(first_ + i)) > ms;) n += counts_[i];
    return n;
}

void Histogram::archive(Archive& a) { a(first_, counts_); }

}  // namespace foreshock
