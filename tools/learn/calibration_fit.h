// The mathematics of `foreshock learn`: slope and offset of the logarithm of the odds (logistic calibration: J. Platt, Probabilistic
// Outputs for Support Vector Machines, 1999), and the factor of the 80 % interval. Pure functions; deterministic.
#pragma once

#include <span>

#include "engine/plan/options.h"

namespace foreshock {

// What was said of one promise in one minute, and what came of it.
struct SaidOdds {
    float logit = 0;     // uncalibrated
    float share = 1;     // that the probability was multiplied by, 0..1: errors do not always follow
    bool broke = false;  // a breach began within the horizon
};

// The interval that was said in one minute ahead of a breach, and the seconds that were left.
struct SaidInterval {
    float early = 0, median = 0, late = 0, left = 0;
};

// 1 / (1 + e^-(offset + slope * logit)) times the share.
double calibrated(const SaidOdds& said, const Calibration& c);
// Mean of -ln(probability of what came); 0 without samples.
double log_loss(std::span<const SaidOdds> said, const Calibration& c);
// Slope and offset of least log loss and ridge towards slope 1 and offset 0, by Newton steps; inside the bounds that
// `warn.calibration` has. `interval` is left as it is. Without samples: slope 1, offset 0.
Calibration fit_odds(std::span<const SaidOdds> said);

// The interval with its sides times `factor`, as Hazard::step does it.
SaidInterval widened(const SaidInterval& said, double factor);
// Share of the moments that fell into the widened interval; 0 without any.
double coverage(std::span<const SaidInterval> said, double factor);
// The least factor with which `share` of the moments fall into their interval; inside the bounds that `warn.calibration` has.
double fit_interval(std::span<const SaidInterval> said, double share = 0.8);

}  // namespace foreshock
