#include "tools/report/track.h"

#include <cmath>

namespace foreshock {

void Range::merge(const Range& other) {
    if (other.n == 0) return;
    min = n == 0 ? other.min : std::min(min, other.min);
    max = n == 0 ? other.max : std::max(max, other.max);
    sum += other.sum;
    n += other.n;
}

bool Timeline::extend(SlotIndex slot, Micros length) {
    if (empty()) {
        first_ = last_ = slot;
        length_ = length;
    }
    last_ = std::max(last_, slot);
    if (bucket_of(last_) < kMaxBuckets) return false;
    ++shift_;
    return true;
}

void Track::add(size_t bucket, double x) {
    if (!std::isfinite(x)) return;
    if (bucket >= ranges_.size()) ranges_.resize(bucket + 1);
    ranges_[bucket].add(x);
}

void Track::halve() {
    for (size_t i = 0; i < ranges_.size(); i += 2) {
        Range both = ranges_[i];
        if (i + 1 < ranges_.size()) both.merge(ranges_[i + 1]);
        ranges_[i / 2] = both;
    }
    ranges_.resize((ranges_.size() + 1) / 2);
}

bool Track::known() const {
    return std::ranges::any_of(ranges_, [](const Range& r) { return r.n != 0; });
}

double Track::greatest() const {
    double out = 0;
    for (const Range& r : ranges_) out = r.n == 0 ? out : std::max<double>(out, r.max);
    return out;
}

double Track::greatest_mean() const {
    double out = 0;
    for (const Range& r : ranges_) out = std::max(out, r.mean());
    return out;
}

std::vector<Range> Track::coarse(size_t n) const {
    Track out = *this;
    while (out.ranges_.size() > n) out.halve();
    return out.ranges_;
}

}  // namespace foreshock
