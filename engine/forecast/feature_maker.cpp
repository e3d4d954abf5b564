#include "engine/forecast/feature_maker.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace foreshock {
namespace {

constexpr double kUsualWeight = 0.002 / 10;   // a second, of what is usual of indicators and of the value of a transaction
constexpr double kFull = 0.85;                // of the knee
constexpr double kMinute = 60;
constexpr double kMostRatio = 20;             // a ratio against next to nothing says no more than this
constexpr double kFillRise = 600, kFillAhead = 1200;  // demand of what fills goes on rising for the first, and is asked for the second
constexpr double kLongestAftermath = 7200;
constexpr double kKnownMinutes = 240, kLongestLine = 120;

float to_float(double x) { return static_cast<float>(x); }

double ratio(double a, double b) { return b > 0 ? std::min(a / b, kMostRatio) : kUnknown; }

double relative_slope(const TrendFilter& f) {
    if (!f.valid()) return kUnknown;
    const double level = f.level();
    return level > 0 ? std::clamp(kMinute * f.slope() / level, -2.0, 2.0) : kUnknown;
}

// Level of what fills, `kFillAhead` seconds on: demand rises for `kFillRise` seconds more and stays.
double filled(const Outlook& o) {
    if (!o.fills) return kUnknown;
    const double slope = std::abs(o.relative_demand_slope) < o.relative_demand_slope_error ? 0 : o.relative_demand_slope;
    const double extra = o.fill_per_demand * slope * kFillRise * (kFillAhead - kFillRise / 2);
    const double pulled = std::abs(o.fill_pull) > 1e-9 ? std::expm1(o.fill_pull * kFillAhead) / o.fill_pull : kFillAhead;
    return std::clamp(o.level + o.fill_rate * pulled + extra, 0.0, 5.0);
}

double scale_room(const ResourceEntry& r, uint32_t instances) {
    if (r.model == nullptr || !r.model->scaling || !r.model->scaling->automatic || !r.model->scaling->max || instances == 0) return 1;
    return std::max(1.0, *r.model->scaling->max / instances);
}

bool fills(ResourceKind k) { return k == ResourceKind::queue || k == ResourceKind::memory || k == ResourceKind::disk; }

double line_minutes(double room, double slope) {
    if (std::isnan(room)) return kUnknown;
    if (room <= 0) return 0;
    return slope > 0 ? std::min(kLongestLine, room / slope / kMinute) : kLongestLine;
}

double most(double a, double b) { return std::isnan(a) || b > a ? b : a; }

}  // namespace

void FeatureMaker::grow(const Signals& signals) {
    gauges_.resize(signals.gauges.size());
    blocks_.resize(signals.gauges.size());
    urgency_.resize(signals.gauges.size());
    promises_.resize(signals.slos.size());
    promised_.resize(signals.gauges.size(), false);
    if (reach_.size() == signals.services.size()) return;
    services_.resize(signals.services.size());
    const size_t n = services_.size();
    reach_.assign(n, {});
    slos_.assign(n, {});
    for (ServiceIndex s = 0; s < n; ++s) {
        std::vector<int> hops(n, -1);
        hops[s] = 0;
        for (const ServiceIndex r : inventory_.reach(s)) {  // callers come before callees
            reach_[s].emplace_back(r, hops[r]);
            for (const ServiceIndex callee : inventory_.services()[r].waits_for) if (hops[callee] < 0) hops[callee] = hops[r] + 1;
        }
    }
    for (uint32_t k = 0; k < signals.slos.size(); ++k) slos_[signals.slos[k].service].push_back(k);
}

void FeatureMaker::observe(const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& gauges, double seconds) {
    grow(signals);
    known_seconds_ += seconds;
    for (const GaugeForecast& f : gauges) {
        promised_[f.gauge] = f.promised;
        observe_gauge(signals, c.outlooks[f.gauge], f, seconds);
    }
    for (const ServiceState& s : signals.services) if (s.service != kNoIndex) observe_service(s, seconds);
    for (size_t k = 0; k < signals.slos.size(); ++k) observe_promise(signals.slos[k], k, seconds);
}

void FeatureMaker::observe_gauge(const Signals& signals, const Outlook& o, const GaugeForecast& f, double seconds) {
    const GaugeState& g = signals.gauges[f.gauge];
    const ResourceEntry& resource = inventory_.resources()[inventory_.gauges()[f.gauge].resource];
    GaugeMemory& m = gauges_[f.gauge];
    m.fast.age(seconds);
    m.slow.age(seconds);
    m.since_sample += to_float(seconds);
    if (g.present && std::isfinite(g.utilization)) {
        const double y = resource.kind == ResourceKind::memory ? g.level : g.utilization;  // without the saw-teeth
        const double span = std::min(300.0, static_cast<double>(m.since_sample));
        if (!std::isnan(y)) { m.fast.add(y, span); m.slow.add(y, span); }
        m.since_sample = 0;
    }
    const double cost = o.predicted > 0.01 && !std::isnan(g.level) ? std::min(kMostRatio, g.level / o.predicted) : kUnknown;
    m.level.add(o.level, seconds);
    m.cost.add(cost, seconds);
    m.instances.add(g.instances > 0 ? g.instances : kUnknown, seconds);

    const bool known = !std::isnan(o.level);
    const double in5 = o.predicted + std::max(0.0, o.predicted_slope) * 300;
    const double scale = std::isnan(cost) ? 1 : cost, in_now = o.predicted * scale;
    const double in10 = std::max(o.predicted, o.predicted + o.predicted_slope * 600) * scale;
    const double rise = o.level - o.baseline;
    const double fill = filled(o);
    ResourceBlock& b = blocks_[f.gauge];
    const auto put = [&b](Feature x, double v) { b[static_cast<size_t>(x)] = to_float(v); };
    put(Feature::first_level, o.level);
    put(Feature::first_sensor, m.fast.valid() ? m.fast.level() : kUnknown);
    put(Feature::first_predicted, o.predicted);
    put(Feature::first_predicted_5min, in5);
    put(Feature::first_predicted_10min, in10);
    put(Feature::first_usual, m.level.mean(30, 60));
    put(Feature::first_peak, most(m.level.most(0, 30), o.level));
    put(Feature::first_usual_high, g.usual_high);
    put(Feature::first_cost_ratio, std::isnan(o.predicted) ? kUnknown : o.cost_ratio);
    put(Feature::first_cost_drift, ratio(cost, m.cost.mean(20, 40)));
    put(Feature::first_slope_fast, m.fast.valid() ? 100 * kMinute * m.fast.slope() : kUnknown);
    put(Feature::first_slope, known ? 100 * kMinute * o.slope : kUnknown);
    put(Feature::first_slope_slow, m.slow.valid() ? 100 * kMinute * m.slow.slope() : kUnknown);
    put(Feature::first_filled_20min, fill);
    put(Feature::first_significance, std::clamp(o.significance, -20.0, 100.0));
    put(Feature::first_noise, o.noise);
    put(Feature::first_rise_age, o.age_seconds);
    put(Feature::first_used_headroom, f.knee > o.baseline ? std::clamp(rise / (f.knee - o.baseline), -2.0, 5.0) : kUnknown);
    put(Feature::first_need_ratio, ratio(f.knee - o.idle, o.baseline - o.idle));
    put(Feature::first_crossing, f.crossing.probability);
    put(Feature::first_crossing_minutes, f.crossing.probability > 0.01 ? f.breach / kMinute : kUnknown);
    put(Feature::first_line_minutes, line_minutes(f.knee - o.level, o.slope));
    put(Feature::first_demand_minutes, line_minutes(f.knee - in_now, o.predicted_slope * scale));
    // Rows of an earlier kind may not have told instances apart: only a loss means something.
    put(Feature::first_lost_instances, std::max(0.0, 1 - ratio(g.instances, m.instances.mean(30, 60))));
    put(Feature::first_scale_room, scale_room(resource, g.instances));
    put(Feature::first_silent, std::min(3600.0, g.silent_seconds));
    constexpr std::array kOrder{0, 1, 2, 3, 4, 5, 6, 7};  // in the order of ResourceKind: other, cpu, threads, connections, queue, memory, disk, rate limit
    put(Feature::first_kind, kOrder[static_cast<size_t>(resource.kind)]);
    put(Feature::first_hops, kUnknown);
    const double next = std::max({known ? o.level : 0, known && !std::isnan(rise) && o.significance > 2 ? o.level + 2 * rise : 0,
                                  std::isnan(fill) ? 0 : fill, std::isnan(in10) ? 0 : in10});
    urgency_[f.gauge] = to_float(next / std::max(0.05, f.knee) + 0.5 * f.crossing.probability);
}

void FeatureMaker::observe_service(const ServiceState& s, double seconds) {
    ServiceMemory& m = services_[s.service];
    for (TrendFilter* f : {&m.fast, &m.middle, &m.slow, &m.value}) f->age(seconds);
    const bool known = !std::isnan(s.volume.rate) && (s.present || !s.summarised);
    if (known) for (TrendFilter* f : {&m.fast, &m.middle, &m.slow}) f->add(s.volume.rate, seconds);
    if (known && !std::isnan(s.value.rate)) m.value.add(s.value.rate, seconds);
    m.volume.add(known ? s.volume.rate : kUnknown, seconds);
    const double price = s.volume.level > 0 ? s.value.level / s.volume.level : kUnknown;
    if (std::isnan(price)) return;
    if (std::isnan(m.each_usual)) m.each_usual = to_float(price);
    m.each_usual += to_float(kUsualWeight * seconds * (price - static_cast<double>(m.each_usual)));
}

void FeatureMaker::observe_promise(const SloState& s, size_t k, double seconds) {
    PromiseMemory& m = promises_[k];
    m.indicator.age(seconds);
    m.since_broken = s.violated ? 0 : std::min(to_float(kLongestAftermath), m.since_broken + to_float(seconds));
    const double below = inventory_.services()[s.service].model->slos[s.slo].below;
    if (std::isnan(s.value) || !(below > 0)) return;
    const double share = std::min(kMostRatio, s.value / below);
    m.indicator.add(share, seconds);
    if (s.violated) return;
    if (std::isnan(m.usual)) m.usual = to_float(share);
    m.usual += to_float(kUsualWeight * seconds * (share - static_cast<double>(m.usual)));
}

bool FeatureMaker::of_subject(const PromiseSubject& subject, size_t promise, const Signals& signals) const {
    const SloState& s = signals.slos[promise];
    const Slo& slo = inventory_.services()[s.service].model->slos[s.slo];
    if (subject.metric == kNoIndex) return slo.indicator != Indicator::metric;
    return slo.indicator == Indicator::metric && inventory_.find_gauge(slo.resource, slo.metric) == subject.metric;
}

void FeatureMaker::rank(const Candidate& x, bool fills, std::array<Candidate, 3>& best) {
    if (fills) {
        if (x.urgency > best[2].urgency) best[2] = x;
    } else if (x.urgency > best[0].urgency) {
        best[1] = std::exchange(best[0], x);
    } else if (x.urgency > best[1].urgency) {
        best[1] = x;
    }
}

void FeatureMaker::make(const PromiseSubject& subject, const Signals& signals, const Correlation& c, FeatureVector& out,
                        GaugeIndex& first) const {
    out = FeatureVector();
    std::array<Candidate, 3> best;  // first, second, filling
    double level = kUnknown, in10 = kUnknown, drift = kUnknown, spared = 1, full = 0;
    for (const auto& [owner, hops] : reach_[subject.service]) {
        if (subject.metric != kNoIndex && hops > 0) break;
        for (const ResourceIndex r : inventory_.services()[owner].resources) {
            for (const GaugeIndex g : inventory_.resources()[r].gauges) {
                if (promised_[g] && g != subject.metric) continue;
                const auto of = [&b = blocks_[g]](Feature x) { return static_cast<double>(b[static_cast<size_t>(x)]); };
                level = most(level, of(Feature::first_level));
                in10 = most(in10, of(Feature::first_predicted_10min));
                drift = most(drift, of(Feature::first_cost_drift));
                spared *= 1 - of(Feature::first_crossing);
                full += of(Feature::first_level) > kFull * c.outlooks[g].knee ? 1 : 0;
                rank({g, hops, urgency_[g] + (g == subject.metric ? 1e6F : 0)}, fills(inventory_.resources()[r].kind), best);
            }
        }
    }
    for (size_t i = 0; i < best.size(); ++i) {
        if (best[i].gauge == kNoIndex) continue;
        const ResourceBlock& b = blocks_[best[i].gauge];
        std::ranges::copy(b, out.x.begin() + static_cast<std::ptrdiff_t>(i * kResourceFeatures));
        out.x[i * kResourceFeatures + static_cast<size_t>(Feature::first_hops)] = to_float(best[i].hops);
    }
    first = best[2].urgency > best[0].urgency ? best[2].gauge : best[0].gauge;
    out[Feature::most_level] = to_float(level);
    out[Feature::most_predicted_10min] = to_float(in10);
    out[Feature::most_cost_drift] = to_float(drift);
    out[Feature::any_crossing] = to_float(1 - spared);
    out[Feature::full] = to_float(full);
    out[Feature::metric_promise] = subject.metric == kNoIndex ? 0 : 1;
    out[Feature::known_minutes] = to_float(std::min(kKnownMinutes, known_seconds_ / kMinute));
    put_demand(subject, signals, c, out);
    put_indicator(subject, signals, out);
    put_calendar(subject, signals, c, best[0].gauge, out);
}

void FeatureMaker::put_demand(const PromiseSubject& subject, const Signals& signals, const Correlation& c, FeatureVector& out) const {
    const auto put = [&out](Feature f, double v) { out[f] = to_float(v); };
    const ServiceState& own = signals.services[subject.service];
    const ServiceMemory& m = services_[subject.service];
    const auto z = [](const DemandState& d) { return std::isnan(d.ratio) ? kUnknown : std::clamp(d.z, -20.0, 50.0); };
    const auto capped = [](double x) { return std::isnan(x) ? x : std::min(x, kMostRatio); };
    put(Feature::volume_ratio, capped(own.volume.ratio));
    put(Feature::volume_z, z(own.volume));
    put(Feature::volume_slope, relative_slope(m.middle));
    put(Feature::value_ratio, capped(own.value.ratio));
    put(Feature::value_z, z(own.value));
    put(Feature::value_slope, relative_slope(m.value));
    put(Feature::value_each_ratio, own.volume.level > 0 ? ratio(own.value.level / own.volume.level, static_cast<double>(m.each_usual)) : kUnknown);
    put(Feature::errors, own.error_ratio);
    const ServiceIndex e = c.entries[subject.service];
    if (e == kNoIndex) return;
    const ServiceState& entry = signals.services[e];
    const ServiceMemory& n = services_[e];
    put(Feature::entry_ratio, capped(entry.volume.ratio));
    put(Feature::entry_z, z(entry.volume));
    put(Feature::entry_age, entry.volume.age_seconds);
    put(Feature::entry_slope_fast, relative_slope(n.fast));
    put(Feature::entry_slope, relative_slope(n.middle));
    put(Feature::entry_slope_slow, relative_slope(n.slow));
    put(Feature::entry_to_past, ratio(entry.volume.level, n.volume.mean(30, 60)));
    put(Feature::entry_to_10min, ratio(entry.volume.level, n.volume.mean(8, 12)));
    put(Feature::entry_peak, ratio(n.volume.most(0, 60), entry.volume.level));
    put(Feature::entry_value_ratio, capped(entry.value.ratio));
    put(Feature::entry_noise, ratio(entry.volume.spread, entry.volume.baseline));
    put(Feature::entry_to_profile, ratio(entry.volume.level, entry.volume.expected));
    put(Feature::entry_ahead, ratio(entry.volume.expected_later, entry.volume.expected));
    put(Feature::entry_fast_ratio, n.fast.valid() ? ratio(n.fast.level(), entry.volume.baseline) : kUnknown);
}

void FeatureMaker::put_indicator(const PromiseSubject& subject, const Signals& signals, FeatureVector& out) const {
    double now = kUnknown, usual = kUnknown, slope = kUnknown, since = kUnknown;
    for (const uint32_t k : slos_[subject.service]) {
        if (!of_subject(subject, k, signals)) continue;
        const PromiseMemory& m = promises_[k];
        const double share = m.indicator.valid() ? std::max(0.0, m.indicator.level()) : kUnknown;
        if (!(share <= now) && !std::isnan(share)) {
            now = share;
            usual = static_cast<double>(m.usual);
            slope = kMinute * m.indicator.slope();
        }
        const auto s = static_cast<double>(m.since_broken);
        if (!std::isnan(s) && !(s >= since)) since = s;
    }
    double below = kUnknown;
    for (const auto& [service, hops] : reach_[subject.service]) {
        if (hops == 0) continue;
        for (const uint32_t k : slos_[service]) {
            const PromiseMemory& m = promises_[k];
            if (m.indicator.valid() && of_subject({service, kNoIndex}, k, signals)) below = most(below, m.indicator.level());
        }
    }
    out[Feature::indicator] = to_float(now);
    out[Feature::indicator_usual] = to_float(usual);
    out[Feature::indicator_slope] = to_float(slope);
    out[Feature::worst_below] = to_float(below);
    out[Feature::since_broken] = to_float(since);
}

void FeatureMaker::put_calendar(const PromiseSubject& subject, const Signals& signals, const Correlation& c, GaugeIndex first,
                                FeatureVector& out) const {
    const auto campaign = calendar_.nearest(signals, subject.service);
    if (!campaign) return;
    out[Feature::campaign_minutes] = to_float(campaign->seconds_to_start / kMinute);
    out[Feature::campaign_came] = to_float(std::clamp(campaign->came, -1.0, 3.0));
    if (first == kNoIndex) return;
    const Outlook& o = c.outlooks[first];
    out[Feature::campaign_level] = to_float((o.idle + campaign->expected_ratio * (o.baseline - o.idle)) / o.knee);
}

}  // namespace foreshock
