#include "engine/detect/slo_watch.h"

#include "engine/base/archive.h"

namespace foreshock {

void SloWatch::add(EventTime end, const ServiceSlot& s, const Slo& slo) {
    Part p;
    p.end = end;
    p.count = s.count;
    p.failed = s.failed;
    if (slo.indicator == Indicator::latency_quantile) p.latency = s.latency;
    parts_.push_back(std::move(p));
    if (parts_.size() > kMostParts) parts_.pop_front();
}

void SloWatch::add(EventTime end, const GaugeSlot& g) {
    Part p;
    p.end = end;
    p.weight = g.span_seconds;
    // With a limit the worst instance counts: an age or a fill level of several instances does not add up.
    const bool single = g.instances > 1 && g.worst == g.worst && g.limit > 0;
    p.sum = p.weight * (single ? g.worst * g.limit / g.instances : g.value);
    parts_.push_back(std::move(p));
    if (parts_.size() > kMostParts) parts_.pop_front();
}

double SloWatch::indicator(const Slo& slo) const {
    if (slo.indicator == Indicator::metric) {
        double weight = 0, sum = 0;
        for (const Part& p : parts_) { weight += p.weight; sum += p.sum; }
        return weight > 0 ? sum / weight : kUnknown;
    }
    int64_t count = 0, failed = 0;
    for (const Part& p : parts_) { count += p.count; failed += p.failed; }
    if (count < kLeastEvidence) return kUnknown;
    if (slo.indicator == Indicator::error_ratio) return static_cast<double>(failed) / static_cast<double>(count);
    Histogram all;
    for (const Part& p : parts_) all.merge(p.latency);
    return all.count() < static_cast<uint64_t>(kLeastEvidence) ? kUnknown : all.quantile(slo.quantile);
}

void SloWatch::close(EventTime start, EventTime end, const Slo& slo, SloState& state) {
    while (!parts_.empty() && parts_.front().end <= end - slo.window) parts_.pop_front();
    state.value = indicator(slo);
    state.violated = state.value >= slo.below;
    if (state.violated && !violated_) since_ = start;
    violated_ = state.violated;
    state.since = violated_ ? since_ : EventTime{};
}

}  // namespace foreshock
