// Counters and gauges of the running engine, read by /metrics and by the totals of a run.
// Any thread may read a snapshot; the pipeline fills it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/event/drop_reason.h"
#include "engine/event/names.h"

namespace foreshock {

struct RunTotals {
    uint64_t records = 0;      // records read
    uint64_t events = 0;       // events used
    uint64_t late = 0;         // of dropped: late and late_after_idle
    DropCounts dropped{};      // by reason
    uint64_t skipped = 0;      // outside the asked range of time
    std::array<uint64_t, kNameSpaces> names_refused{};  // fields whose name was beyond its bound
    uint64_t corrected_hosts = 0;  // hosts whose clock is corrected
    uint64_t slots_closed = 0;
    uint64_t service_slots_closed = 0;
    uint64_t transactions = 0; // counted in closed slots
    uint64_t warnings_opened = 0, warnings_updated = 0, warnings_resolved = 0;
    uint64_t warnings_suppressed = 0;  // kept back by maintenance
    uint64_t warnings_beyond_bound = 0;  // kept back, as there was no room
    uint64_t spikes = 0;
    uint64_t shadow_revisions = 0;  // of shadow rules, never sent
    uint64_t rules = 0;        // of the user's, in use
    uint64_t rule_changes = 0, model_changes = 0;  // plans and models that replaced another at the boundary of a slot
    uint64_t rule_keys = 0;    // services, resources, labels for which they are judged
    uint64_t rule_keys_refused = 0;  // beyond the bound of a rule
    uint64_t checkpoints = 0;
    double seconds = 0;        // wall clock since start
    int64_t watermark_us = 0;  // event time; INT64_MIN before the first event
    uint64_t open_slots = 0;
    uint64_t services = 0, resources = 0, gauges = 0;
};

}  // namespace foreshock
