// What a watcher sees of a service map: names of hosts, metrics with their limits, and the JSON of rows. Shared by the
// writers.
#pragma once

#include <string>
#include <vector>

#include "tools/generate/scenario/simulation.h"

namespace foreshock {

// One metric of a resource, by whom it is reported.
struct ObservedGauge {
    std::string resource, metric, kind;  // kind as in the model; empty: not in the model
    double limit = 0;
    bool per_host = false;
    int decimals = 0;
    double noise = 0;       // deviation of a reading, of its value
    double root_noise = 0;  // and of the root of its value
    double (*read)(const ServiceMoment&) = nullptr;
};
std::vector<ObservedGauge> gauges_of(const ServiceSpec& service);

// Every scenario has its own addresses; a host has a new one after each renaming that has happened by `t`.
std::string host_name(const ScenarioSpec& spec, uint32_t service, uint32_t host, double t);
// True where all resources of hosts are named by host, as in a cluster whose hosts come and go.
bool named_by_host(const ScenarioSpec& spec);
// "web-cpu-i10-2-15-43" of "web-cpu" and "ip-10-2-15-43".
std::string host_resource(const std::string& resource, const std::string& host);
// Seconds by which the clock of a host is ahead.
double clock_ahead(const ScenarioSpec& spec, uint32_t service, uint32_t host, double t);

std::string iso_time(int64_t epoch_ms, bool millis);

}  // namespace foreshock
