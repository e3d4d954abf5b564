#include "tools/generate/scenario/observe.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "tools/generate/scenario/random.h"

namespace foreshock {

std::vector<ObservedGauge> gauges_of(const ServiceSpec& s) {
    using S = const ServiceMoment&;
    std::vector<ObservedGauge> all;
    const auto add = [&](SimulatedResource kind, const char* metric, const char* name, double limit, int decimals,
                         double noise, double root, double (*read)(S)) {
        if (has_resource(s, kind))
            all.push_back({resource_name(s, kind), metric, name, limit, kind == SimulatedResource::cpu, decimals, noise,
                           root, read});
    };
    const auto declared = [](double real, const Declared& d) { return d.share < 1 ? std::max(1.0, std::round(real * d.share)) : real; };
    add(SimulatedResource::cpu, "cpu_used", "cpu", declared(100, s.declared_cpu), 1, 0.035, 0.12, [](S x) { return 100 * x.cpu; });
    add(SimulatedResource::threads, "threads_busy", "thread_pool", declared(s.threads, s.declared_threads), 0, 0, 0.7, [](S x) { return x.threads; });
    add(SimulatedResource::connections, "connections_used", "connection_pool", declared(s.connections, s.declared_connections), 0, 0, 0.7,
        [](S x) { return x.connections; });
    add(SimulatedResource::connections, "connections_waiting", "connection_pool", 2.5 * s.connections, 0, 0.05, 0,
        [](S x) { return x.waiting; });
    add(SimulatedResource::heap, "heap_used_mb", "memory", s.heap_mb, 0, 0.004, 0, [](S x) { return x.heap_mb; });
    add(SimulatedResource::disk, "disk_used_mb", "disk", s.disk_mb, 0, 0.0003, 0, [](S x) { return x.disk_mb; });
    add(SimulatedResource::queue, "backlog", "queue", s.queue_limit, 0, 0.01, 0, [](S x) { return x.backlog; });
    add(SimulatedResource::queue, "queue_age_s", "queue", 60, 1, 0.01, 0, [](S x) { return x.age_s; });
    add(SimulatedResource::rate_limit, "quota_used", "rate_limit", 100, 1, 0.02, 0,
        [](S x) { return 100 * x.rate_used; });
    if (s.miss_cost > 0)
        all.push_back({s.name + "-cache", "cache_miss_ratio", "", 1, false, 3, 0.03, 0, [](S x) { return x.miss; }});
    return all;
}

std::string host_name(const ScenarioSpec& spec, uint32_t service, uint32_t host, double t) {
    uint64_t generation = 0;
    for (const Nuisance& n : spec.nuisances)
        if (n.type == Nuisance::Type::rename && n.service == service && t >= n.start_s + 15.0 * host) ++generation;
    const uint64_t bits = mix_bits(mix_bits(spec.seed * 977 + service * 131 + host) + generation);
    return fmt::format("ip-10-{}-{}-{}", bits & 3, (bits >> 8) & 255, 2 + ((bits >> 16) % 250));
}

bool named_by_host(const ScenarioSpec& spec) { return spec.kind == "host_rename"; }

std::string host_resource(const std::string& resource, const std::string& host) {
    return resource + "-i" + host.substr(3);
}

double clock_ahead(const ScenarioSpec& spec, uint32_t service, uint32_t host, double t) {
    for (const Nuisance& n : spec.nuisances)
        if (n.type == Nuisance::Type::clock_skew && n.service == service && n.host == host && t >= n.start_s &&
            t < n.end_s)
            return n.size;
    return 0;
}

std::string iso_time(int64_t epoch_ms, bool millis) {
    using namespace std::chrono;
    const sys_time<milliseconds> t{milliseconds{epoch_ms}};
    const auto day = floor<days>(t);
    const year_month_day date{day};
    const hh_mm_ss time{t - day};
    const std::string text =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int{date.year()}, unsigned{date.month()},
                    unsigned{date.day()}, time.hours().count(), time.minutes().count(), time.seconds().count());
    return millis ? fmt::format("{}.{:03}Z", text, time.subseconds().count()) : text + "Z";
}

}  // namespace foreshock
