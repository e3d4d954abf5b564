#include "tools/learn/calibration_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace foreshock {
namespace {

// Samples of one breach, a minute apart, say about the same: half an hour of them is one piece of evidence.
constexpr double kRidge = 30;
constexpr int kMostSteps = 100, kMostHalvings = 40;
constexpr double kSmallStep = 1e-9, kSmallGain = 1e-12;
constexpr double kSmallest = 1e-12;             // of a probability
constexpr double kLeastSlope = 0.1, kMostSlope = 10, kMostOffset = 10;  // what a configuration may hold
constexpr double kLeastFactor = 0.1, kMostFactor = 10;
constexpr float kSoonest = 5;                   // seconds: as Hazard::step

double ridge(const Calibration& c) { return kRidge / 2 * ((c.slope - 1) * (c.slope - 1) + c.offset * c.offset); }

double objective(std::span<const SaidOdds> said, const Calibration& c) {
    return log_loss(said, c) * static_cast<double>(said.size()) + ridge(c);
}

// Gradient of the objective, and its expected curvature (Fisher's), which is never negative.
struct Slopes {
    double offset = 0, slope = 0;
    double offset_offset = 0, offset_slope = 0, slope_slope = 0;
};

Slopes slopes(std::span<const SaidOdds> said, const Calibration& c) {
    Slopes s{kRidge * c.offset, kRidge * (c.slope - 1), kRidge, 0, kRidge};
    for (const SaidOdds& x : said) {
        const auto z = static_cast<double>(x.logit), share = static_cast<double>(x.share);
        const double odds = 1 / (1 + std::exp(-(c.offset + c.slope * z)));
        const double p = std::clamp(share * odds, kSmallest, 1 - kSmallest);
        const double moved = share * odds * (1 - odds);  // of p by the logit
        const double wrong = (p - (x.broke ? 1 : 0)) / (p * (1 - p)) * moved, weight = moved * moved / (p * (1 - p));
        s.offset += wrong;
        s.slope += wrong * z;
        s.offset_offset += weight;
        s.offset_slope += weight * z;
        s.slope_slope += weight * z * z;
    }
    return s;
}

Calibration inside(Calibration c) {
    c.slope = std::clamp(c.slope, kLeastSlope, kMostSlope);
    c.offset = std::clamp(c.offset, -kMostOffset, kMostOffset);
    return c;
}

// The step downhill; a slope at its bound that wants out stays there.
std::pair<double, double> step(const Slopes& s, const Calibration& c) {
    const bool held = (c.slope <= kLeastSlope && s.slope > 0) || (c.slope >= kMostSlope && s.slope < 0);
    if (held) return {s.offset / s.offset_offset, 0};
    const double determinant = s.offset_offset * s.slope_slope - s.offset_slope * s.offset_slope;
    return {(s.slope_slope * s.offset - s.offset_slope * s.slope) / determinant,
            (s.offset_offset * s.slope - s.offset_slope * s.offset) / determinant};
}

// By how much the interval has to be widened for the moment to fall into it.
double needed(const SaidInterval& x) {
    const double off = static_cast<double>(x.left) - static_cast<double>(x.median);
    const auto side = static_cast<double>(off > 0 ? x.late - x.median : x.median - x.early);
    if (off == 0) return 0;
    return side > 0 ? std::abs(off) / side : std::numeric_limits<double>::infinity();
}

}  // namespace

double calibrated(const SaidOdds& said, const Calibration& c) {
    return static_cast<double>(said.share) / (1 + std::exp(-(c.offset + c.slope * static_cast<double>(said.logit))));
}

double log_loss(std::span<const SaidOdds> said, const Calibration& c) {
    double sum = 0;
    for (const SaidOdds& x : said) {
        const double p = std::clamp(calibrated(x, c), kSmallest, 1 - kSmallest);
        sum -= x.broke ? std::log(p) : std::log1p(-p);
    }
    return said.empty() ? 0 : sum / static_cast<double>(said.size());
}

Calibration fit_odds(std::span<const SaidOdds> said) {
    Calibration c;
    double now = objective(said, c);
    for (int i = 0; i < kMostSteps; ++i) {
        auto [offset, slope] = step(slopes(said, c), c);
        Calibration next = c;
        double then = now;
        for (int half = 0; half < kMostHalvings; ++half, offset /= 2, slope /= 2) {
            next.offset = c.offset - offset;
            next.slope = c.slope - slope;
            next = inside(next);
            then = objective(said, next);
            if (then < now) break;
        }
        const bool done = !(now - then > kSmallGain * now) || std::abs(offset) + std::abs(slope) < kSmallStep;
        if (then < now) { c = next; now = then; }
        if (done) break;
    }
    return c;
}

SaidInterval widened(const SaidInterval& said, double factor) {
    const auto f = static_cast<float>(factor);
    SaidInterval out = said;
    out.early = std::max(kSoonest, said.median - f * (said.median - said.early));
    out.late = said.median + f * (said.late - said.median);
    return out;
}

double coverage(std::span<const SaidInterval> said, double factor) {
    size_t inside = 0;
    for (const SaidInterval& x : said) {
        const SaidInterval w = widened(x, factor);
        if (x.left >= w.early && x.left <= w.late) ++inside;
    }
    return said.empty() ? 0 : static_cast<double>(inside) / static_cast<double>(said.size());
}

double fit_interval(std::span<const SaidInterval> said, double share) {
    if (said.empty()) return 1;
    std::vector<double> all;
    for (const SaidInterval& x : said) all.push_back(needed(x));
    const auto at = static_cast<size_t>(std::ceil(share * static_cast<double>(all.size())));
    const auto nth = all.begin() + static_cast<std::ptrdiff_t>(std::clamp<size_t>(at, 1, all.size()) - 1);
    std::ranges::nth_element(all, nth);
    // A hair wider: single precision must not let the last moment slip out again.
    return std::clamp(*nth * (1 + 1e-5), kLeastFactor, kMostFactor);
}

}  // namespace foreshock
