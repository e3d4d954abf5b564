#include "tools/generate/scenario/truth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "tools/generate/scenario/demand.h"
#include "tools/generate/scenario/foreseeable.h"

namespace foreshock {
namespace {

double full_from(SimulatedResource kind) {
    switch (kind) {
        case SimulatedResource::cpu:
            return 0.9;
        case SimulatedResource::queue:
            return 0.5;
        case SimulatedResource::heap:
            return 0.88;
        case SimulatedResource::disk:
            return 0.98;
        default:
            return 0.95;
    }
}

class Judge {
  public:
    Judge(const ScenarioSpec& spec, const LiveRun& run, const std::function<LiveRun(LeftOut)>& without)
        : spec_(spec), run_(run), without_(without) {}

    ScenarioTruth judge() {
        ScenarioTruth truth;
        truth.breaches = find_breaches(spec_, run_);
        if (!truth.breaches.empty()) {
            quiet_customers_ = find_breaches(spec_, without_({~uint64_t{0}, 0}));
            if (!spec_.capacity.empty()) {
                sound_.emplace(without_({0, ~uint64_t{0}}));
                sound_breaches_ = find_breaches(spec_, *sound_);
            }
        }
        int incident = 0;
        int64_t last = 0;
        for (TrueBreach& b : truth.breaches) {
            if (&b != &truth.breaches.front() && b.start_s - last > 600) ++incident;
            b.incident = incident;
            last = b.start_s;
            binding(b);
            cause(b);
        }
        harmless(truth);
        return truth;
    }

  private:
    static bool breached(const std::vector<TrueBreach>& in, const TrueBreach& like) {
        return std::ranges::any_of(in, [&](const TrueBreach& b) {
            return b.service == like.service && b.start_s <= like.end_s && b.end_s >= like.start_s - 600;
        });
    }

    double fullest(uint32_t s, SimulatedResource kind, const TrueBreach& b) const {
        double most = 0, recent = 0;  // mean of about 10 s: bursts do not count
        const int64_t until = std::min(run_.seconds(), b.start_s + 90);
        for (int64_t t = std::max<int64_t>(0, b.start_s - 120); t < until; ++t) {
            recent += 0.1 * (utilization(spec_.services[s], run_.at(t, s), kind) - recent);
            most = std::max(most, recent);
        }
        return most;
    }

    void binding(TrueBreach& b) const {
        const ServiceSpec& planned = spec_.services[spec_.bottleneck];
        const std::string intended = resource_name(planned, spec_.bottleneck_kind);
        std::string deepest;
        double closest = 0;
        std::string nearest;
        for (const uint32_t s : waits_for(spec_, b.service))  // callers first, so the last one is the deepest
            for (const SimulatedResource kind :
                 {SimulatedResource::threads, SimulatedResource::connections, SimulatedResource::cpu,
                  SimulatedResource::queue, SimulatedResource::heap, SimulatedResource::disk,
                  SimulatedResource::rate_limit}) {
                if (!has_resource(spec_.services[s], kind)) continue;
                const double u = fullest(s, kind, b) / full_from(kind);
                const std::string name = resource_name(spec_.services[s], kind);
                if (u > closest) closest = u, nearest = name;
                if (u < 1) continue;
                b.saturated.insert(b.saturated.begin(), name);
                deepest = name;
            }
        const auto meant = std::ranges::find(b.saturated, intended);
        if (meant != b.saturated.end()) std::rotate(b.saturated.begin(), meant, meant + 1);
        b.binding_resource = meant != b.saturated.end() ? intended : deepest.empty() ? nearest : deepest;
    }

    // The demand event that lifts demand most around the beginning of the breach.
    std::optional<size_t> event_of(const TrueBreach& b) const {
        std::optional<size_t> found;
        double most = 0;
        for (size_t i = 0; i < spec_.demand.size(); ++i) {
            const DemandEvent& e = spec_.demand[i];
            if (onset(e) > static_cast<double>(b.start_s)) continue;
            double high = 0;
            for (int64_t t = b.start_s - 600; t <= b.start_s; t += 10)
                high = std::max(high, height(e, static_cast<double>(t)));
            const double lift =
                high * (std::max({e.excess[kBrowse], e.excess[kOrder], 0.02 * e.excess[kBot]}) + e.value_excess);
            if (lift > most) most = lift, found = i;
        }
        return found;
    }

    void cause(TrueBreach& b) const {
        const std::optional<size_t> event = event_of(b);
        const bool by_demand = event && !breached(quiet_customers_, b);
        const bool by_capacity = sound_ && !breached(sound_breaches_, b);
        int64_t known = b.start_s;
        if (by_demand) {
            const DemandEvent& e = spec_.demand[*event];
            b.cause = "demand";
            b.combined = by_capacity;
            b.driver.push_back(e.driver);
            if (by_capacity) b.driver.push_back(fault_of(b).driver);
            b.demand_start_s = b.onset_s = static_cast<int64_t>(onset(e));
            known = demand_known(spec_, run_, *event, b.start_s);
        } else if (by_capacity) {
            const CapacityEvent e = fault_of(b);
            b.cause = "capacity_loss";
            b.driver.push_back(e.driver);
            b.onset_s = static_cast<int64_t>(e.start_s);
            known = capacity_known(spec_, run_, *sound_, e, b.start_s);
        } else {
            b.cause = "other";
            b.driver.push_back("other");
            b.onset_s = b.start_s;
        }
        b.foreseeable_s = std::max(known, b.start_s - 1800);
    }

    // The fault that began last before the breach, as if it came this once.
    CapacityEvent fault_of(const TrueBreach& b) const {
        const auto begun = [&](CapacityEvent e) {
            const double since = static_cast<double>(b.start_s) - e.start_s;
            if (e.period_s <= 0 || since < 0) return e;
            const double shift = std::floor(since / e.period_s) * e.period_s;
            e.start_s += shift;
            e.end_s += shift;
            return e;
        };
        CapacityEvent found = begun(spec_.capacity.front());
        for (const CapacityEvent& x : spec_.capacity)
            if (const CapacityEvent e = begun(x); e.start_s <= static_cast<double>(b.start_s) && e.start_s > found.start_s) found = e;
        return found;
    }

    void harmless(ScenarioTruth& truth) const {
        const auto live = static_cast<double>(spec_.live_s);
        const auto harmed = [&](double from, double to) {
            return std::ranges::any_of(truth.breaches, [&](const TrueBreach& b) {
                const auto start = static_cast<double>(b.start_s);
                return start >= from - 60 && start <= to + 300;
            });
        };
        for (const DemandEvent& e : spec_.demand) {
            const double from = onset(e), to = std::min(live, ending(e));
            if (from < 0 || from >= live || harmed(from, to)) continue;
            truth.harmless.push_back({e.name, from, to, e.fraction});
        }
        for (const CapacityEvent& e : spec_.capacity) {
            const bool background = e.type == CapacityEvent::Type::background;
            for (double from = e.start_s; from < live; from += e.period_s) {
                const double ends = std::min(live, from + e.end_s - e.start_s), to = background ? ends : live;
                if (to > 0 && !harmed(from, to)) truth.harmless.push_back({background ? "background_work" : "capacity_event", from, ends, 0});
                if (e.period_s <= 0) break;
            }
        }
        for (const Announcement& a : spec_.calendar)
            if (a.name.starts_with("cancelled") && a.start_s >= 0 && !harmed(0, live))
                truth.harmless.push_back({"calendar_false", a.start_s, live, 0});
    }

    const ScenarioSpec& spec_;
    const LiveRun& run_;
    const std::function<LiveRun(LeftOut)>& without_;
    std::vector<TrueBreach> quiet_customers_, sound_breaches_;
    std::optional<LiveRun> sound_;  // without the capacity events
};

}  // namespace

ScenarioTruth judge(const ScenarioSpec& spec, const LiveRun& run, const std::function<LiveRun(LeftOut)>& without) {
    return Judge(spec, run, without).judge();
}

}  // namespace foreshock
