// Which values of the declared dimensions (campaign, channel, …) make up a rise: their rate now (60 s mean) against their
// rate 20 to 60 minutes ago. Bounded: the busiest 64 values of a service. One worker only.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/detect/signal.h"
#include "engine/window/slot.h"

namespace foreshock {

class ContributorTracker {
public:
    void age(EventTime end, double seconds);
    void add(const std::vector<DimensionSlot>& dimensions, double span_seconds);
    // At most 5, each with a share of at least 0.1 and well above its share of usual demand; first the one that is furthest above it, so
    // that a new campaign stands before the channel that has always brought most. `level` and `baseline` are those of the whole demand.
    std::vector<Contributor> split(Measure measure, double level, double baseline,
                                   const std::vector<std::string>& dimension_names) const;

    template <class A>
    void archive(A& a) { a(values_, bucket_, seconds_, past_); }

private:
    static constexpr size_t kBuckets = 7;  // of 10 minutes; [0] is running
    struct Flow {
        double now = 0;
        std::array<float, kBuckets> past{};  // totals
        template <class A>
        void archive(A& a) { a(now, past); }
    };
    struct Entry {
        Flow volume, value;
        template <class A>
        void archive(A& a) { a(volume, value); }
    };
    using Key = std::pair<uint8_t, std::string>;

    double usual(const Flow& f) const;

    std::map<Key, Entry> values_;
    int64_t bucket_ = 0;
    double seconds_ = 0;                    // of the past that is known, at most 7 buckets
    std::array<float, kBuckets> past_{};    // seconds in each bucket
};

}  // namespace foreshock
