#include "tools/report/track.h"

#include <cmath>

namespace foreshock {

void Range::merge(const Range& other) {
    if (other.n == 0) return;
    min = n == 0 ? other.min : std::min(min, other.min);
    max = n == 0 ? other.max : std::max(max, other.max);
    n += other.n;
    mean += (other.mean - mean) * (static_cast<float>(other.n) / static_cast<float>(n));
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
    for (const Range& r : ranges_) out = std::max<double>(out, r.mean);
    return out;
}

Track::Slice Track::slice(size_t first, size_t last, size_t n) const {
    Slice out{{}, first, (std::max(last, first + 1) - first + n - 1) / n};
    for (size_t i = first; i < std::min(last, ranges_.size()); ++i) {
        const size_t place = (i - first) / out.group;
        if (place >= out.ranges.size()) out.ranges.resize(place + 1);
        out.ranges[place].merge(ranges_[i]);
    }
    return out;
}

double Track::Slice::greatest() const {
    double out = 0;
    for (const Range& r : ranges) out = r.n == 0 ? out : std::max<double>(out, r.max);
    return out;
}

}  // namespace foreshock
