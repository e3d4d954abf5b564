// Who calls whom, by how the volumes of services change. What a service gets is what its callers send it, so its changes are a sum of
// theirs: callers are taken one after the other, each by what it explains of what the ones before it left over (partial correlation).
// So a chain a, b, c is found as a chain: what a says of c, b says better; and of several callers each keeps its part.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace foreshock {

// Volumes of one service: changes from interval to interval, NaN where there is none. All services have the same intervals.
struct Volume {
    std::string name;
    std::vector<double> changes;
    double p95 = 0;  // mean, in ms; NaN: unknown
};

struct FoundCall {
    size_t caller = 0, callee = 0;
    double correlation = 0;  // of what the other callers leave over, 0..1
    size_t intervals = 0;
    bool directed = true;    // false: which of them calls is not known
    std::string or_else;     // another service that explains the callee as well; empty: none does
};

// Calls that are not among the `known` (caller, callee), by callee. A caller waits for the callee, so it is taken to be the slower one.
std::vector<FoundCall> find_calls(const std::vector<Volume>& services, const std::vector<std::pair<size_t, size_t>>& known);

// Pearson's, of deviations from nothing, over the intervals that both have; 0 where they are fewer than `kLeastIntervals`.
inline constexpr size_t kLeastIntervals = 24;
struct Correlation2 {
    double r = 0;
    size_t n = 0;
};
Correlation2 correlation_of(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace foreshock
