#include "engine/ingest/partial.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "engine/base/check.h"

namespace foreshock {

namespace {

template <class Entry>
void rename_entries(std::vector<Entry>& entries, NameSpace space, Renaming& to, auto used) {
    std::vector<Entry> renamed;
    for (NameId id = 0; id < entries.size(); ++id) {
        if (!used(entries[id])) continue;
        const NameId now = to(space, id);
        check(now != kNameOverflow, "names in use have no room", to_string(space));
        if (now >= renamed.size()) renamed.resize(now + 1);
        renamed[now] = std::move(entries[id]);
    }
    entries = std::move(renamed);
}

}  // namespace

void ServicePartial::merge(const ServicePartial& other) {
    count += other.count;
    failed += other.failed;
    value_micro += other.value_micro;
    failed_value_micro += other.failed_value_micro;
    rows += other.rows;
    span_us = std::max(span_us, other.span_us);
    currency = std::max(currency, other.currency);
    latency.merge(other.latency);
}

void ServicePartial::clear() {
    Histogram kept = std::move(latency);
    *this = {};
    kept.clear();
    latency = std::move(kept);
}

void MetricPartial::add(const MetricPartial& other) {
    // NaN counts as the smallest limit, so that the order is total.
    const auto order = [](const MetricPartial& p) {
        return std::tuple(p.last_us, p.last, std::isnan(p.limit) ? -HUGE_VAL : p.limit);
    };
    if (samples == 0 || order(*this) < order(other)) {
        last_us = other.last_us;
        last = other.last;
        limit = other.limit;
    }
    max = samples == 0 ? other.max : std::max(max, other.max);
    samples += other.samples;
    sum += other.sum;
    span_us = std::max(span_us, other.span_us);
}

void OccurrencePartial::add(const OccurrencePartial& other) {
    first_us = count == 0 ? other.first_us : std::min(first_us, other.first_us);
    last_us = count == 0 ? other.last_us : std::max(last_us, other.last_us);
    count += other.count;
}

DimensionSums::Entry& DimensionSums::find(NameId service, NameId value) {
    const size_t mask = entries_.size() - 1;
    uint64_t h = (static_cast<uint64_t>(service) << 32 | value) * 0x9e3779b97f4a7c15ull;
    for (size_t i = (h >> 32) & mask;; i = (i + 1) & mask) {
        Entry& e = entries_[i];
        if (e.value == value && e.service == service) return e;
        if (e.value == kNoName) {
            e.service = service;
            e.value = value;
            ++used_;
            return e;
        }
    }
}

void DimensionSums::grow() {
    std::vector<Entry> old(std::max<size_t>(64, entries_.size() * 2));
    old.swap(entries_);
    used_ = 0;
    for (const Entry& e : old) if (e.value != kNoName) find(e.service, e.value) = e;
}

void DimensionSums::merge(const DimensionSums& other) {
    other.each([this](const Entry& e) { add(e.service, e.value, e.count, e.value_micro); });
}

void DimensionSums::clear() {
    std::fill(entries_.begin(), entries_.end(), Entry{});
    used_ = 0;
}

void SlotPartial::merge(const SlotPartial& other) {
    if (services.size() < other.services.size()) services.resize(other.services.size());
    for (size_t i = 0; i < other.services.size(); ++i)
        if (other.services[i].rows != 0) services[i].merge(other.services[i]);
    if (metrics.size() < other.metrics.size()) metrics.resize(other.metrics.size());
    for (size_t i = 0; i < other.metrics.size(); ++i)
        if (other.metrics[i].samples != 0) metrics[i].add(other.metrics[i]);
    if (occurrences.size() < other.occurrences.size()) occurrences.resize(other.occurrences.size());
    for (size_t i = 0; i < other.occurrences.size(); ++i)
        if (other.occurrences[i].count != 0) occurrences[i].add(other.occurrences[i]);
    dimensions.merge(other.dimensions);
    if (inputs.size() < other.inputs.size()) inputs.resize(other.inputs.size());
    for (size_t i = 0; i < other.inputs.size(); ++i) inputs[i].add(other.inputs[i]);
    events += other.events;
}

void SlotPartial::rename(Renaming& to) {
    rename_entries(services, NameSpace::service, to, [](const ServicePartial& s) { return s.rows != 0; });
    rename_entries(metrics, NameSpace::metric_instance, to, [](const MetricPartial& m) { return m.samples != 0; });
    rename_entries(occurrences, NameSpace::occurrence, to, [](const OccurrencePartial& o) { return o.count != 0; });
    rename_entries(inputs, NameSpace::partition, to, [](const OffsetRange& r) { return !r.empty(); });
    DimensionSums renamed;
    dimensions.each([&](const DimensionSums::Entry& e) {
        renamed.add(to(NameSpace::service, e.service), to(NameSpace::dimension_value, e.value), e.count, e.value_micro);
    });
    dimensions = std::move(renamed);
}

void SlotPartial::clear() {
    for (ServicePartial& s : services) if (s.rows != 0) s.clear();
    std::fill(metrics.begin(), metrics.end(), MetricPartial{});
    std::fill(occurrences.begin(), occurrences.end(), OccurrencePartial{});
    dimensions.clear();
    std::fill(inputs.begin(), inputs.end(), OffsetRange{});
    events = 0;
}

}  // namespace foreshock
