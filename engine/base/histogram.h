// Latency histogram with logarithmic buckets that merges in any order to the same bytes.
// Buckets are the exponent and the first six mantissa bits of the value as a float: 64 a power of two, so the middle of a
// bucket is within 0.8 % of every value in it. After Gil Tene's HdrHistogram: the bits of the number are its bucket.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace foreshock {

class Archive;

class Histogram {
public:
    using Bucket = uint16_t;

    // Bucket of a duration in milliseconds. Zero, negative and NaN fall into the lowest bucket, infinity into the highest.
    static Bucket bucket_of(float ms) {
        if (!(ms > kLowest)) return 0;
        if (ms > kHighest) ms = kHighest;
        return static_cast<Bucket>((std::bit_cast<uint32_t>(ms) >> 17) - kOffset);
    }
    static double middle_of(Bucket b);  // milliseconds

    void add(Bucket b, uint32_t times = 1) {
        const uint32_t i = static_cast<uint32_t>(b) - first_;
        if (i >= counts_.size()) [[unlikely]] return grow_and_add(b, times);
        counts_[i] += times;
    }
    void merge(const Histogram& other);
    void clear() { counts_.clear(); first_ = 0; }

    uint64_t count() const;
    bool empty() const { return counts_.empty(); }
    // Value in milliseconds below which the fraction q (0..1) lies; 0 when empty.
    double quantile(double q) const;
    // Number of entries in buckets whose middle is above `ms`.
    uint64_t count_above(double ms) const;

    void archive(Archive& a);
    bool operator==(const Histogram&) const = default;

private:
    static constexpr float kLowest = 0x1p-10f, kHighest = 0x1p30f;  // 1 microsecond .. 12 days
    static constexpr uint32_t kOffset = (std::bit_cast<uint32_t>(kLowest) >> 17);

    void grow_and_add(Bucket b, uint32_t times);
    void cover(uint32_t first, uint32_t end);

    uint32_t first_ = 0;            // bucket of counts_[0]
    std::vector<uint32_t> counts_;  // grows to the range in use
};

}  // namespace foreshock
