// The records of one series, event by event, as native JSON: single events, or rows of totals (`summary`).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/scenario/expansion.h"
#include "tools/scenario/series.h"

namespace foreshock {

// 0..1 from a number, evenly spread over numbers (SplitMix64, Steele et al., OOPSLA 2014).
double drawn(uint64_t seed);
uint64_t seed_of(std::string_view text);
inline double course_at(const Course& c, double along) { return c.from + (c.to - c.from) * along; }
void append_record(Expansion& out, int64_t arrival_us, uint32_t partition, std::string_view text);

// Gives each n-th event its turn so that shares are kept exactly: of any 50 events, one with a share of 2 %.
class Turns {
public:
    // Where the event may not have it, its turn waits.
    bool next(double share, bool may = true) {
        due_ += static_cast<int64_t>(share * 1e6 + 0.5);
        if (!may || due_ < 1'000'000) return false;
        due_ -= 1'000'000;
        return true;
    }

private:
    int64_t due_ = 0;
};

// Moments are true times in microseconds since the epoch; `along` is how far (0..1) the segment has come.
class RowWriter {
public:
    RowWriter(const SeriesSpec& spec, Expansion& out) : spec_(spec), out_(out) {}

    void transaction(const Segment& s, int64_t at, double along);
    void sample(const Segment& s, int64_t at, double along, double value);
    void nothing(const Segment& s, int64_t at);  // no event, but the sender is there: a row of totals says zero
    void pause(int64_t at) { close_row_before(at); }
    void finish(int64_t at) { close_row_before(at + spec_.summary.count()); }

private:
    struct Row {  // totals of an interval that is not over
        int64_t start = 0;
        bool open = false;
        int64_t count = 0, failed = 0, value_cents = 0;
        std::vector<double> durations;
        double sum = 0, max = 0, samples = 0;
        Traits traits;
        double limit = 0;
    };
    void enter_row(const Segment& s, int64_t at);
    void close_row_before(int64_t at);
    void write_row();
    void write_metric(const Traits& traits, int64_t at, double value, double limit, double max, int64_t interval_us, int64_t arrival);
    void dimensions(std::string& json, const Traits& traits, bool whole_only);
    void write(const std::string& json, int64_t arrival) { append_record(out_, arrival, spec_.partition, json); }
    double scattered(const Course& c, double along, uint64_t step) const;

    const SeriesSpec& spec_;
    Expansion& out_;
    Row row_;
    uint64_t n_ = 0;  // events so far
    Turns failures_, delays_;
    std::map<std::string, Turns> shares_;  // by dimension and value
};

}  // namespace foreshock
