// Output of detect: for each series, where it stands against what is usual for it. Numbers for every series in every slot;
// the open spikes, drops and pressures among them are the signals proper.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/detect/usual_demand.h"
#include "engine/plan/inventory.h"

namespace foreshock {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

enum class SignalKind : uint8_t { spike, drop, pressure, burn };

// Share of one dimension value in the rise of a demand above its baseline (0..1 of the whole rise).
struct Contributor {
    std::string dimension;  // "campaign"
    std::string value;      // "bf26"
    double share = 0;
};

// Demand of one service in one measure. Rates are per second (transactions, or money units).
struct DemandState {
    double rate = kUnknown;      // this slot
    double level = kUnknown;     // smoothed
    double slope = 0;            // of the level, per second per second
    double baseline = kUnknown;  // usual for this hour at today's level
    double expected = kUnknown;  // what this time of the day and week usually brings
    double expected_later = kUnknown;  // the same, 20 minutes on
    double spread = kUnknown;    // robust scale of the level about the baseline
    double ratio = kUnknown;     // level / baseline
    double z = 0;                // (level - baseline) / spread
    double slope_error = 0;      // usual deviation of the slope when nothing happens
    double age_seconds = 0;      // how long the present rise has lasted, at most 900
    bool settled = false;        // at least 30 minutes of past stand behind baseline and spread
    bool spike = false, drop = false;
    EventTime since{};           // start of the open spike or drop
    std::vector<Contributor> contributors;  // of an open spike, furthest above its usual share first
};

struct ServiceState {
    ServiceIndex service = kNoIndex;
    bool present = false;  // events in this slot, or within the interval of summarised rows
    bool seen = false;     // ever had an event
    double silent_seconds = 0;  // since the last one
    bool summarised = false;  // comes as rows of totals, rarer than slots
    DemandState volume, value;
    double error_ratio = kUnknown;     // this slot
    double p95_ms = kUnknown;          // this slot
    double value_per_minute = 0;       // level of value, or the model's figure
    uint32_t currency = 0;
};

struct GaugeState {
    GaugeIndex gauge = kNoIndex;
    bool present = false;
    double utilization = kUnknown;  // this slot
    double level = kUnknown;        // smoothed utilization
    double slope = 0;               // per second
    double slope_error = 0;
    double baseline = kUnknown;     // level 20 to 80 minutes ago
    double noise = kUnknown;        // usual deviation of the level
    double value = kUnknown, limit = kUnknown;
    double worst = kUnknown;        // greatest utilization of one instance
    double age_seconds = 0;         // how long the present rise has lasted, at most 900
    double peak = kUnknown;         // greatest level of the last 30 minutes
    double usual_high = kUnknown;   // 99.5 % of the minutes of the past days were below this
    double silent_seconds = 0, usual_gap = 0;  // since the last sample, and usually between two
    bool settled = false;           // at least 30 minutes of past stand behind baseline and noise
    uint32_t instances = 0;
    bool pressure = false;          // rising beyond its noise, or high
    EventTime since{};

    template <class A>  // what is not made anew in every slot
    void archive(A& a) { a(pressure, since, utilization, value, limit, worst, instances, usual_high, peak); }
};

// How fast the error budget goes: 1 uses it up just at the end of the period.
struct BurnState {
    Micros long_window{}, short_window{};
    double factor = 0;             // the rate from which on it burns
    double long_rate = kUnknown, short_rate = kUnknown;
    bool burning = false;          // both rates at or above the factor, and failures enough to mean something
    EventTime since{};
};

// What an objective has left, in the unit of its budgeting (milliseconds, transactions, micro-units of money), corrected.
struct BudgetState {
    EventTime from{};              // what was counted begins here: the period's start, or the first slot ever
    int64_t total = 0, bad = 0;
    int64_t unknown_ms = 0;        // time in which the indicator was not known
    int64_t excluded_ms = 0;       // time left out by corrections and maintenance
    double kept = kUnknown;        // 1 - bad / total: what the objective is compared with
    double left = kUnknown;        // share of the error budget left, 1 .. below 0; at the pace so far where the period is not full
    std::vector<BurnState> burn;   // in the order of Slo::burn
};

// Where a promise stands: the indicator over its own window, and its error budget.
struct SloState {
    ServiceIndex service = kNoIndex;
    uint32_t slo = 0;           // number in the service's SLOs
    double value = kUnknown;    // indicator over the window; unknown below the minimum of evidence
    bool violated = false;
    EventTime since{};          // start of the running violation
    bool excluded = false;      // the slot does not count against the budget
    BudgetState budget{};       // without an objective only counts are known
};

// Opening or closing of a signal, for those who only want to know that something spikes.
struct SignalChange {
    SignalKind kind = SignalKind::spike;
    bool opened = true;
    Measure measure = Measure::volume;  // spikes and drops
    ServiceIndex service = kNoIndex;
    GaugeIndex gauge = kNoIndex;        // pressures
    uint32_t slo = 0, rule = 0;         // burns: number among the service's SLOs, and among the SLO's burn rules
    EventTime at{};
    EventTime since{};
    double value = 0, baseline = 0, ratio = 0;  // burns: rate over the long window, its factor, their ratio
};

// A campaign of the calendar that runs now for a service: what was announced, and what came.
struct CampaignState {
    uint32_t entry = 0;          // number in the calendar
    ServiceIndex service = kNoIndex;
    EventTime start{}, end{};    // end: may be kEndOfTime
    double usual = kUnknown, level = kUnknown;  // transactions per second, before and now
    double ratio = kUnknown;     // of volume or value, whichever rose more
    double missing_value = 0;    // per second: announced less what comes
    uint32_t currency = 0;
    double best = 0;             // greatest ratio so far
    bool missing = false;        // long enough after the start, most of the announced rise has not come
    // What it is to bring, all its services together; unknown: nothing was said.
    bool leads = false;          // the first of its services: the target is counted here once
    double target = kUnknown, so_far = kUnknown, projected = kUnknown;  // projected: at its end, at this pace and by the shape of the day
    bool short_of_target = false;  // much less than the target is to be expected; of the one that leads
};

struct Signals {
    SlotIndex slot;
    EventTime start, end, decided_at;
    bool all_silent = false;             // no service that sends single events has sent one for a minute
    std::vector<ServiceState> services;  // [service]
    std::vector<GaugeState> gauges;      // [gauge]
    std::vector<SloState> slos;
    std::vector<CampaignState> campaigns;
    std::vector<SignalChange> changes;
    const UsualDemand* usual = nullptr;  // valid as long as the detector, which changes it with each slot; null: unknown
};

}  // namespace foreshock
