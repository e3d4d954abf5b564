#include "engine/forecast/continuation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace foreshock {
namespace {

// Five points of the normal distribution with their weights.
constexpr std::array<double, 5> kPoints{-1.28, -0.67, 0, 0.67, 1.28};
constexpr std::array<double, 5> kWeights{0.15, 0.2, 0.3, 0.2, 0.15};
constexpr size_t kPaths = 9;     // quantiles of the time that a rise goes on
constexpr double kStep = 15;     // seconds

struct Weighted {
    double seconds = 0, weight = 0;
};

Crossing summarise(std::span<Weighted> hits) {
    Crossing c;
    for (const Weighted& h : hits) c.probability += h.weight;
    if (c.probability <= 0) return c;
    std::sort(hits.begin(), hits.end(), [](const Weighted& a, const Weighted& b) {
        return a.seconds != b.seconds ? a.seconds < b.seconds : a.weight < b.weight;
    });
    const auto quantile = [&](double q) {
        double sum = 0;
        for (const Weighted& h : hits) {
            sum += h.weight;
            if (sum >= q * c.probability) return h.seconds;
        }
        return hits.back().seconds;
    };
    c.early = quantile(0.1);
    c.median = quantile(0.5);
    c.late = quantile(0.9);
    c.probability = std::min(1.0, c.probability);
    return c;
}

// Seconds until the level is crossed when demand rises for `rising` seconds more; negative: not within the horizon.
double fill_time(const Filling& f, double rate, double slope, double rising) {
    double x = f.level;
    if (x >= f.limit) return 0;
    for (double t = 0; t < f.horizon; t += kStep) {
        const double flow = rate + f.per_demand * slope * std::min(t + kStep / 2, rising) + f.pull * (x - f.level);
        const double next = std::max(0.0, x + kStep * flow);
        if (next >= f.limit) return t + kStep * (f.limit - x) / (next - x);
        x = next;
    }
    return -1;
}

}  // namespace

double goes_on(double age_seconds, double seconds, double hazard) { return std::pow(1 + seconds / (age_seconds + kRiseStart), -hazard); }

double time_left(double age_seconds, double q) { return (age_seconds + kRiseStart) * (std::pow(1 - q, -1 / kRiseHazard) - 1); }

Crossing crossing_of(const Rise& r) {
    std::array<Weighted, kPoints.size() * kPoints.size()> hits;
    size_t n = 0;
    for (size_t i = 0; i < kPoints.size(); ++i) {
        const double slope = r.slope + kPoints[i] * r.slope_error;
        for (size_t k = 0; k < kPoints.size(); ++k) {
            const double need = r.knee + kPoints[k] * r.knee_error - r.level;
            if (need > 0 && slope <= 0) continue;
            const double h = need > 0 ? need / slope : 0;
            if (h >= r.horizon) continue;
            hits[n++] = {h, kWeights[i] * kWeights[k] * goes_on(r.age_seconds, h, r.hazard)};
        }
    }
    return summarise(std::span(hits.data(), n));
}

Crossing crossing_of(const Filling& f) {
    const double slope = std::abs(f.demand_slope) < f.demand_slope_error ? 0 : f.demand_slope;
    std::array<Weighted, kPaths * kPoints.size()> hits;
    size_t n = 0;
    // Nothing crosses on the steepest path: most of the time.
    const double steepest = f.rate + 1.28 * f.rate_error + std::max(0.0, f.per_demand * slope * f.horizon);
    if (f.level < f.limit && f.level + steepest * f.horizon < f.limit) return {};
    for (size_t p = 0; p < kPaths; ++p) {
        const double rising = time_left(f.demand_age_seconds, (static_cast<double>(p) + 0.5) / kPaths);
        for (size_t i = 0; i < kPoints.size(); ++i) {
            const double t = fill_time(f, f.rate + kPoints[i] * f.rate_error, slope, rising);
            if (t >= 0) hits[n++] = {t, kWeights[i] / kPaths};
        }
    }
    return summarise(std::span(hits.data(), n));
}

}  // namespace foreshock
