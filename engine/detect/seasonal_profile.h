// Usual shape of a series over the day and the week, learned as it goes: 288 means of five minutes of the day, and for each
// hour of the week the ratio of that hour to its hour of the day. What is judged now is learned 90 minutes later, and not at
// all while it is flagged, so that the profile does not learn the ramp. Times of day are those of a clock; the hours that a daylight-saving day lacks or has twice
// are nothing special. A holiday is taken as a Sunday and not learned. One worker only.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/base/short_float.h"
#include "engine/base/time.h"
#include "engine/detect/day_clock.h"

namespace foreshock {

class SeasonalProfile {
public:
    // The clock outlives the profile; it is not part of what is archived. Null: UTC.
    void set_clock(const DayClock* clock) { clock_ = clock; }

    // Mean `y` over the `span_seconds` that end at `t`.
    void add(EventTime t, double y, double span_seconds, bool learn);
    // Usual value at `t`: 15-minute mean about it. NaN while no earlier day is known.
    double at(EventTime t) const;
    // at(t) over the median of at() 20 to 80 minutes before t, within [low, high]; 1 while unknown.
    double factor(EventTime t, double low, double high) const;
    // Usual deviation of five-minute means from at(), as a share of it; NaN before three days of past.
    double scatter() const { return scatter_weight_ >= kLeastBins ? scatter_sum_ / scatter_weight_ : kUnknown; }

    template <class A>
    void archive(A& a) {
        a(day_, week_, pending_, sum_, weight_, clean_, bin_, hour_sum_, hour_usual_, hour_bins_, scatter_sum_, scatter_weight_, today_);
        const bool whole = (day_.empty() || day_.size() == kBinsOfDay) && (week_.empty() || week_.size() == kHoursOfWeek);
        if (!whole) { day_.clear(); week_.clear(); a.fail(); }
    }

private:
    static constexpr int64_t kBinsOfDay = 288, kHoursOfWeek = 168;
    static constexpr double kLeastBins = 576;  // two days with an earlier day known
    static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

    struct Pending {
        int32_t bin = 0;  // five-minute intervals since the epoch
        float mean = 0;   // NaN: not learned
        template <class A>
        void archive(A& a) { a(bin, mean); }
    };
    static size_t of_day(int64_t bin);
    static size_t of_week(int64_t bin);
    void close_bin();
    void learn(const Pending& p);
    void close_hour(int64_t hour);
    void learn_scatter(const Pending& p);
    int64_t bin_of(EventTime t) const;
    bool holiday(EventTime t) const { return clock_ != nullptr && clock_->holiday(t); }
    double shape(int64_t bin) const;
    double expected(int64_t bin, bool holiday = false) const;

    const DayClock* clock_ = nullptr;

    // NaN: unknown; empty until something is.
    std::vector<ShortFloat> day_;   // [288]
    std::vector<ShortFloat> week_;  // [168]
    std::vector<Pending> pending_;
    double sum_ = 0, weight_ = 0;
    bool clean_ = true;
    int64_t bin_ = -1;
    double hour_sum_ = 0, hour_usual_ = 0;  // of the hour that is being learned
    int32_t hour_bins_ = 0;
    double scatter_sum_ = 0, scatter_weight_ = 0;
    double today_ = 1;  // level of the last hours over what day and week say
};

}  // namespace foreshock
