// Arithmetic that all readings of the learned decision have in common. Pure functions.
#pragma once

#include <algorithm>
#include <cmath>

#include "engine/detect/signal.h"

namespace foreshock {

inline constexpr double kMinute = 60;
inline constexpr double kMostRatio = 20;   // a ratio against next to nothing says no more than this
inline constexpr double kLeastUse = 0.02;  // utilization that demand has to make before its growth means something

inline float to_float(double x) { return static_cast<float>(x); }
inline double ratio(double a, double b) { return b > 0 ? std::min(a / b, kMostRatio) : kUnknown; }
// The greater of what is known.
inline double most(double a, double b) { return std::isnan(a) || b > a ? b : a; }

}  // namespace foreshock
