// Breaches, from the recorded transactions alone.
#include <algorithm>
#include <array>
#include <cmath>

#include "tools/generate/scenario/truth.h"

namespace foreshock {
namespace {

constexpr int64_t kStep = 10, kWindow = 60, kInARow = 7, kApart = 600;
constexpr size_t kFewest = 20;
constexpr double kErrorLimit = 0.05, kAgeLimit = 60;

// Violations of one objective at 60, 70, ... seconds.
using Violations = std::vector<bool>;

struct Stretch {
    int64_t start = 0, end = 0;
};

std::vector<Stretch> stretches(const Violations& violated) {
    std::vector<Stretch> all;
    int64_t run = 0;
    for (size_t i = 0; i <= violated.size(); ++i) {
        if (i < violated.size() && violated[i]) {
            ++run;
            continue;
        }
        if (run >= kInARow) {
            const int64_t end = kWindow + (static_cast<int64_t>(i) - 1) * kStep, start = end - (run - 1) * kStep;
            if (!all.empty() && start - all.back().end < kApart)
                all.back().end = end;
            else
                all.push_back({start, end});
        }
        run = 0;
    }
    return all;
}

void judge_windows(const ScenarioSpec& spec, const LiveRun& run, uint32_t s, Violations& slow, Violations& failing) {
    std::vector<std::vector<RecordedTransaction>> tens(static_cast<size_t>((run.seconds() + kStep - 1) / kStep));
    for (int64_t t = 0; t < run.seconds(); ++t)
        record_transactions(spec, run, s, t, tens[static_cast<size_t>(t / kStep)]);
    std::vector<double> durations;
    for (size_t last = kWindow / kStep; last <= tens.size(); ++last) {
        durations.clear();
        size_t failed = 0;
        for (size_t i = last - kWindow / kStep; i < last; ++i)
            for (const RecordedTransaction& t : tens[i]) {
                durations.push_back(t.duration_ms);
                failed += t.outcome != TransactionOutcome::ok;
            }
        const size_t n = durations.size();
        if (n < kFewest) {
            slow.push_back(false), failing.push_back(false);
            continue;
        }
        const auto at = durations.begin() + static_cast<ptrdiff_t>(std::ceil(0.95 * static_cast<double>(n))) - 1;
        std::nth_element(durations.begin(), at, durations.end());
        slow.push_back(*at > spec.services[s].slo_ms);
        failing.push_back(static_cast<double>(failed) > kErrorLimit * static_cast<double>(n));
    }
}

Violations old_queue(const LiveRun& run, uint32_t s) {
    Violations violated;
    for (int64_t end = kWindow; end <= run.seconds(); end += kStep) {
        double age = 0;
        for (int64_t t = end - kWindow; t < end; ++t) age += run.at(t, s).age_s / kWindow;
        violated.push_back(age > kAgeLimit);
    }
    return violated;
}

// One breach of several objectives where they overlap or follow each other closely; the first names it.
void join(std::vector<TrueBreach>& breaches, uint32_t s, const std::string& slo, const Stretch& stretch) {
    for (TrueBreach& b : breaches) {
        if (b.service != s || stretch.start - b.end_s >= kApart || b.start_s - stretch.end >= kApart) continue;
        const bool first = stretch.start < b.start_s;
        if (first)
            std::swap(b.slo, b.also.emplace_back(slo));
        else if (slo != b.slo && std::ranges::find(b.also, slo) == b.also.end())
            b.also.push_back(slo);
        b.start_s = std::min(b.start_s, stretch.start);
        b.end_s = std::max(b.end_s, stretch.end);
        return;
    }
    TrueBreach b;
    b.service = s;
    b.slo = slo;
    b.start_s = stretch.start;
    b.end_s = stretch.end;
    breaches.push_back(b);
}

}  // namespace

std::vector<TrueBreach> find_breaches(const ScenarioSpec& spec, const LiveRun& run) {
    std::vector<TrueBreach> breaches;
    for (uint32_t s = 0; s < spec.services.size(); ++s) {
        const std::string& name = spec.services[s].name;
        if (spec.services[s].role == ServiceRole::consumer) {
            for (const Stretch& x : stretches(old_queue(run, s))) join(breaches, s, name + "-age", x);
            continue;
        }
        Violations slow, failing;
        judge_windows(spec, run, s, slow, failing);
        for (const Stretch& x : stretches(slow)) join(breaches, s, name + "-p95", x);
        for (const Stretch& x : stretches(failing)) join(breaches, s, name + "-err", x);
    }
    std::ranges::stable_sort(breaches, {}, &TrueBreach::start_s);
    return breaches;
}

}  // namespace foreshock
