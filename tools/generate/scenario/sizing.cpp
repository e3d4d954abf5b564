#include "tools/generate/scenario/sizing.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "tools/generate/scenario/demand.h"
#include "tools/generate/scenario/load.h"

namespace foreshock {
namespace {

constexpr uint64_t kAll = ~uint64_t{0};

struct Extremes {
    ServiceLoad peak;   // the largest of each field in the live part, with the events that are planned for
    ServiceLoad usual;  // the largest of each field without events
    double mean_rate = 0;
};

void widen(ServiceLoad& to, const ServiceLoad& load) {
    to.total = std::max(to.total, load.total);
    to.cores = std::max(to.cores, load.cores);
    to.work_s = std::max(to.work_s, load.work_s);
    to.hold_s = std::max(to.hold_s, load.hold_s * load.total);        // busy threads
    to.pooled_s = std::max(to.pooled_s, load.pooled_s * load.total);  // busy connections
}

// Events that the sizes do not reckon with: decoys, unless there is nothing else to size for.
uint64_t unplanned(const ScenarioSpec& spec) {
    uint64_t decoys = 0;
    for (size_t i = 0; i < spec.demand.size(); ++i) decoys |= uint64_t{spec.demand[i].decoy} << i;
    const bool only_decoys = std::popcount(decoys) == static_cast<int>(spec.demand.size()) && spec.capacity.empty();
    return only_decoys && !spec.broad ? 0 : decoys;
}

std::vector<Extremes> extremes(const ScenarioSpec& spec) {
    std::vector<Extremes> all(spec.services.size());
    const uint64_t off = unplanned(spec);
    for (double t = 0; t < static_cast<double>(spec.live_s); t += 20) {
        const std::vector<ServiceLoad> loads = loads_at(spec, t, off, 0);
        for (size_t s = 0; s < all.size(); ++s) widen(all[s].peak, loads[s]);
    }
    for (double t = -172800; t < static_cast<double>(spec.live_s); t += 900) {
        const std::vector<ServiceLoad> loads = loads_at(spec, t, kAll, kAll);
        for (size_t s = 0; s < all.size(); ++s) {
            widen(all[s].usual, loads[s]);
            if (t < 0) all[s].mean_rate += loads[s].total / 192;
        }
    }
    return all;
}

class Sizing {
  public:
    Sizing(ScenarioSpec& spec, RandomStream& random) : spec_(spec), random_(random), all_(extremes(spec)) {}

    void all() {
        for (uint32_t s = 0; s < spec_.services.size(); ++s) {
            ServiceSpec& service = spec_.services[s];
            const Extremes& x = all_[s];
            service.cores =
                capacity(s, SimulatedResource::cpu, x.peak.cores, x.usual.cores, 0.7 - 0.7 * service.job_load);
            if (service.threads > 0)
                service.threads = std::ceil(
                    capacity(s, SimulatedResource::threads, x.peak.hold_s * 1.1, x.usual.hold_s * 1.1, 0.6) + 4);
            if (service.connections > 0)
                service.connections =
                    std::ceil(capacity(s, SimulatedResource::connections, x.peak.pooled_s, x.usual.pooled_s, 0.62) + 3);
            if (service.rate_limit > 0)
                service.rate_limit =
                    std::ceil(capacity(s, SimulatedResource::rate_limit, x.peak.total, x.usual.total, 0.68));
            if (service.heap_mb > 0) heap(service, x, is_bottleneck(s, SimulatedResource::heap));
            if (service.disk_mb > 0) disk(s, is_bottleneck(s, SimulatedResource::disk));
            if (service.role == ServiceRole::consumer) queue(s);
            declare(service.declared_cpu, x.usual.cores, service.cores);
            declare(service.declared_threads, x.usual.hold_s, service.threads);
            declare(service.declared_connections, x.usual.pooled_s, service.connections);
        }
    }

  private:
    bool is_bottleneck(uint32_t s, SimulatedResource kind) const {
        return s == spec_.bottleneck && kind == spec_.bottleneck_kind;
    }

    // `full`: what a usual day may use of it.
    double capacity(uint32_t s, SimulatedResource kind, double peak, double usual, double full) {
        const double spread = random_.uniform(0.75, 1.25);
        const double target =
            is_bottleneck(s, kind)
                ? spec_.overload
                : std::min(0.85, spec_.others_at_peak * spread * (kind == SimulatedResource::cpu ? 1 : 0.8));
        return std::max(peak / target, usual / full);
    }

    static void declare(Declared& d, double usual, double real) {
        if (d.shown > 0 && real > 0) d.share = std::clamp(usual / (real * d.shown), 0.1, 1.0);
    }

    void heap(ServiceSpec& s, const Extremes& x, bool bottleneck) {
        s.heap_mb = random_.pick(std::array{2048.0, 4096.0, 4096.0, 8192.0});
        s.heap_base_mb = s.heap_mb * random_.uniform(0.28, 0.48);
        s.garbage_mb = s.heap_mb * random_.uniform(0.03, 0.12);
        s.garbage_per_transaction_mb = s.garbage_mb / (x.mean_rate * random_.uniform(30, 240));
        if (!bottleneck) s.heap_keep_s = random_.uniform(300, 1500);
        const double room = s.heap_mb - s.garbage_mb - s.heap_base_mb;
        const double at_peak = bottleneck ? spec_.overload * 0.9 * room : random_.uniform(0.25, 0.6) * room;
        const double per = at_peak / (x.peak.total * s.heap_keep_s),
                     usual = 0.72 * room / (x.usual.total * s.heap_keep_s);
        s.heap_per_transaction_mb = std::min(per, usual);
    }

    // What the disk would hold without limit: filled by transactions, emptied by retention.
    double disk_after(uint32_t s, double until) const {
        const ServiceSpec& service = spec_.services[s];
        double used = all_[s].mean_rate * service.disk_per_transaction_mb * service.disk_keep_s, most = used;
        for (double t = -43200; t < until; t += 60) {
            const uint64_t off = t < 0 ? kAll : 0;
            double in = loads_at(spec_, t, off | unplanned(spec_), off)[s].total * service.disk_per_transaction_mb;
            for (const CapacityEvent& e : spec_.capacity)
                if (e.service == s && e.type == CapacityEvent::Type::log_burst) in *= 1 + e.size * height(e, t);
            used += 60 * (in - used / service.disk_keep_s);
            most = std::max(most, used);
        }
        return most;
    }

    void disk(uint32_t s, bool bottleneck) {
        ServiceSpec& service = spec_.services[s];
        service.disk_per_transaction_mb = random_.log_uniform(0.02, 0.2);
        if (!bottleneck) {
            service.disk_keep_s = random_.uniform(3600, 14400);
            service.disk_mb =
                std::round(disk_after(s, static_cast<double>(spec_.live_s)) / random_.uniform(0.15, 0.65));
            return;
        }
        service.disk_keep_s = random_.uniform(9000, 20000);
        const double before = disk_after(s, 0), most = disk_after(s, static_cast<double>(spec_.live_s));
        service.disk_mb = std::round(std::max(before / 0.85, before + (most - before) / spec_.overload));
    }

    void queue(uint32_t s) {
        const Extremes& x = all_[s];
        ServiceSpec& service = spec_.services[s];
        if (is_bottleneck(s, SimulatedResource::queue))
            service.cores = std::max(x.peak.cores / spec_.overload, x.usual.cores / (0.7 - 0.7 * service.job_load));
        service.queue_limit = std::round(60 * service.cores / std::max(1e-6, service.cpu_s) * random_.uniform(1, 1.6));
    }

    ScenarioSpec& spec_;
    RandomStream& random_;
    std::vector<Extremes> all_;
};

}  // namespace

void size_resources(ScenarioSpec& spec, RandomStream& random) { Sizing(spec, random).all(); }

}  // namespace foreshock
