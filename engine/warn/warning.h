// Output of warn: revisions of warnings, ready for any sink. Everything that is said outside stands here.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/forecast/forecast.h"

namespace foreshock {

enum class WarningState : uint8_t { open, updated, acknowledged, resolved };
constexpr std::string_view to_string(WarningState s) {
    constexpr std::string_view kNames[]{"opened", "updated", "acknowledged", "resolved"};
    return kNames[static_cast<size_t>(s)];
}
enum class Severity : uint8_t { warning, critical };
constexpr std::string_view to_string(Severity s) { return s == Severity::critical ? "critical" : "warning"; }

// How a warning ended, judged by the engine itself.
enum class Verdict : uint8_t { none, came_true, averted, false_alarm };
constexpr std::string_view to_string(Verdict v) {
    constexpr std::string_view kNames[]{"", "came_true", "averted", "false_alarm"};
    return kNames[static_cast<size_t>(v)];
}

// Offsets [first, next) of a source partition, by its lasting name.
struct InputRange {
    std::string partition;
    int64_t first = 0, next = 0;
};

// One revision of one warning. Times are event times; unknown numbers are NaN and are left out of what is sent.
struct WarningRevision {
    std::string id;         // the same from open to end: "w-" and 16 hex digits of a hash of app, service, slo and opening slot
    uint32_t revision = 1;
    WarningState state = WarningState::open;
    Verdict verdict = Verdict::none;
    EventTime time{};       // end of the deciding slot plus allowed lateness
    EventTime opened_at{};
    std::string rule = "builtin";
    uint32_t rule_version = 1;
    std::string config_hash;
    std::string service, slo;
    std::string slo_text;   // "p95 latency < 300 ms"
    Severity severity = Severity::warning;
    EventTime breach_at{}, breach_earliest{}, breach_latest{}, act_before{};
    double probability = 0;
    bool breached = false;  // the promise is broken now
    struct {
        std::string kind, series;
        double value = 0, baseline = 0, ratio = 0;
        EventTime since{};
        struct Contributor { std::string dimension, value; double share = 0; };
        std::vector<Contributor> contributors;
    } driver;
    struct {
        std::string name, metric, kind;
        double utilization = 0, limit = 0, slope_per_min = 0, headroom = 0;
    } resource;             // name empty: unknown
    struct Cause { std::string node, what; double share = 0; };
    std::vector<Cause> causes;
    struct {
        double value_per_minute = 0, at_risk = 0;
        std::string currency;
    } impact;
    double priority = 0;    // of its incident: expected loss, weighted by time left, class and calendar (ranker.h); greater is more urgent
    // What one cause does to several promises is one incident, and one warning speaks for it.
    struct {
        std::string id;                     // "i-" and 16 hex digits
        std::string parent;                 // warning that speaks for it; empty: this one does
        std::vector<std::string> services;  // of the parent: all that it concerns, by name
        double at_risk = 0;                 // of all of them, as far as it is of this currency
        bool quiet = false;                 // another has spoken for this one ever since it opened: it pages nobody
        std::string currency;               // of at_risk: the parent's, or that of the greatest part
    } incident;
    uint32_t rank = 0;      // of its incident among all that are open, 1 first; 0: over
    std::string rank_reason;
    std::string after;      // warning that the same people should see to first; empty: none
    struct Advice { std::string action, resource, unit; double amount = 0, lead_time_seconds = 0, cost_per_hour = 0; };
    std::vector<Advice> advice;
    // Readings that led to the probability: what each adds to the logarithm of the odds, heaviest first.
    struct Reason { std::string reading, says; double value = 0, weight = 0; };
    std::vector<Reason> reasons;
    Grounds grounds;        // the numbers behind it
    struct {
        double raise = 0, clear = 0;
    } levels;               // probabilities at which warnings open and end
    std::string owner;
    std::vector<std::pair<std::string, std::string>> labels, links;  // of a rule of the user's
    std::string key;        // what such a rule speaks of: a service, a resource, the value of a label; empty: all together
    std::string condition;  // what such a rule waits for, in words, with its thresholds
    struct Seen { std::string kind, entity; double value = 0; EventTime at{}; };
    std::vector<Seen> seen; // what met it: a spike of "shop volume", x2.05
    std::string sentence;
    std::vector<InputRange> inputs;  // records that led to it; set by the decider
};

// A warning that is open in stored state.
struct OpenWarning {
    std::string id, rule, service, slo, key;  // slo: of a promise; key: of a rule of the user's
    EventTime opened_at{};
    uint32_t revision = 0;  // of its last word
    bool shadow = false;
};

// What would have been said, had not maintenance of the calendar kept it back, or the bound of open warnings.
struct SuppressedWarning {
    enum class State : uint8_t { suppressed, ended, released };  // released: the maintenance is over, or there is room, and it is said after all
    State state = State::suppressed;
    EventTime time{};
    std::string by;  // entry of the calendar, or kBeyondBound
    std::string service, slo, resource;
    bool breached = false;
    double probability = 0;
};
inline constexpr const char* kBeyondBound = "bounds.open_warnings";
constexpr std::string_view to_string(SuppressedWarning::State s) {
    constexpr std::string_view kNames[]{"suppressed", "ended", "released"};
    return kNames[static_cast<size_t>(s)];
}

}  // namespace foreshock
