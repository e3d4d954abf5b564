#include "engine/ingest/lane_sums.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

namespace foreshock {

void LaneSums::enter(int64_t ts_us) {
    const SlotIndex slot = slot_of(EventTime{Micros{ts_us}}, Micros{length_us_});
    current_start_us_ = slot.value * length_us_;
    const auto found = open_.find(slot.value);
    current_ = found == open_.end() ? nullptr : found->second.get();
}

std::optional<DropReason> LaneSums::open() {
    if (current_start_us_ < closed_end_us_) return DropReason::late_after_idle;
    if (current_start_us_ > greatest_clock_us_ && open_.size() >= max_ahead_) {
        const auto ahead = std::distance(open_.upper_bound(greatest_clock_us_ / length_us_), open_.end());
        if (ahead >= static_cast<std::ptrdiff_t>(max_ahead_)) return DropReason::future;
    }
    if (spare_.empty()) spare_.push_back(std::make_unique<SlotPartial>());
    auto& place = open_[current_start_us_ / length_us_];
    place = std::move(spare_.back());
    spare_.pop_back();
    current_ = place.get();
    return std::nullopt;
}

std::optional<SlotIndex> LaneSums::first_open() const {
    if (open_.empty()) return std::nullopt;
    return SlotIndex{open_.begin()->first};
}

void LaneSums::close(SlotIndex slot, SlotPartial& into) {
    closed_end_us_ = slot.next().value * length_us_;
    const auto found = open_.find(slot.value);
    if (found == open_.end()) return;
    into.merge(*found->second);
    if (current_ == found->second.get()) {
        current_ = nullptr;
    }
    found->second->clear();
    spare_.push_back(std::move(found->second));
    open_.erase(found);
}

std::map<int64_t, std::unique_ptr<SlotPartial>> LaneSums::take() {
    current_ = nullptr;
    return std::exchange(open_, {});
}

void LaneSums::rename(Renaming& to) {
    for (auto& [slot, sums] : open_) sums->rename(to);
    spare_.clear();  // they have room for the names that there were
}

void LaneSums::fold_metric(int64_t ts_us, const MetricSample& m) {
    if (m.instance >= current_->metrics.size()) [[unlikely]] current_->metrics.resize(m.instance + 1);
    MetricPartial sample;
    sample.samples = 1;
    sample.sum = to_fixed(m.value);
    sample.max = m.max;
    sample.last_us = ts_us;
    sample.last = m.value;
    sample.limit = m.limit;
    sample.span_us = m.interval_us;
    current_->metrics[m.instance].add(sample);
}

void LaneSums::fold_occurrence(int64_t ts_us, NameId id) {
    if (id >= current_->occurrences.size()) current_->occurrences.resize(id + 1);
    current_->occurrences[id].add({1, ts_us, ts_us});
}

// Quantiles of a summarised row become histogram counts: the ranks between two given quantiles are spread over four steps
// of equal ratio that end in the upper one, so that the given quantiles are found again exactly (to a bucket).
void LaneSums::fold_summary(ServicePartial& s, const Event& e, const Summary& row) {
    s.count += row.count;
    s.failed += row.failed;
    s.value_micro += e.value_micro;
    // A row says how many failed, not what they were worth: the mean.
    if (row.count > 0) s.failed_value_micro += static_cast<int64_t>(static_cast<Wide>(e.value_micro) * row.failed / row.count);
    s.span_us = std::max(s.span_us, row.interval_us);
    const std::array<std::pair<double, double>, 5> given{
        {{0.5, row.p50_ms}, {0.75, row.p75_ms}, {0.9, row.p90_ms}, {0.95, row.p95_ms}, {0.99, row.p99_ms}}};
    int64_t placed = 0;
    double previous = -1;
    for (const auto& [q, ms] : given) {
        if (ms < 0) continue;
        const double low = previous < 0 ? ms / 2 : std::min(previous, ms);
        const int64_t until = static_cast<int64_t>(std::ceil(q * static_cast<double>(row.count)));
        for (int step = 1; step <= 4; ++step) {
            const int64_t n = (until - placed) / (5 - step);
            if (n <= 0) continue;
            const double at = step == 4 || low <= 0 ? ms : low * std::pow(ms / low, step / 4.0);
            s.latency.add(Histogram::bucket_of(static_cast<float>(at)), static_cast<uint32_t>(n));
            placed += n;
        }
        previous = ms;
    }
    if (previous >= 0 && row.count > placed)
        s.latency.add(Histogram::bucket_of(static_cast<float>(previous * 1.25)), static_cast<uint32_t>(row.count - placed));
}

}  // namespace foreshock
