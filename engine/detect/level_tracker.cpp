#include "engine/detect/level_tracker.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr double kPace = 30;                // seconds between samples of the level
constexpr size_t kOldest = 160, kNewest = 40;  // paces: 80 and 20 minutes
constexpr double kQuantileOfLevel = 0.45, kQuantileOfNoise = 0.7;
constexpr double kFastSpeaks = 4;           // the fast filter is used beyond this many times its noise
constexpr double kMostAbove = 10;           // noise grows with the level at most this much
constexpr double kLongestUnlearned = 7200;

double known_or(double x, double otherwise) { return std::isnan(x) ? otherwise : x; }
double known_or_0(float x) { return known_or(static_cast<double>(x), 0); }

}  // namespace

void LevelTracker::age(double seconds) {
    fast_.age(seconds);
    slow_.age(seconds);
    since_sample_ += seconds;
    silent_ += seconds;
}

void LevelTracker::add(double y, double span_seconds, double seconds_ago) {
    fast_.add(y, span_seconds, seconds_ago);
    slow_.add(y, span_seconds, seconds_ago);
    silent_ = 0;
    span_ = span_seconds;
}

LevelEstimate LevelTracker::close(double season, bool learn, double mean_weight) {
    if (learn) unlearned_ = 0;
    LevelEstimate e;
    e.valid = slow_.valid() && silent_ <= std::max(90.0, 3 * span_);
    e.slow = std::max(0.0, slow_.level());
    e.settled = samples_ >= 60;
    const auto median = static_cast<double>(median_);
    e.baseline = (median + mean_weight * (static_cast<double>(mean_) - median)) * season;
    const double floor = std::max(options_->noise_floor, options_->noise_floor_of_level * known_or(e.baseline, e.slow));
    const double slope_floor = floor / options_->slope_floor_seconds;
    const double above = e.baseline > 0 ? std::clamp(e.slow / e.baseline, 1.0, kMostAbove) : 1;
    const double wide = 1 + 4.0 / static_cast<double>(std::max<uint32_t>(1, samples_));
    const double fast_noise = std::max(known_or_0(fast_noise_), slope_floor * 2.5) * wide * above;
    const bool fast = fast_.valid() && std::abs(fast_.slope()) > kFastSpeaks * fast_noise;
    e.level = fast ? std::max(0.0, fast_.level()) : e.slow;
    e.slope = fast ? fast_.slope() : slow_.slope();
    e.slope_error = fast ? fast_noise : std::max(known_or_0(slow_noise_), slope_floor) * wide * above;
    e.noise = std::max(known_or_0(level_noise_), floor) * wide * std::sqrt(above);
    if (since_sample_ >= kPace) sample(e, learn);
    return e;
}

void LevelTracker::sample(const LevelEstimate& now, bool learn) {
    // After a gap the missing paces are missing samples.
    const auto paces = static_cast<size_t>(std::min(since_sample_ / kPace, static_cast<double>(kOldest)));
    const bool usable = slow_.valid() && silent_ <= std::max(90.0, 3 * span_);
    unlearned_ += learn ? 0 : since_sample_;
    const bool kept = usable && (learn || unlearned_ > kLongestUnlearned);
    since_sample_ = std::max(0.0, std::fmod(since_sample_, kPace));
    for (size_t i = 0; i < paces; ++i) {
        const bool newest = i + 1 == paces;
        const double level = usable && (newest || span_ >= kPace) ? std::max(0.0, slow_.level()) : std::nan("");
        kept ? levels_.push(level) : levels_.push_aside(level);
        if (samples_++ % 2 != 0) continue;
        const bool learned = kept && newest;
        noise_.push({learned ? std::abs(now.slow - now.baseline) : std::nan(""), learned ? std::abs(slow_.slope()) : std::nan(""),
                     learned && fast_.valid() ? std::abs(fast_.slope()) : std::nan("")});
        refresh();
    }
}

void LevelTracker::refresh() {
    // With little past: what there is, without its newest 40 %, so that a ramp which has just begun is not in it.
    const size_t known = levels_.size();
    const size_t newest = std::min<size_t>(kNewest, known * 2 / 5);
    const auto keep = [](float& held, double fresh) { if (!std::isnan(fresh)) held = static_cast<float>(fresh); };
    keep(median_, levels_.quantile(kQuantileOfLevel, newest, kOldest));
    keep(mean_, levels_.mean(newest, kOldest));
    const size_t from = newest / 2;
    keep(level_noise_, noise_.quantile(0, kQuantileOfNoise, from, kMinutes));
    keep(slow_noise_, noise_.quantile(1, kQuantileOfNoise, from, kMinutes));
    keep(fast_noise_, noise_.quantile(2, kQuantileOfNoise, from, kMinutes));
}

double LevelTracker::rise_age_seconds(const LevelEstimate& now, double share) const {
    if (std::isnan(now.baseline)) return 0;
    const double below = now.baseline + share * (now.level - now.baseline);
    size_t age = 0;
    while (age < 30 && age < levels_.size() && !(levels_.at(age) < below)) ++age;
    return std::min(900.0, since_sample_ + kPace * static_cast<double>(age));
}

}  // namespace foreshock
