// Numbers over time in bounded memory: whatever the length of the run, a track keeps at most kMaxBuckets ranges.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/base/time.h"

namespace foreshock {

// Smallest, greatest and mean of the known numbers of one stretch of time. None: n is 0.
struct Range {
    float min = 0, max = 0, mean = 0;
    uint32_t n = 0;

    void add(double x) {
        const float f = static_cast<float>(x);
        merge({f, f, f, 1});
    }
    void merge(const Range& other);
};

// The stretches that all tracks of a report share: each as long as a power of two of slots, doubled when they get too
// many. Set by the deciding thread.
class Timeline {
public:
    static constexpr size_t kMaxBuckets = 4096;

    // Takes in a slot, which is not before the first one. True when stretches have just been doubled: halve every
    // track. (Called again and again until it is false.)
    bool extend(SlotIndex slot, Micros length);

    bool empty() const { return length_.count() == 0; }
    size_t bucket_of(SlotIndex slot) const { return static_cast<size_t>((slot.value - first_.value) >> shift_); }
    size_t buckets() const { return empty() ? 0 : bucket_of(last_) + 1; }
    Micros bucket_length() const { return length_ * (int64_t{1} << shift_); }
    EventTime start() const { return slot_start(first_, length_); }
    EventTime end() const { return slot_end(last_, length_); }
    unsigned shift() const { return shift_; }

private:
    SlotIndex first_, last_;
    Micros length_{0};
    unsigned shift_ = 0;
};

class Track {
public:
    // NaN and infinities are unknown: nothing is added.
    void add(size_t bucket, double x);
    void halve();  // pairs of ranges become one

    const std::vector<Range>& ranges() const { return ranges_; }
    bool known() const;            // any number at all
    double greatest() const;       // 0 when none is known
    double greatest_mean() const;  // of one range

    // Ranges of the buckets [first, last), joined in groups so that at most `n` are left; `group` says how many buckets
    // make one.
    struct Slice {
        std::vector<Range> ranges;
        size_t first = 0, group = 1;
        double greatest() const;
    };
    Slice slice(size_t first, size_t last, size_t n) const;

private:
    std::vector<Range> ranges_;
};

}  // namespace foreshock
