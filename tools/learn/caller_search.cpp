#include "tools/learn/caller_search.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

namespace foreshock {
namespace {

constexpr size_t kMostCallers = 6;
constexpr double kLeastTogether = 0.7;  // of the callee's changes with the sum of its callers'
constexpr double kLeastPart = 0.5;      // of one caller, when the others are taken off
constexpr double kSure = 4.5;           // standard errors of Fisher's z: among hundreds of services, none by chance
constexpr double kAlike = 1.5;          // residual variances below this ratio (F test, some 70 intervals) do not tell two callers apart
constexpr double kSlower = 1.05;        // p95 of a caller over that of its callee, at least

double product(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i)
        if (const double x = a[i] * b[i]; !std::isnan(x)) sum += x;
    return sum;
}

// What `x` leaves of `y`.
void take_off(std::vector<double>& y, const std::vector<double>& x) {
    const double xx = product(x, x);
    if (!(xx > 0)) return;
    const double slope = product(x, y) / xx;
    for (size_t i = 0; i < y.size(); ++i)
        if (!std::isnan(x[i])) y[i] -= slope * x[i];
}

enum class Order : uint8_t { caller, callee, unknown };

// Which of two waits for the other.
Order order_of(const Volume& candidate, const Volume& callee) {
    if (candidate.p95 > callee.p95 * kSlower) return Order::caller;
    return callee.p95 > candidate.p95 * kSlower ? Order::callee : Order::unknown;
}

struct Candidate {
    size_t service = 0;
    Correlation2 fit;
};

class CallerSearch {
public:
    CallerSearch(const std::vector<Volume>& services, const std::vector<std::pair<size_t, size_t>>& known) : services_(services), known_(known.begin(), known.end()) {}

    void search(size_t callee, std::vector<FoundCall>& out) {
        callee_ = callee;
        rest_ = services_[callee].changes;
        const double all = product(rest_, rest_);
        left_.clear();
        for (size_t i = 0; i < services_.size(); ++i)
            if (may_call(i)) left_.push_back({i, services_[i].changes});
        std::vector<size_t> told;
        for (const auto& [from, to] : known_)
            if (to == callee) told.push_back(from);
        for (const auto& axis : axes(told)) accept(axis);
        std::vector<FoundCall> found;
        while (found.size() < kMostCallers) {
            const std::optional<FoundCall> next = best();
            if (!next) break;
            accept(residual_of(next->caller));
            found.push_back(*next);
        }
        drop_superfluous(told, found);
        for (FoundCall& call : found)  // who has a part of his own is no other way to say it
            if (std::ranges::any_of(found, [&](const FoundCall& other) { return services_[other.caller].name == call.or_else; })) call.or_else.clear();
        const double explained = all > 0 ? 1 - product(rest_, rest_) / all : 0;
        if (explained >= kLeastTogether * kLeastTogether) out.insert(out.end(), found.begin(), found.end());
    }

private:
    struct Left {
        size_t service;
        std::vector<double> changes;  // what those taken before leave of it
    };
    bool may_call(size_t i) const {
        return i != callee_ && !known_.contains({i, callee_}) && !known_.contains({callee_, i}) && order_of(services_[i], services_[callee_]) != Order::callee;
    }
    std::vector<double> residual_of(size_t service) const { return std::ranges::find(left_, service, &Left::service)->changes; }
    void accept(const std::vector<double>& taken) {
        take_off(rest_, taken);
        for (Left& l : left_) take_off(l.changes, taken);
    }
    // The changes of each, without what those before it say.
    std::vector<std::vector<double>> axes(const std::vector<size_t>& services) const {
        std::vector<std::vector<double>> out;
        for (const size_t s : services) {
            std::vector<double> changes = services_[s].changes;
            for (const auto& axis : out) take_off(changes, axis);
            out.push_back(std::move(changes));
        }
        return out;
    }
    // Whoever was taken early, and of whom those that came later leave nothing.
    void drop_superfluous(const std::vector<size_t>& told, std::vector<FoundCall>& found) const {
        for (size_t i = 0; i < found.size();) {
            std::vector<size_t> others = told;
            for (const FoundCall& other : found)
                if (other.caller != found[i].caller) others.push_back(other.caller);
            std::vector<double> rest = services_[callee_].changes, own = services_[found[i].caller].changes;
            for (const auto& axis : axes(others)) {
                take_off(rest, axis);
                take_off(own, axis);
            }
            const Correlation2 fit = correlation_of(rest, own);
            if (others.empty() || is_sure(fit)) {
                found[i++].correlation = fit.r;
                continue;
            }
            found.erase(found.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    static bool is_sure(const Correlation2& fit) {
        return fit.r >= kLeastPart && std::atanh(std::min(fit.r, 1 - 1e-12)) * std::sqrt(static_cast<double>(fit.n) - 3) >= kSure;
    }
    // The caller that explains most of what is left. Of several that cannot be told apart the one that is slower by least: it is nearest.
    std::optional<FoundCall> best() const {
        std::vector<Candidate> sure;
        for (const Left& l : left_) {
            // What is left of a service that others explain wholly is rounding.
            if (!(product(l.changes, l.changes) > 1e-6 * product(services_[l.service].changes, services_[l.service].changes))) continue;
            const Correlation2 fit = correlation_of(rest_, l.changes);
            if (is_sure(fit)) sure.push_back({l.service, fit});
        }
        if (sure.empty()) return std::nullopt;
        const auto unexplained = [](const Candidate& c) { return 1 - c.fit.r * c.fit.r; };
        std::ranges::stable_sort(sure, {}, unexplained);
        const double bound = unexplained(sure.front()) * kAlike + 1e-9;
        std::erase_if(sure, [&](const Candidate& c) { return unexplained(c) > bound; });
        std::ranges::stable_sort(sure, [&](const Candidate& a, const Candidate& b) { return services_[a.service].p95 < services_[b.service].p95; });
        const Candidate& c = sure.front();
        FoundCall call{c.service, callee_, c.fit.r, c.fit.n, order_of(services_[c.service], services_[callee_]) == Order::caller, {}};
        if (sure.size() > 1) call.or_else = services_[sure[1].service].name;
        return call;
    }

    const std::vector<Volume>& services_;
    std::set<std::pair<size_t, size_t>> known_;
    size_t callee_ = 0;
    std::vector<double> rest_;  // what the callers taken so far leave of the callee
    std::vector<Left> left_;
};

}  // namespace

Correlation2 correlation_of(const std::vector<double>& a, const std::vector<double>& b) {
    double aa = 0, bb = 0, ab = 0;
    Correlation2 out;
    for (size_t i = 0; i < a.size(); ++i) {
        if (std::isnan(a[i]) || std::isnan(b[i])) continue;
        aa += a[i] * a[i];
        bb += b[i] * b[i];
        ab += a[i] * b[i];
        ++out.n;
    }
    if (out.n >= kLeastIntervals && aa > 0 && bb > 0) out.r = ab / std::sqrt(aa * bb);
    return out;
}

std::vector<FoundCall> find_calls(const std::vector<Volume>& services, const std::vector<std::pair<size_t, size_t>>& known) {
    std::vector<FoundCall> all;
    CallerSearch search(services, known);
    for (size_t i = 0; i < services.size(); ++i) search.search(i, all);
    // A pair of which nobody knows who calls may have been found from both sides.
    std::vector<FoundCall> out;
    for (const FoundCall& c : all)
        if (c.directed || std::ranges::none_of(out, [&](const FoundCall& o) { return o.caller == c.callee && o.callee == c.caller; })) out.push_back(c);
    return out;
}

}  // namespace foreshock
