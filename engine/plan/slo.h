// A promise: what is measured, what it has to keep to, how often and over which time, and what does not count.
// Set up before start, then read-only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"

namespace foreshock {

enum class Indicator : uint8_t {
    latency_quantile,    // milliseconds
    error_ratio,         // failed / all transactions
    metric,              // a metric of a resource, in its unit
    availability,        // ok / all transactions; held as the share that failed
    value_availability,  // ok / all value; held as the share of the value that failed
    freshness,           // seconds since the last transaction, or since the last report of a metric
    drop,                // share of the usual volume that did not come
    composite,           // share of its parts that are broken
};

// True where what resources can take decides whether the promise holds, so that it can be forecast from them.
constexpr bool follows_capacity(Indicator i) { return i < Indicator::freshness; }

constexpr bool is_ratio(Indicator i) {
    return i != Indicator::latency_quantile && i != Indicator::metric && i != Indicator::freshness;
}

// What the error budget counts: time in broken windows (milliseconds), transactions, or money (micro-units).
enum class Budgeting : uint8_t { windows, transactions, value };
constexpr int64_t units_of(Budgeting b) { return b == Budgeting::windows ? 1000 : b == Budgeting::value ? 1'000'000 : 1; }

// Period over which the objective is counted: the last `SloPeriod::length`, or a calendar period of the service's time zone.
enum class PeriodKind : uint8_t { rolling, day, week, month, quarter, year };

// Burns when the budget goes `factor` times too fast over both windows. The defaults are those of the SRE workbook
// (Beyer et al., chapter 5, table 5-8).
struct BurnRule {
    Micros long_window{}, short_window{};
    double factor = 1;
};
inline std::vector<BurnRule> default_burn_rules() {
    using namespace std::chrono_literals;
    return {{1h, 5min, 14.4}, {6h, 30min, 6}, {72h, 6h, 1}};
}

// Time that does not count, or counts set right afterwards; each with who did it and why.
struct Correction {
    EventTime start{}, end{};
    bool exclude = false;           // what happens in [start, end) does not count
    int64_t bad = 0, total = 0;     // else: added to what was counted, in the budget's unit
    std::string author, reason;
};

// One promise that a composite one is built on.
struct SloPart {
    std::string service, slo;
    double weight = 1;
};

// The indicator stays below `below` over `window`.
struct Slo {
    std::string name;
    Indicator indicator = Indicator::latency_quantile;
    double quantile = 0.95;          // latency_quantile only
    std::string resource, metric;    // metric; freshness where it is that of a metric
    double below = 0;                // milliseconds, ratio 0..1, seconds, or the metric's unit
    Micros window = std::chrono::minutes{1};
    std::optional<double> objective;  // 0..1, share that keeps the promise
    PeriodKind period_kind = PeriodKind::rolling;
    Micros period = std::chrono::hours{24 * 28};
    Budgeting budgeting = Budgeting::windows;
    bool missing_is_bad = false;      // time in which the indicator is unknown counts as broken (windows only)
    bool without_maintenance = false; // maintenance of the calendar does not count
    std::vector<BurnRule> burn = default_burn_rules();
    uint32_t least_failures = 5;      // in the long window, for a burn rate to mean anything
    std::vector<Correction> corrections;
    std::vector<SloPart> parts;       // composite only
    bool weighted = false;            // composite: the weighted share of broken parts, instead of `needs`
    uint32_t needs = 0;               // composite: so many parts have to hold; 0: all
};

constexpr std::string_view to_string(Budgeting b) {
    constexpr std::string_view kNames[]{"windows", "transactions", "value"};
    return kNames[static_cast<size_t>(b)];
}
constexpr std::string_view to_string(PeriodKind k) {
    constexpr std::string_view kNames[]{"rolling", "day", "week", "month", "quarter", "year"};
    return kNames[static_cast<size_t>(k)];
}

}  // namespace foreshock
