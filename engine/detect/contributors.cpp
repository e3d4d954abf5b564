#include "engine/detect/contributors.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr double kNowSeconds = 60, kBucketSeconds = 600, kLeastShare = 0.1;
constexpr double kLift = 1.25;  // of its share of usual demand: less and it has no part of its own in the rise
constexpr size_t kMost = 64, kReported = 5;

template <class Array>
void shift(Array& a) {
    std::rotate(a.begin(), a.end() - 1, a.end());
    a[0] = 0;
}

}  // namespace

void ContributorTracker::age(EventTime end, double seconds) {
    const int64_t bucket = slot_of(end - Micros{1}, from_seconds(kBucketSeconds)).value;
    const bool turned = bucket != bucket_;
    bucket_ = bucket;
    const double keep = std::exp(-seconds / kNowSeconds);
    if (turned) shift(past_);
    past_[0] += static_cast<float>(seconds);
    for (auto it = values_.begin(); it != values_.end();) {
        Entry& e = it->second;
        e.volume.now *= keep;
        e.value.now *= keep;
        if (turned) { shift(e.volume.past); shift(e.value.past); }
        const bool gone = e.volume.now < 1e-6 && std::all_of(e.volume.past.begin(), e.volume.past.end(), [](float x) { return x == 0; });
        it = gone ? values_.erase(it) : std::next(it);
    }
}

void ContributorTracker::add(const std::vector<DimensionSlot>& dimensions, double span_seconds) {
    const double gain = (1 - std::exp(-span_seconds / kNowSeconds)) / span_seconds;
    for (const DimensionSlot& d : dimensions) {
        auto it = values_.find(Key(d.dimension, d.value));
        if (it == values_.end()) {
            if (values_.size() >= kMost) continue;
            it = values_.emplace(Key(d.dimension, d.value), Entry{}).first;
        }
        const double count = static_cast<double>(d.count), value = static_cast<double>(d.value_micro) * 1e-6;
        it->second.volume.now += gain * count;
        it->second.value.now += gain * value;
        it->second.volume.past[0] += static_cast<float>(count);
        it->second.value.past[0] += static_cast<float>(value);
    }
}

double ContributorTracker::usual(const Flow& f) const {
    double sum = 0, seconds = 0;
    for (size_t i = 2; i < kBuckets; ++i) {
        sum += static_cast<double>(f.past[i]);
        seconds += static_cast<double>(past_[i]);
    }
    return seconds > 0 ? sum / seconds : kUnknown;  // no past: nothing can be said
}

std::vector<Contributor> ContributorTracker::split(Measure measure, double level, double baseline,
                                                   const std::vector<std::string>& dimension_names) const {
    std::vector<std::pair<double, Contributor>> found;  // by how far its share is above the usual
    const double rise = level - baseline;
    if (!(rise > 0)) return {};
    std::map<uint8_t, double> risen;  // by dimension; more than the whole where other values of it have fallen
    for (const auto& [key, entry] : values_) {
        const Flow& f = measure == Measure::volume ? entry.volume : entry.value;
        if (const double more = f.now - usual(f); more > 0) risen[key.first] += more;
    }
    for (const auto& [key, entry] : values_) {
        const Flow& f = measure == Measure::volume ? entry.volume : entry.value;
        const double before = usual(f), share = (f.now - before) / std::max(rise, risen[key.first]);
        const double share_before = baseline > 0 ? before / baseline : 0;
        if (!(share >= std::max(kLeastShare, kLift * share_before)) || key.first >= dimension_names.size()) continue;
        found.emplace_back(share - share_before, Contributor{dimension_names[key.first], key.second, std::min(1.0, share)});
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<Contributor> out;
    for (size_t i = 0; i < std::min(found.size(), kReported); ++i) out.push_back(std::move(found[i].second));
    return out;
}

}  // namespace foreshock
