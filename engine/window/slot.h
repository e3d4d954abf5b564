// Output of window: one closed slot, with every number that later stages may know of it. Ordered by entity number.
#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/histogram.h"
#include "engine/base/time.h"
#include "engine/plan/inventory.h"

namespace foreshock {

struct DimensionSlot {
    uint8_t dimension = 0;  // number of the declared dimension
    std::string value;
    int64_t count = 0;
    int64_t value_micro = 0;
};

// One service in one slot. Only services with events in the slot appear; absence says nothing about zero by itself.
struct ServiceSlot {
    ServiceIndex service = kNoIndex;
    int64_t count = 0;
    int64_t failed = 0;
    int64_t value_micro = 0;
    int64_t failed_value_micro = 0;
    double span_seconds = 0;  // time that the counts cover: the slot's length, or the interval of summarised rows
    uint32_t currency = 0;
    Histogram latency;        // may be empty
    std::vector<DimensionSlot> dimensions;  // ordered by (dimension, value)
};

// One gauge (metric of a resource) in one slot, over all instances alive in it.
struct GaugeSlot {
    GaugeIndex gauge = kNoIndex;
    double value = 0;  // sum over instances of their means
    double max = 0;    // sum over instances of their maxima
    double limit = std::numeric_limits<double>::quiet_NaN();        // sum over instances; NaN: unknown
    double utilization = std::numeric_limits<double>::quiet_NaN();  // value / limit
    double worst = std::numeric_limits<double>::quiet_NaN();        // greatest value / limit of one instance
    uint32_t instances = 0;
    double span_seconds = 0;  // time that the value covers
};

// Events of a type of the user's (a deployment, a finished backup) in one slot; equal names and labels are one.
struct OccurrenceSlot {
    std::string name;
    std::string service, resource;  // empty: none given
    std::vector<std::pair<std::string, std::string>> labels;  // by name
    int64_t count = 0;
    EventTime first, last;
};

struct ClosedSlot {
    SlotIndex index;
    EventTime start, end;
    EventTime decided_at;  // end + allowed lateness: when a live run can say it
    Micros length{0};
    std::vector<ServiceSlot> services;
    std::vector<GaugeSlot> gauges;
    std::vector<OccurrenceSlot> occurrences;  // by name, service, resource and labels
    uint64_t events = 0;
    uint64_t gauges_refused = 0;  // instances of gauges that would be discovered beyond bounds.metric_instances
};

}  // namespace foreshock
