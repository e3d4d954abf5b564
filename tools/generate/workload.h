// Synthetic load, the same bytes for the same seed: transactions and capacity metrics of many services in arrival order, up
// to two seconds out of order. Every tenth service sees its demand double at once and triple within five minutes, while one
// of its resources rises from half to full; the others stay as they are. One worker only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace foreshock {

struct WorkloadOptions {
    uint32_t services = 50;
    double rate = 300;  // transactions a second and service, on average
    uint64_t seed = 42;
    EventTime start{};
    uint32_t resources = 8;      // of each service, at most kMostResources, with two metrics each
    uint32_t metrics_every = 1;  // seconds
    uint32_t campaigns = 4;      // different ones in the transactions
    uint32_t most_late_ms = 2000;  // after its time an event arrives; one in ten takes up to that
};

struct GeneratedEvent {
    std::string json;     // one native event, without a newline
    std::string service;  // the Kafka key
    bool metric = false;
};

class Workload {
public:
    static constexpr uint32_t kMostResources = 8, kMetrics = 2;

    explicit Workload(WorkloadOptions options);
    // The next event in arrival order; the stream has no end. The reference is valid until the next call.
    const GeneratedEvent& next();
    // When the last one arrives, to 10 ms.
    EventTime arrival() const;
    // The resource that a service's spike fills; empty: it has none.
    std::string exhausted(uint32_t service) const;
    static std::string resource_name(uint32_t service, uint32_t resource);

private:
    struct Service {
        std::string name;
        double weight = 1, mean_value = 0, mean_duration_ms = 0;
        std::vector<double> utilization;  // at rest, by resource and metric
        int64_t spike_second = -1;        // -1: never
        uint32_t exhausted = 0;           // resource that the spike fills
    };
    struct Planned {
        int64_t at_ms = 0;  // event time since the start
        uint32_t service = 0;
        int32_t gauge = -1;  // -1: a transaction, else resource * 2 + metric
        double utilization = 0;
        uint64_t id = 0;
    };
    void make_service(uint32_t number);
    void plan_second();
    void plan_service(uint32_t number);
    void write(const Planned& p);
    void write_transaction(const Planned& p);
    void write_metric(const Planned& p);

    uint64_t random();          // splitmix64
    double uniform();           // [0, 1)
    double normal();            // sum of twelve uniforms less six: the same on every machine

    WorkloadOptions options_;
    uint64_t state_;
    std::vector<Service> services_;
    std::vector<std::vector<Planned>> arrivals_;  // ring of 10 ms steps, 3 s long
    int64_t second_ = 0, step_ = 0;               // planned so far; written so far
    size_t in_step_ = 0;
    uint64_t next_id_ = 1;
    GeneratedEvent event_;
};

}  // namespace foreshock
