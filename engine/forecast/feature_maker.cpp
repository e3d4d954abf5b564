#include "engine/forecast/feature_maker.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/forecast/reading_math.h"

namespace foreshock {
namespace {

constexpr double kUsualWeight = 0.002 / 10;   // a second, of what is usual of indicators and of the value of a transaction
constexpr double kFull = 0.85;                // of the knee
constexpr double kLongestAftermath = 7200;
constexpr double kKnownMinutes = 240;
constexpr double kRecordFade = 0.1 / 86400;  // a second
constexpr double kLongSilent = 300;            // seconds after which a sensor says nothing about the present

template <int kTau>
double relative_slope(const TrendFilter<kTau>& f) {
    if (!f.valid()) return kUnknown;
    const double level = f.level();
    return level > 0 ? std::clamp(kMinute * f.slope() / level, -2.0, 2.0) : kUnknown;
}

double least(double a, double b) { return std::isnan(a) || b < a ? b : a; }

}  // namespace

void FeatureMaker::grow(const Signals& signals) {
    gauges_.resize(signals.gauges.size());
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

void FeatureMaker::observe(const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& gauges,
                           std::span<const GaugeIndex> metrics, double seconds) {
    metrics_ = metrics;
    grow(signals);
    known_seconds_ += seconds;
    observe_harm(signals, seconds);
    for (ServiceIndex s = 0; s < services_.size(); ++s) services_[s].latency_rise = latency_rise(s);
    for (const GaugeForecast& f : gauges) {
        promised_[f.gauge] = f.promised;
        gauges_[f.gauge].observe(sight_of(f, signals, c), seconds);
    }
    find_common(signals, c.entries);
    for (const ServiceState& s : signals.services) if (s.service != kNoIndex) observe_service(s, seconds);
    for (size_t k = 0; k < signals.slos.size(); ++k) observe_promise(signals.slos[k], k, seconds);
}

ResourceReadings::Sight FeatureMaker::sight_of(const GaugeForecast& f, const Signals& signals, const Correlation& c) const {
    const ResourceEntry& resource = inventory_.resources()[inventory_.gauges()[f.gauge].resource];
    ResourceReadings::Owner owner;
    if (resource.service != kNoIndex) {
        const ServiceMemory& m = services_[resource.service];
        owner = {m.latency_rise, static_cast<double>(m.since_harmed)};
    }
    return {resource, signals.gauges[f.gauge], c.outlooks[f.gauge], f, owner};
}

void FeatureMaker::observe_harm(const Signals& signals, double seconds) {
    for (ServiceMemory& m : services_) m.since_harmed = std::min(to_float(kLongestAftermath), m.since_harmed + to_float(seconds));
    for (const SloState& s : signals.slos) {
        if (!s.violated) continue;
        for (const auto& [service, hops] : reach_[s.service]) services_[service].since_harmed = 0;
    }
}

double FeatureMaker::latency_rise(ServiceIndex s) const {
    const ServiceMemory& m = services_[s];
    return m.latency.valid() ? ratio(m.latency.mean(), static_cast<double>(m.latency_usual)) : kUnknown;
}

void FeatureMaker::observe_latency(const ServiceState& s, double seconds) {
    ServiceMemory& m = services_[s.service];
    m.latency.age(seconds);
    if (!(s.p95_ms > 0)) return;
    m.latency.add(s.p95_ms, seconds);
    if (std::isnan(m.latency_usual)) m.latency_usual = to_float(s.p95_ms);
    const auto usual = static_cast<double>(m.latency_usual);
    m.latency_usual += to_float(kUsualWeight * seconds * (std::min(s.p95_ms, 2 * usual) - usual));
}

// Demand moves all resources behind an entry alike, a fault only some: the middle one knows the demand better than any count of
// recorded transactions, since sensors see them all.
void FeatureMaker::find_common(const Signals& signals, const std::vector<ServiceIndex>& entries) {
    commons_.assign(services_.size(), {});
    std::vector<bool> done(services_.size());
    std::array<std::vector<float>, 4> x;
    const auto middle = [](std::vector<float>& v) {
        if (v.empty()) return to_float(kUnknown);
        const auto at = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
        std::ranges::nth_element(v, at);
        return *at;
    };
    for (const ServiceIndex e : entries) {
        if (e == kNoIndex || done[e]) continue;
        done[e] = true;
        for (std::vector<float>& v : x) v.clear();
        for (const auto& [owner, hops] : reach_[e]) {
            for (const ResourceIndex r : inventory_.services()[owner].resources) {
                if (fills_up(inventory_.resources()[r].kind)) continue;
                for (const GaugeIndex g : inventory_.resources()[r].gauges) {
                    const ResourceReadings::Brief& of = gauges_[g].brief();
                    if (std::isnan(of.growth) || std::isnan(of.growth_recent) || signals.gauges[g].silent_seconds > kLongSilent) continue;
                    const double use = 100 * std::max(kLeastUse, static_cast<double>(of.usual));
                    x[0].push_back(of.growth);
                    x[1].push_back(of.growth_recent);
                    x[2].push_back(to_float(static_cast<double>(of.slope_fast) / use));
                    x[3].push_back(to_float(static_cast<double>(of.slope_slow) / use));
                }
            }
        }
        commons_[e] = {middle(x[0]), middle(x[1]), middle(x[2]), middle(x[3])};
    }
}

void FeatureMaker::observe_service(const ServiceState& s, double seconds) {
    observe_latency(s, seconds);
    ServiceMemory& m = services_[s.service];
    const auto each = [&m](auto&& use) { use(m.fast); use(m.middle); use(m.slow); };
    each([&](auto& f) { f.age(seconds); });
    m.value.age(seconds);
    const bool known = !std::isnan(s.volume.rate) && (s.present || !s.summarised);
    if (known) each([&](auto& f) { f.add(s.volume.rate, seconds); });
    if (known && !std::isnan(s.value.rate)) m.value.add(s.value.rate, seconds);
    m.volume.add(known ? s.volume.rate : kUnknown, seconds);
    const auto before = to_float(m.volume.mean(10, 12));
    m.record *= to_float(1 - kRecordFade * seconds);
    if (!(before <= m.record) && !std::isnan(before)) m.record = before;
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
    return slo.indicator == Indicator::metric && metrics_[promise] == subject.metric;
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

void FeatureMaker::make(const PromiseSubject& subject, const Signals& signals, const Correlation& c,
                        const std::vector<GaugeForecast>& gauges, FeatureVector& out, GaugeIndex& first) const {
    out = FeatureVector();
    std::array<Candidate, 3> best;  // first, second, filling
    double level = kUnknown, in10 = kUnknown, drift = kUnknown, spared = 1, full = 0;
    double used = kUnknown, slope = kUnknown, soonest = kUnknown, latency = kUnknown;
    for (const auto& [owner, hops] : reach_[subject.service]) {
        if (subject.metric != kNoIndex && hops > 0) break;
        latency = most(latency, latency_rise(owner));
        for (const ResourceIndex r : inventory_.services()[owner].resources) {
            for (const GaugeIndex g : inventory_.resources()[r].gauges) {
                if (promised_[g] && g != subject.metric) continue;
                const ResourceReadings::Brief& of = gauges_[g].brief();
                const double now = of.level, knee = c.outlooks[g].knee;
                level = most(level, now);
                in10 = most(in10, of.predicted_10min);
                drift = most(drift, of.cost_drift);
                used = most(used, now / std::max(0.05, knee));
                slope = most(slope, of.slope);
                soonest = least(soonest, least(of.line_minutes, of.demand_minutes));
                spared *= 1 - static_cast<double>(of.crossing);
                full += now > kFull * knee ? 1 : 0;
                rank({g, hops, of.urgency + (g == subject.metric ? 1e6F : 0)}, fills_up(inventory_.resources()[r].kind), best);
            }
        }
    }
    const ServiceIndex entry = c.entries[subject.service];
    const Common common = entry == kNoIndex ? Common() : commons_[entry];
    for (size_t i = 0; i < best.size(); ++i) {
        if (best[i].gauge == kNoIndex) continue;
        const GaugeIndex g = best[i].gauge;
        const ResourceReadings& of = gauges_[g];
        std::ranges::copy(of.block(sight_of(gauges[g], signals, c)), out.x.begin() + static_cast<std::ptrdiff_t>(i * kResourceFeatures));
        out.x[i * kResourceFeatures + static_cast<size_t>(Feature::first_hops)] = to_float(best[i].hops);
        out.x[i * kResourceFeatures + static_cast<size_t>(Feature::first_apart)] = to_float(ratio(static_cast<double>(of.brief().growth), static_cast<double>(common.growth)));
    }
    first = best[2].urgency > best[0].urgency ? best[2].gauge : best[0].gauge;
    out[Feature::most_level] = to_float(level);
    out[Feature::most_predicted_10min] = to_float(in10);
    out[Feature::most_cost_drift] = to_float(drift);
    out[Feature::any_crossing] = to_float(1 - spared);
    out[Feature::full] = to_float(full);
    out[Feature::most_used] = to_float(used);
    out[Feature::most_slope] = to_float(slope);
    out[Feature::soonest_minutes] = to_float(soonest);
    out[Feature::worst_latency] = to_float(latency);
    out[Feature::common_growth] = common.growth;
    out[Feature::common_recent] = common.recent;
    out[Feature::common_slope] = common.slope;
    out[Feature::common_slope_slow] = common.slope_slow;
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
    put(Feature::entry_to_record, ratio(entry.volume.level, static_cast<double>(n.record)));
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
    out[Feature::indicator_rise] = to_float(ratio(now, usual));
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
