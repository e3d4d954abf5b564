#include "tools/learn/co_movement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace foreshock {
namespace {

constexpr Micros kBin = std::chrono::minutes{5};
constexpr size_t kMostBins = 14 * 288, kMostServices = 512, kMostGauges = 2048;
constexpr size_t kLeastIntervals = 24;
constexpr double kCalls = 0.7, kCarries = 0.7, kMargin = 0.1;

// Differences of neighbouring means, relative to the mean of all.
std::map<int64_t, double> changes(const std::map<int64_t, std::pair<double, double>>& bins) {
    std::map<int64_t, double> out;
    double before = 0;
    int64_t at = INT64_MIN;
    for (const auto& [bin, sum] : bins) {
        const double mean = sum.second > 0 ? sum.first / sum.second : 0;
        if (at == bin - 1) out[bin] = mean - before;
        before = mean;
        at = bin;
    }
    return out;
}

struct Fit {
    double r = 0;
    size_t n = 0;
};

Fit correlate(const std::map<int64_t, double>& a, const std::map<int64_t, double>& b) {
    double aa = 0, bb = 0, ab = 0;
    Fit fit;
    for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
        if (i->first < j->first) { ++i; continue; }
        if (j->first < i->first) { ++j; continue; }
        aa += i->second * i->second;
        bb += j->second * j->second;
        ab += i->second * j->second;
        ++fit.n;
        ++i, ++j;
    }
    if (fit.n >= kLeastIntervals && aa > 0 && bb > 0) fit.r = ab / std::sqrt(aa * bb);
    return fit;
}

struct Moving {
    std::string name;
    std::map<int64_t, double> changes;
    double p95 = kUnknown;
};

bool known_call(const Model& model, const std::string& a, const std::string& b) {
    return std::ranges::any_of(model.services, [&](const ServiceModel& s) {
        return (s.name == a || s.name == b) && std::ranges::any_of(s.calls, [&](const Call& c) { return c.service == (s.name == a ? b : a); });
    });
}

// A pair that a third service explains better than they explain each other is no pair: a calls b, b calls c.
std::vector<Proposal> calls_of(const std::vector<Moving>& services, const Model& model) {
    std::vector<std::vector<Fit>> fits(services.size(), std::vector<Fit>(services.size()));
    for (size_t i = 0; i < services.size(); ++i)
        for (size_t k = i + 1; k < services.size(); ++k) fits[i][k] = fits[k][i] = correlate(services[i].changes, services[k].changes);
    std::vector<Proposal> out;
    for (size_t i = 0; i < services.size(); ++i) {
        for (size_t k = i + 1; k < services.size(); ++k) {
            const Fit& f = fits[i][k];
            if (f.r < kCalls || known_call(model, services[i].name, services[k].name)) continue;
            bool through = false;
            for (size_t m = 0; m < services.size() && !through; ++m) through = m != i && m != k && fits[i][m].r > f.r && fits[m][k].r > f.r;
            if (through) continue;
            const bool told = services[i].p95 != services[k].p95 && !std::isnan(services[i].p95 + services[k].p95);
            const bool first = told ? services[i].p95 > services[k].p95 : true;
            const Moving &caller = first ? services[i] : services[k], &callee = first ? services[k] : services[i];
            out.push_back({Proposal::Kind::call, caller.name, callee.name, f.r, f.n,
                           told ? fmt::format("the caller is taken to be the slower one: {:.0f} against {:.0f} ms", caller.p95, callee.p95) : "which of them calls is not known"});
        }
    }
    return out;
}

}  // namespace

void CoMovement::add(Series& s, EventTime t, double x, double weight) {
    auto& [sum, all] = s.bins[slot_of(t, kBin).value];
    sum += x * weight;
    all += weight;
    if (s.bins.size() > kMostBins) s.bins.erase(s.bins.begin());
}

void CoMovement::decided(const DecidedSlot& slot) {
    for (const ServiceSlot& row : slot.slot.services) {
        if (services_.size() >= kMostServices && !services_.contains(row.service)) continue;
        Series& s = services_[row.service];
        s.name = slot.inventory.services()[row.service].name;
        add(s, slot.slot.start, static_cast<double>(row.count) / std::max(1e-9, row.span_seconds), row.span_seconds);
        if (row.latency.empty()) continue;
        s.slow += row.latency.quantile(0.95);
        s.slow_weight += 1;
    }
    for (const GaugeSlot& row : slot.slot.gauges) {
        if (gauges_.size() >= kMostGauges && !gauges_.contains(row.gauge)) continue;
        Series& s = gauges_[row.gauge];
        const ResourceEntry& r = slot.inventory.resources()[slot.inventory.gauges()[row.gauge].resource];
        s.name = r.name;
        s.owner = r.service == kNoIndex ? "" : slot.inventory.services()[r.service].name;
        add(s, slot.slot.start, row.value, row.span_seconds);
    }
}

std::vector<Proposal> CoMovement::proposals(const Model& model) const {
    std::vector<Moving> services;
    for (const auto& [index, s] : services_) services.push_back({s.name, changes(s.bins), s.slow_weight > 0 ? s.slow / s.slow_weight : kUnknown});
    std::ranges::sort(services, {}, &Moving::name);
    std::vector<Proposal> out = calls_of(services, model);
    std::map<std::string, Proposal> carriers;  // by resource: its surest gauge
    for (const auto& [index, g] : gauges_) {
        if (!g.owner.empty()) continue;
        const auto moves = changes(g.bins);
        Proposal best;
        double second = 0;
        for (const Moving& s : services) {
            const Fit f = correlate(moves, s.changes);
            if (f.r > best.correlation) {
                second = best.correlation;
                best = {Proposal::Kind::carries, g.name, s.name, f.r, f.n, ""};
            } else {
                second = std::max(second, f.r);
            }
        }
        if (best.correlation < kCarries) continue;
        best.reason = best.correlation - second < kMargin ? fmt::format("the next best follows with {:.2f}: look twice", second) : fmt::format("the next best follows with {:.2f}", second);
        Proposal& kept = carriers[g.name];
        if (best.correlation > kept.correlation) kept = best;
    }
    for (auto& [name, p] : carriers) out.push_back(std::move(p));
    std::ranges::stable_sort(out, std::ranges::greater{}, &Proposal::correlation);
    return out;
}

}  // namespace foreshock
