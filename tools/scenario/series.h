// Series of a scenario: who sends what, how often, and how that changes over time. See tests/scenarios/README.md for the
// notation. Plain data; the text is read by parse_series, the records are made by expand.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "tools/scenario/words.h"

namespace foreshock {

// A number that goes in a straight line from one end of its segment to the other, with an even scatter about it.
struct Course {
    double from = 0, to = 0;
    double scatter = 0;  // share of the number, 0..1: 0.2 for ±20%
};

struct DimensionShare {
    std::string dimension, value;
    double share = 1;  // of the events, 0..1
};

// What the events of a segment look like.
struct Traits {
    std::optional<Course> value;        // money of a transaction
    std::string currency;
    std::optional<Course> duration_ms;
    Course errors;                      // share of failed transactions
    std::optional<Course> limit;        // of a metric
    std::vector<DimensionShare> dimensions;
    std::vector<std::string> hosts;     // transactions: in turn; metrics: each
    std::map<std::string, std::string> labels;  // of a metric
    Micros late{0};                     // records arrive so long after their event time
    double late_share = 1;
};

struct Segment {
    enum class Kind : uint8_t { course, smooth, gap, burst };
    Kind kind = Kind::course;
    Course course;      // rate per second, or value of the metric
    Micros length{0};
    uint64_t count = 0;  // burst: so many events at one moment
    Traits traits;
};

struct SeriesSpec {
    enum class Kind : uint8_t { transactions, metric, raw };
    Kind kind = Kind::transactions;
    std::string name;     // service or resource
    std::string metric;
    std::string service;  // of a metric
    Traits traits;
    uint32_t partition = 0;
    Micros clock{0};      // the sender's clock is so far ahead
    Micros every = std::chrono::seconds{10};  // between two samples of a metric
    Micros summary{0};    // rows of totals of this interval; 0: single events
    std::vector<Segment> segments;
    Micros at{0};         // raw: when it arrives
    std::string text;     // raw
    uint32_t line = 0;
};

// One entry of `series:`, from its words. A raw entry's text is not made of words and is given apart.
// Problems are added to `problems`; the result is then of no use.
SeriesSpec parse_series(const std::vector<Word>& words, const std::string& raw_text, const std::string& file, Diagnostics& problems);

}  // namespace foreshock
