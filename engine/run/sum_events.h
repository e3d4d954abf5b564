// The hot loop of ingest: events judged by the clock of their partition and summed, in the order of the partition. Everything that
// depends on that order happens here, whoever reads.
#pragma once

#include "engine/base/time.h"
#include "engine/event/event.h"
#include "engine/ingest/lane_sums.h"
#include "engine/ingest/partition_clock.h"
#include "engine/run/metrics.h"

namespace foreshock {

struct SumLimits {
    int64_t lateness_us = 0;
    EventTime from = kBeginningOfTime, to = kEndOfTime;  // events outside are skipped
};

// Counts into `totals` what is used, skipped and dropped. `clock_of` gives the clock of a partition by its number in the batch.
// One worker only.
template <class ClockOf>
void sum_events(const EventBatch& batch, const SumLimits& limits, LaneSums& sums, RunTotals& totals, ClockOf&& clock_of) {
    const int64_t from_us = limits.from.time_since_epoch().count(), to_us = limits.to.time_since_epoch().count();
    for (const Event& e : batch.events) {
        PartitionClock& clock = clock_of(e.partition);
        if (e.ts_us < from_us || e.ts_us >= to_us) [[unlikely]] {
            ++totals.skipped;
            continue;
        }
        const bool nameless = e.kind == EventKind::metric       ? batch.metrics[e.detail].instance == kNameOverflow
                              : e.kind == EventKind::occurrence ? e.detail == kNameOverflow
                                                                : e.service == kNameOverflow;
        if (nameless) [[unlikely]] {
            ++totals.dropped[static_cast<size_t>(DropReason::too_many_series)];
            continue;
        }
        const int64_t ts_us = clock.observe(e.ts_us, e.host);
        if (const auto refused = sums.add(e, ts_us, batch, clock.now_us(), limits.lateness_us)) [[unlikely]]
            ++totals.dropped[static_cast<size_t>(*refused)];
        else
            ++totals.events;
    }
}

}  // namespace foreshock
