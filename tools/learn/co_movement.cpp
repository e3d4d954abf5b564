#include "tools/learn/co_movement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/learn/caller_search.h"

namespace foreshock {
namespace {

constexpr Micros kBin = std::chrono::minutes{5};
constexpr size_t kMostBins = 14 * 288, kMostServices = 512, kMostGauges = 2048;
constexpr double kCarries = 0.7, kMargin = 0.1;

using Bins = std::map<int64_t, std::pair<double, double>>;

// Differences of neighbouring means, by interval from `first` on; NaN where there is none.
std::vector<double> changes(const Bins& bins, int64_t first, size_t intervals) {
    std::vector<double> out(intervals, kUnknown);
    double before = 0;
    int64_t at = INT64_MIN;
    for (const auto& [bin, sum] : bins) {
        const double mean = sum.second > 0 ? sum.first / sum.second : 0;
        if (at == bin - 1 && bin >= first) out[static_cast<size_t>(bin - first)] = mean - before;
        before = mean;
        at = bin;
    }
    return out;
}

std::vector<Proposal> calls_of(const std::vector<Volume>& services, const Model& model) {
    std::vector<std::pair<size_t, size_t>> known;
    const auto number = [&](const std::string& name) { return static_cast<size_t>(std::ranges::find(services, name, &Volume::name) - services.begin()); };
    for (const ServiceModel& s : model.services)
        for (const Call& c : s.calls)
            if (number(s.name) < services.size() && number(c.service) < services.size()) known.emplace_back(number(s.name), number(c.service));
    std::vector<Proposal> out;
    for (const FoundCall& c : find_calls(services, known)) {
        const Volume &caller = services[c.caller], &callee = services[c.callee];
        std::string reason = c.directed ? fmt::format("the caller is taken to be the slower one: {:.0f} against {:.0f} ms", caller.p95, callee.p95) : "which of them calls is not known";
        if (!c.or_else.empty()) reason += fmt::format("; {} explains it as well: look twice", c.or_else);
        out.push_back({Proposal::Kind::call, caller.name, callee.name, c.correlation, c.intervals, std::move(reason)});
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
    int64_t first = INT64_MAX, last = INT64_MIN;
    const auto span = [&](const auto& all) {
        for (const auto& [index, s] : all) {
            if (s.bins.empty()) continue;
            first = std::min(first, s.bins.begin()->first);
            last = std::max(last, s.bins.rbegin()->first);
        }
    };
    span(services_);
    span(gauges_);
    if (last < first) return {};
    first = std::max(first, last - static_cast<int64_t>(kMostBins) + 1);
    const auto moves_of = [&](const Series& s) { return changes(s.bins, first, static_cast<size_t>(last - first) + 1); };
    std::vector<Volume> services;
    for (const auto& [index, s] : services_) services.push_back({s.name, moves_of(s), s.slow_weight > 0 ? s.slow / s.slow_weight : kUnknown});
    std::ranges::sort(services, {}, &Volume::name);
    std::vector<Proposal> out = calls_of(services, model);
    std::map<std::string, Proposal> carriers;  // by resource: its surest gauge
    for (const auto& [index, g] : gauges_) {
        if (!g.owner.empty()) continue;
        const std::vector<double> moves = moves_of(g);
        Proposal best;
        double second = 0;
        for (const Volume& s : services) {
            const Correlation2 f = correlation_of(moves, s.changes);
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
