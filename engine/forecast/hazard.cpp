#include "engine/forecast/hazard.h"

#include <algorithm>
#include <array>

#include "engine/base/check.h"

namespace foreshock {

extern const char* const kHazardModelFile;  // made from model/hazard.model by the build

namespace {

constexpr double kSmooth = 30;    // seconds over which single slots are averaged
constexpr double kWorthAWord = 0.05;
constexpr double kLeastReason = 0.05;  // of the logit
constexpr size_t kMostReasons = 8;
constexpr double kSoonest = 5, kLatest = 3600;

double odds_to_probability(double logit) { return 1 / (1 + std::exp(-logit)); }

}  // namespace

const HazardModel& HazardModel::builtin() {
    static const HazardModel model{std::string_view(kHazardModelFile)};
    return model;
}

HazardModel::HazardModel(std::string_view file) {
    std::string problem;
    check(file_.parse(file, problem), "the model of the learned decision cannot be read", problem);
    probability_ = file_.trees("probability");
    early_ = file_.trees("seconds_0.1");
    median_ = file_.trees("seconds_0.5");
    late_ = file_.trees("seconds_0.9");
    check(probability_ != nullptr && early_ != nullptr && median_ != nullptr && late_ != nullptr, "a sum of trees is missing in the model", "");
    base_ = file_.number("probability");
    if (const double times = file_.number("interval_early"); times > 0) interval_early_ = times;
    if (const double times = file_.number("interval_late"); times > 0) interval_late_ = times;
    base_early_ = file_.number("seconds_0.1");
    base_median_ = file_.number("seconds_0.5");
    base_late_ = file_.number("seconds_0.9");
    for (const DriverKind k : {DriverKind::volume, DriverKind::value, DriverKind::mix, DriverKind::capacity_loss, DriverKind::dependency_latency}) {
        const BoostedTrees* t = file_.trees("driver_" + std::string(to_string(k)));
        if (t != nullptr) drivers_.emplace_back(k, t);
    }
    for (const std::string& name : file_.features()) {
        const auto found = std::ranges::find(kFeatureTable, name, &FeatureInfo::name);
        check(found != kFeatureTable.end(), "the model asks for a reading that does not exist", name);
        const auto place = static_cast<uint16_t>(found - kFeatureTable.begin());
        same_order_ = same_order_ && place == order_.size();
        order_.push_back(place);
    }
}

std::span<const float> HazardModel::arranged(const FeatureVector& f) const {
    if (same_order_) return f.x;
    static thread_local std::array<float, kFeatures> x;
    for (size_t i = 0; i < order_.size(); ++i) x[i] = f.x[order_[i]];
    return x;
}

HazardModel::Seconds HazardModel::seconds(const FeatureVector& f) const {
    const std::span<const float> x = arranged(f);
    const auto of = [&x](double base, const BoostedTrees& t) { return std::clamp(std::exp(base + t.sum(x)), kSoonest, kLatest); };
    std::array<double, 3> q{of(base_early_, *early_), of(base_median_, *median_), of(base_late_, *late_)};
    std::ranges::sort(q);
    return {std::max(kSoonest, q[1] - interval_early_ * (q[1] - q[0])), q[1], std::min(kLatest, q[1] + interval_late_ * (q[2] - q[1]))};
}

DriverKind HazardModel::driver(const FeatureVector& f) const {
    const std::span<const float> x = arranged(f);
    DriverKind best = DriverKind::other;
    double most = -std::numeric_limits<double>::infinity();
    for (const auto& [kind, trees] : drivers_) {
        const double odds = trees->sum(x);
        if (odds > most) { most = odds; best = kind; }
    }
    return best;
}

std::vector<double> HazardModel::contributions(const FeatureVector& f) const {
    std::vector<double> in_file(kFeatures), out(kFeatures);
    probability_->explain(arranged(f), in_file);
    for (size_t i = 0; i < order_.size(); ++i) out[order_[i]] = in_file[i];
    return out;
}

std::vector<Reason> HazardModel::reasons(const FeatureVector& f) const {
    const std::vector<double> all = contributions(f);
    std::vector<Reason> out;
    for (size_t i = 0; i < all.size(); ++i) {
        if (std::abs(all[i]) >= kLeastReason) out.push_back({static_cast<Feature>(i), static_cast<double>(f.x[i]), all[i]});
    }
    std::ranges::stable_sort(out, [](const Reason& a, const Reason& b) { return std::abs(a.weight) > std::abs(b.weight); });
    if (out.size() > kMostReasons) out.resize(kMostReasons);
    return out;
}

Hazard::Estimate Hazard::step(const HazardModel& model, const Calibration& calibration, const FeatureVector& f, double seconds) {
    const double now = model.logit(f);
    logit_ = std::isnan(logit_) ? now : logit_ + (1 - std::exp(-seconds / kSmooth)) * (now - logit_);
    Estimate e;
    e.probability = odds_to_probability(calibration.offset + calibration.slope * logit_);
    if (e.probability < kWorthAWord) return e;
    e.driver = model.driver(f);
    e.seconds = model.seconds(f);
    e.seconds.early = e.seconds.median - calibration.interval * (e.seconds.median - e.seconds.early);
    e.seconds.late = e.seconds.median + calibration.interval * (e.seconds.late - e.seconds.median);
    e.seconds.early = std::max(kSoonest, e.seconds.early);
    return e;
}

}  // namespace foreshock
