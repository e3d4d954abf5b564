// Output of correlate: for each resource, what demand will make of it; and the incidents that open signals form.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "engine/detect/signal.h"

namespace foreshock {

enum class DriverKind : uint8_t { volume, value, mix, capacity_loss, dependency_latency, drop, other };
constexpr std::string_view to_string(DriverKind k) {
    constexpr std::string_view kNames[]{"volume", "value", "mix", "capacity_loss", "dependency_latency", "drop", "other"};
    return kNames[static_cast<size_t>(k)];
}

struct Cause {
    std::string node;   // name of a service, resource or calendar entry
    std::string what;   // "volume", "value", "utilization", …
    double share = 0;   // shares of an incident add up to 1
};

// How a gauge answers to demand, as learned: utilization = idle + per_volume * volume + per_value * value.
struct Response {
    bool known = false;
    double idle = 0;                       // without any demand
    double per_volume = 0, per_value = 0;  // for one transaction, and for one money unit, a second
    double scatter = 0;                    // usual deviation of a minute from what it says
    // Of (idle, per_volume, per_value): upper triangle, row by row.
    std::array<float, 6> covariance{};

    double at(double volume, double value) const { return idle + per_volume * volume + per_value * value; }
    // Standard error of `at`, the scatter of a minute with it.
    double error(double volume, double value) const {
        const std::array<double, 3> x{1, volume, value};
        double fit = 0;
        for (size_t i = 0, k = 0; i < x.size(); ++i)
            for (size_t j = i; j < x.size(); ++j) fit += (i == j ? 1 : 2) * static_cast<double>(covariance[k++]) * x[i] * x[j];
        return std::sqrt(scatter * scatter + std::max(0.0, fit));
    }
};

// What is known of a gauge's way to its limit, demand and sensor joined.
struct Outlook {
    GaugeIndex gauge = kNoIndex;
    double level = kUnknown;       // utilization now, sensor and demand fused
    double slope = 0;              // per second
    double slope_error = 0;
    double baseline = kUnknown;
    double predicted = kUnknown;   // utilization that demand alone explains now; unknown without a learned response
    double predicted_slope = 0;    // its change per second on the demand's trend
    double cost_ratio = 1;         // utilization / predicted, now against usual: above 1, a transaction costs more
    double age_seconds = 0;        // how long the rise has lasted
    double significance = 0;       // rise / noise
    double noise = 0;              // of the level
    double knee = 0.9;             // utilization at which service levels break
    bool fills = false;            // fills up by balance (queue, memory, disk) rather than following demand
    double fill_rate = 0;          // of what fills: utilization per second at the present demand and level
    double fill_per_demand = 0;    // and its change when demand doubles
    double fill_pull = 0;          // and its change per unit of utilization (negative: empties by itself)
    double fill_error = 0;         // usual error of the rate
    double relative_demand_slope = 0, relative_demand_slope_error = 0;  // of the driving demand, 1/s, as a share of it
    double demand_age_seconds = 0;
    bool from_sensor = true;       // the sensor speaks; else demand alone
    bool from_demand = false;      // a learned response to demand has its say
    ServiceIndex demand_of = kNoIndex;  // whose demand it is learned against
    Response response;             // of what follows demand
    double idle = 0;               // utilization that is there without any demand
    double job = 0;                // usual extra utilization of this minute of the hour
    DriverKind driver = DriverKind::other;
    ServiceIndex driving_service = kNoIndex;  // whose demand drives it
    std::vector<Cause> causes;     // of a rise; shares add up to 1, largest first
};

// Demand, resource and services of one story. Open from the first signal to the last.
struct Incident {
    uint64_t id = 0;  // from the first signal; stable
    EventTime since{};
    std::vector<ServiceIndex> services;
    GaugeIndex gauge = kNoIndex;  // the resource that saturates first
    std::vector<Cause> causes;    // largest share first
};

struct Correlation {
    SlotIndex slot;
    EventTime start, end, decided_at;
    std::vector<Outlook> outlooks;   // [gauge]
    std::vector<ServiceIndex> entries;  // [service] where its demand comes in: the busiest entry of its call trees, or what feeds it
    std::vector<Incident> incidents;
};

// Whose doing a rise is: by the transactions of `s` itself or, where they do not say, by those at its entry.
inline const std::vector<Contributor>& contributors_of(const Signals& signals, const Correlation& c, ServiceIndex s, bool by_value) {
    const auto of = [&](ServiceIndex x) -> const std::vector<Contributor>& { return by_value ? signals.services[x].value.contributors : signals.services[x].volume.contributors; };
    return of(s).empty() && c.entries[s] != kNoIndex ? of(c.entries[s]) : of(s);
}

}  // namespace foreshock
