// The service model as plain structs: who depends on whom, what each resource can take, what was promised.
// Made by rules/ from YAML (DESIGN 4.3), or empty: then services and resources are discovered from the events.
// Set up before start, then read-only.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "engine/plan/local_time.h"
#include "engine/plan/slo.h"

namespace foreshock {

// How the state of what is called goes into the state of the caller.
enum class RollUp : uint8_t { worst, capped, ignore };

struct Call {
    std::string service;
    bool asynchronous = false;  // the caller does not wait
    bool optional = false;
    std::string group = {};     // calls of one group stand in for each other …
    uint32_t needs = 1;         // … as long as so many of them are well
    double weight = 1;
    RollUp roll_up = RollUp::worst;  // capped where the call is asynchronous or optional, unless written
};

enum class ServiceClass : uint8_t { commodity, differentiator };

struct ServiceModel {
    std::string name, title, owner;
    std::vector<Call> calls;
    std::vector<Slo> slos;
    ServiceClass service_class = ServiceClass::commodity;
    std::string currency;
    std::optional<double> value_per_minute;  // only where transactions carry no value
    std::string time_zone = "UTC";           // IANA
    bool roll_up_weighted = false;           // its state follows those it calls by weight, instead of the worst of them
    std::string supplier;                    // third party that runs it; empty: ours
    std::vector<ZoneOffset> utc_offsets;     // of time_zone, spread out by rules/; empty: UTC
    std::vector<std::pair<std::string, std::string>> labels;  // by which rules tell them apart
    std::string definition;                  // hash of what is written
};

enum class ResourceKind : uint8_t { other, cpu, thread_pool, connection_pool, queue, memory, disk, rate_limit };
// Fills and empties over time, rather than following demand.
constexpr bool fills_up(ResourceKind k) { return k == ResourceKind::queue || k == ResourceKind::memory || k == ResourceKind::disk; }

// One alternative of a matcher; all of its expressions have to match (ECMAScript, searched unless anchored).
struct MatchRule {
    std::string resource, host, service, metric;  // empty: anything
    std::vector<std::pair<std::string, std::string>> labels{};  // of the event, by name: has to be there, and to match
    EventTime from = kBeginningOfTime, to = kEndOfTime;  // in which it holds
};

struct MetricModel {
    std::string name;
    double limit = std::numeric_limits<double>::quiet_NaN();  // per instance; a row's own limit wins
};

struct ScalingModel {
    std::string unit = "unit";
    double step = 1;
    std::optional<double> min, max;  // in units
    Micros lead_time{0};
    bool automatic = false;
    std::optional<double> automatic_target;  // utilization at which the autoscaler adds
    std::optional<double> cost_per_hour;
};

struct ResourceModel {
    std::string name, service;
    ResourceKind kind = ResourceKind::other;
    std::vector<MatchRule> match;  // empty: by name
    std::vector<MetricModel> metrics;
    std::optional<ScalingModel> scaling;
    std::vector<std::pair<std::string, std::string>> labels;
    std::string definition;
};

enum class CalendarKind : uint8_t { campaign, priority, maintenance, holiday };

// Occurrences of a calendar entry, already spread out to absolute event times by rules/ (time zones, monthly, end).
struct CalendarEntry {
    std::string name;
    CalendarKind kind = CalendarKind::campaign;
    std::vector<std::string> services, resources;  // empty: all
    struct Occurrence { EventTime start, end; };
    std::vector<Occurrence> occurrences;  // ordered; the end may be kEndOfTime
    std::optional<double> expected_ratio;
    std::optional<double> value_target;  // of campaigns: money that an occurrence is to bring, all its services together
    std::string definition = {};
};

// A hierarchy over the services: a node is made of services and of other nodes of its view.
struct ViewNode {
    std::string name;
    std::vector<Call> members;
    bool weighted = false;  // by weight, instead of the worst
    uint32_t needs = 0;     // so many members have to be well; 0: all
};
struct View {
    std::string name;
    std::vector<ViewNode> nodes;  // in the order of the file
    std::string definition = {};
};

struct Model {
    std::vector<ServiceModel> services;    // in the order of the file
    std::vector<ResourceModel> resources;
    std::vector<CalendarEntry> calendar;
    std::vector<View> views;
    std::string hash;  // of the configuration text it came from; stands in every warning

    bool empty() const { return services.empty() && resources.empty(); }
};

constexpr std::string_view to_string(ResourceKind k) {
    constexpr std::string_view kNames[]{"other", "cpu", "thread_pool", "connection_pool", "queue", "memory", "disk", "rate_limit"};
    return kNames[static_cast<size_t>(k)];
}

}  // namespace foreshock
