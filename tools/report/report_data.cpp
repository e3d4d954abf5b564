#include "tools/report/report_data.h"

#include <algorithm>
#include <cmath>

#include "engine/base/currency.h"
#include "engine/warn/sentence.h"

namespace foreshock {
namespace {

constexpr double kPerMinute = 60;

void halve_all(ServiceTrack& s) {
    for (Track* t : {&s.volume, &s.volume_baseline, &s.value, &s.value_baseline, &s.p95_ms, &s.error_ratio}) t->halve();
    for (SloTrack& slo : s.slos) slo.value.halve();
}

}  // namespace

void keep_longest(std::vector<Span>& spans, size_t n) {
    if (spans.size() <= n) return;
    std::ranges::stable_sort(spans, std::greater<>{}, &Span::length);
    spans.resize(n);
    std::ranges::stable_sort(spans, {}, &Span::start);
}

void ReportData::decided(const DecidedSlot& slot) {
    extend(slot);
    const size_t bucket = timeline_.bucket_of(slot.slot.index);
    add_services(slot, bucket);
    add_gauges(slot, bucket);
    add_promises(slot, bucket);
    add_spikes(slot);
    for (const WarningRevision& w : slot.warnings) add_warning(w);
    lead_times_.decided(slot);
    events_ += slot.slot.events;
    const size_t all = slot.inventory.services().size();
    services_left_out_ = all > services_.size() && services_.size() >= kMaxServices ? all - services_.size() : 0;
}

void ReportData::extend(const DecidedSlot& slot) {
    const Micros length = slot.slot.length.count() > 0 ? slot.slot.length : slot.slot.end - slot.slot.start;
    while (timeline_.extend(slot.slot.index, length)) {
        for (auto& [index, s] : services_) halve_all(s);
        for (auto& [index, g] : gauges_) g.utilization.halve();
    }
}

ServiceTrack* ReportData::service(const Inventory& inventory, ServiceIndex index) {
    if (const auto found = services_.find(index); found != services_.end()) return &found->second;
    if (services_.size() >= kMaxServices) return nullptr;
    const ServiceEntry& entry = inventory.services()[index];
    ServiceTrack& s = services_[index];
    s.name = entry.name;
    if (entry.model == nullptr) return &s;
    s.title = entry.model->title;
    for (const Slo& slo : entry.model->slos)
        s.slos.push_back({slo.name, promise_text(slo), slo.indicator, slo.below, {}});
    return &s;
}

GaugeTrack* ReportData::gauge(const Inventory& inventory, GaugeIndex index) {
    if (const auto found = gauges_.find(index); found != gauges_.end()) return &found->second;
    if (gauges_.size() >= kMaxGauges) return nullptr;
    const GaugeEntry& entry = inventory.gauges()[index];
    const ResourceEntry& resource = inventory.resources()[entry.resource];
    return &gauges_.emplace(index, GaugeTrack{resource.name, entry.metric, resource.service, {}, kUnknown})
                .first->second;
}

void ReportData::add_services(const DecidedSlot& slot, size_t bucket) {
    for (const ServiceState& state : slot.signals.services) {
        if (state.service == kNoIndex) continue;
        if (!state.present && !services_.contains(state.service)) continue;
        ServiceTrack* s = service(slot.inventory, state.service);
        if (s == nullptr) continue;
        s->volume_baseline.add(bucket, state.volume.baseline * kPerMinute);
        s->value_baseline.add(bucket, state.value.baseline * kPerMinute);
        if (state.volume.spike && std::isfinite(state.volume.ratio))
            s->peak_ratio = std::max(s->peak_ratio, state.volume.ratio);
        if (state.value.spike && std::isfinite(state.value.ratio))
            s->peak_ratio = std::max(s->peak_ratio, state.value.ratio);
        if (!state.present) continue;
        s->volume.add(bucket, state.volume.rate * kPerMinute);
        s->value.add(bucket, state.value.rate * kPerMinute);
        s->p95_ms.add(bucket, state.p95_ms);
        s->error_ratio.add(bucket, state.error_ratio);
        if (state.currency != 0) s->currency = currency_text(state.currency);
    }
}

void ReportData::add_gauges(const DecidedSlot& slot, size_t bucket) {
    for (const GaugeState& state : slot.signals.gauges) {
        if (!state.present || !std::isfinite(state.utilization)) continue;
        GaugeTrack* g = gauge(slot.inventory, state.gauge);
        if (g == nullptr) continue;
        g->utilization.add(bucket, state.utilization);
        if (std::isfinite(state.limit)) g->limit = state.limit;
    }
}

void ReportData::add_promises(const DecidedSlot& slot, size_t bucket) {
    for (const SloState& state : slot.signals.slos) {
        ServiceTrack* s =
            state.service == kNoIndex || !std::isfinite(state.value) ? nullptr : service(slot.inventory, state.service);
        if (s != nullptr && state.slo < s->slos.size()) s->slos[state.slo].value.add(bucket, state.value);
    }
}

void ReportData::add_spikes(const DecidedSlot& slot) {
    for (const SignalChange& c : slot.signals.changes) {
        if (c.kind != SignalKind::spike || c.service == kNoIndex) continue;
        if (c.opened) ++spikes_;
        ServiceTrack* s = service(slot.inventory, c.service);
        if (s == nullptr) continue;
        auto& spans = c.measure == Measure::volume ? s->volume_spikes : s->value_spikes;
        if (c.opened) spans.push_back({c.since, kEndOfTime});
        if (!c.opened && !spans.empty() && spans.back().end == kEndOfTime) spans.back().end = c.at;
        if (spans.size() >= 2 * kMaxSpans) keep_longest(spans, kMaxSpans);
    }
}

std::vector<Breach> ReportData::breaches() const { return lead_times_.breaches(); }

void ReportData::add_warning(const WarningRevision& w) {
    auto found = warning_by_id_.find(w.id);
    if (found == warning_by_id_.end()) {
        if (warnings_.size() >= kMaxWarnings) {
            warnings_left_out_ += w.state == WarningState::open;
            return;
        }
        found = warning_by_id_.emplace(w.id, warnings_.size()).first;
        WarningStory story{.id = w.id,
                           .service = w.service,
                           .slo = w.slo.empty() ? w.rule : w.slo,
                           .slo_text = w.slo_text,
                           .resource = w.resource.name,
                           .opened_at = w.state == WarningState::open ? w.time : w.opened_at,
                           .breach_at = w.breach_at,
                           .act_before = w.act_before,
                           .sentence = w.sentence,
                           .currency = w.impact.currency,
                           .breached_when_opened = w.breached};
        warnings_.push_back(std::move(story));
    }
    WarningStory& story = warnings_[found->second];
    story.greatest_probability = std::max(story.greatest_probability, w.probability);
    story.severity = std::max(story.severity, w.severity);
    if (std::isfinite(w.impact.value_per_minute))
        story.value_per_minute = std::max(story.value_per_minute, w.impact.value_per_minute);
    if (w.state != WarningState::resolved) return;
    story.resolved_at = w.time;
    story.verdict = w.verdict;
    warning_by_id_.erase(found);
}

}  // namespace foreshock
