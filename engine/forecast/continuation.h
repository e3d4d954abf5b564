// How rises go on, and when what rises or fills crosses a level.
//
// A rise that has lasted A ends with hazard alpha / (A + a0 + t): P(T > h) = (1 + h / (A + a0))^-alpha with a0 = 120 s, the Lomax
// law: the longer it has lasted, the longer it goes on. With alpha = 1 and a straight line this would say P(final rise >= need) =
// so far / needed; rises that are told so came true less often than said (0.33 of those at 0.5), and alpha = 1.75 makes the
// probability mean what it says. Probabilities are over the uncertainty of slope, knee and continuation. Pure functions.
#pragma once

namespace foreshock {

inline constexpr double kRiseStart = 120;   // a0, seconds
inline constexpr double kRiseHazard = 1.75;  // alpha

// P(the rise still goes on after `seconds`).
double goes_on(double age_seconds, double seconds, double hazard = kRiseHazard);
// Quantile q (0..1) of the time that the rise still goes on, seconds.
double time_left(double age_seconds, double q);

// When a level is crossed: probability that it is within the horizon, and seconds until then (quantiles 0.1, 0.5, 0.9 given
// that it is).
struct Crossing {
    double probability = 0;
    double early = 0, median = 0, late = 0;
};

struct Rise {
    double level = 0;
    double slope = 0, slope_error = 0;  // per second
    double age_seconds = 0;
    double knee = 0.9, knee_error = 0.04;
    double horizon = 1800;
    double hazard = kRiseHazard;
};
Crossing crossing_of(const Rise& r);

// What fills: dx/dt = rate + per_demand * (demand's relative rise) + pull * (x - level), demand rising by `demand_slope` (relative, 1/s)
// while its rise goes on.
struct Filling {
    double level = 0;
    double rate = 0, per_demand = 0, pull = 0, rate_error = 0;
    double demand_slope = 0, demand_slope_error = 0;
    double demand_age_seconds = 0;
    double limit = 1;
    double horizon = 1800;
};
Crossing crossing_of(const Filling& f);

}  // namespace foreshock
