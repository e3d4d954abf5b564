// Series made by hand, and a small service model for them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

#include "engine/plan/model.h"

namespace foreshock {

using Series = std::function<double(double seconds)>;  // NaN: nothing comes

// Deterministic noise between -1 and 1.
inline double noise(int64_t slot, uint64_t series) {
    uint64_t x = static_cast<uint64_t>(slot) * 0x9e3779b97f4a7c15ULL + series * 0xbf58476d1ce4e5b9ULL;
    x ^= x >> 31;
    x *= 0x94d049bb133111ebULL;
    x ^= x >> 29;
    return static_cast<double>(x >> 11) / 4503599627370496.0 - 1;
}

// `from` until `start`, then a straight line to `to` in `seconds`, then `to`.
inline Series ramp(double from, double to, double start, double seconds) {
    return [=](double t) { return t < start ? from : from + (to - from) * std::min(1.0, (t - start) / seconds); };
}
inline Series steady(double x) { return [x](double) { return x; }; }

// web waits for db and calls mail without waiting; web promises p95 < 300 ms; db-pool can take 100 connections.
inline Model small_shop() {
    Model m;
    ServiceModel& web = m.services.emplace_back();
    web.name = "web";
    web.calls = {{"db", false, false}, {"mail", true, false}};
    Slo latency;
    latency.name = "latency";
    latency.below = 300;
    web.slos = {latency};
    m.services.emplace_back().name = "db";
    m.services.emplace_back().name = "mail";
    ResourceModel& pool = m.resources.emplace_back();
    pool.name = "db-pool";
    pool.service = "db";
    pool.kind = ResourceKind::connection_pool;
    pool.metrics = {{"connections_used", 100}};
    ScalingModel scaling;
    scaling.unit = "replica";
    scaling.lead_time = std::chrono::minutes{1};
    pool.scaling = scaling;
    return m;
}

}  // namespace foreshock
