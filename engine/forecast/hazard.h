// When to speak: the probability that a breach begins within the horizon, and when, from the readings of a promise. Gradient-boosted
// trees, trained on simulated systems in which nothing promises a breach (model/README.md: the data, the command, what it scores);
// the readings carry the physics. One worker only; the model itself is shared and read-only.
#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "engine/forecast/boosted_trees.h"
#include "engine/forecast/forecast.h"
#include "engine/plan/options.h"

namespace foreshock {

class HazardModel {
public:
    // The one that was built in. Throws never; a file that cannot be read fails a check at start.
    static const HazardModel& builtin();
    explicit HazardModel(std::string_view file);

    // Logarithm of the odds of a breach within the horizon.
    double logit(const FeatureVector& f) const { return base_ + probability_->sum(arranged(f)); }
    // Quantiles 0.1, 0.5 and 0.9 of the seconds until the breach, given that it comes; in order.
    struct Seconds { double early = 0, median = 0, late = 0; };
    Seconds seconds(const FeatureVector& f) const;
    // The likeliest kind of what drives it, given that the breach comes.
    DriverKind driver(const FeatureVector& f) const;
    // What each reading adds to the logit, in the order of the feature table; the sum over all and the base is the logit.
    std::vector<double> contributions(const FeatureVector& f) const;
    // The heaviest of them, at most eight.
    std::vector<Reason> reasons(const FeatureVector& f) const;

private:
    std::span<const float> arranged(const FeatureVector& f) const;

    TreeFile file_;
    const BoostedTrees *probability_ = nullptr, *early_ = nullptr, *median_ = nullptr, *late_ = nullptr;
    std::vector<std::pair<DriverKind, const BoostedTrees*>> drivers_;
    double interval_early_ = 1, interval_late_ = 1;  // of the file: stretch the parts below and above the median, as systems outside the training ask
    double base_ = 0, base_early_ = 0, base_median_ = 0, base_late_ = 0;
    std::vector<uint16_t> order_;  // [feature of the file] its place in the table
    bool same_order_ = true;
};

// Smoothed over time, for one promise.
class Hazard {
public:
    struct Estimate {
        double probability = 0;
        // Meaningful when the probability is worth a word (0.05).
        HazardModel::Seconds seconds;
        DriverKind driver = DriverKind::other;
    };
    // One slot of `seconds`.
    Estimate step(const HazardModel& model, const Calibration& calibration, const FeatureVector& f, double seconds);
    // A broken promise says nothing about the next breach.
    void forget() { logit_ = std::numeric_limits<double>::quiet_NaN(); }

    template <class A>
    void archive(A& a) { a(logit_); }

private:
    double logit_ = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace foreshock
