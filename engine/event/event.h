// Events: what records mean, in fixed-size structs. A batch of events is what decoders produce and ingest folds.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engine/base/histogram.h"
#include "engine/base/time.h"
#include "engine/event/drop_reason.h"
#include "engine/event/names.h"

namespace foreshock {

inline constexpr size_t kMaxDimensions = 4;  // declared dimensions of transactions (campaign, channel, …)

enum class EventKind : uint8_t { transaction, summary, metric, occurrence };

struct Event {
    int64_t ts_us = 0;  // event time; of a summarised row, the end of its interval (when it counts as arriving)
    NameId service = kNoName;
    NameId host = kNoName;
    int64_t value_micro = 0;      // money in 1e-6 of the currency, exact; negative for returns
    uint32_t currency = 0;        // ISO letters packed, 'E' << 16 | 'U' << 8 | 'R'; 0: none given
    uint32_t detail = 0;          // index into EventBatch::summaries or ::metrics, by kind; of an occurrence its id
    EventKind kind = EventKind::transaction;
    bool failed = false;          // outcome other than ok
    bool has_latency = false;
    Histogram::Bucket latency = 0;
    uint32_t partition = 0;       // of the lane
    std::array<NameId, kMaxDimensions> dimensions{};  // dimension_value ids; kNoName: absent
    uint32_t record = 0;          // it comes from: its number in the batch of records
};

// The summarised form `transactions`: totals of one interval. Negative quantiles: not given.
struct Summary {
    int64_t count = 0;
    int64_t failed = 0;
    int64_t interval_us = 0;
    double p50_ms = -1, p75_ms = -1, p90_ms = -1, p95_ms = -1, p99_ms = -1;
};

// One sample, or one summarised interval, of one metric instance (service, resource, metric, host).
struct MetricSample {
    NameId instance = kNoName;  // metric_instance id
    double value = 0;           // for a summarised row its mean
    double max = 0;
    double limit = std::numeric_limits<double>::quiet_NaN();  // NaN: not given
    int64_t interval_us = 0;    // 0: a sample at one moment
};

// A record that could not be used.
struct BadRecord {
    uint32_t partition = 0;
    int64_t offset = 0;
    DropReason reason{};
    std::string bytes;  // the first kBadRecordBytes of it
    std::string what;   // e.g. "value: not a number"
};
inline constexpr size_t kBadRecordBytes = 1024;

// Events in the order of their records.
struct EventBatch {
    std::vector<Event> events;
    std::vector<Summary> summaries;
    std::vector<MetricSample> metrics;
    std::vector<BadRecord> bad;

    void clear() { events.clear(); summaries.clear(); metrics.clear(); bad.clear(); }
};

}  // namespace foreshock
