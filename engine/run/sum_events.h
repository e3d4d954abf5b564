// The hot loop of ingest: events judged by the clock of their partition and summed, in the order of the partition. Everything that
// depends on that order happens here, whoever reads.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "engine/base/time.h"
#include "engine/event/event.h"
#include "engine/event/record.h"
#include "engine/ingest/lane_sums.h"
#include "engine/ingest/partition_clock.h"
#include "engine/run/metrics.h"

namespace foreshock {

struct SumLimits {
    int64_t lateness_us = 0;
    EventTime from = kBeginningOfTime, to = kEndOfTime;  // events outside are skipped
};

struct SummedPartition {
    PartitionClock* clock = nullptr;
    NameId name = kNoName;
};

// Notes the offsets that went into each slot. Events mostly go to and fro between two slots, so that two stretches are kept at a time.
class InputNotes {
public:
    explicit InputNotes(std::span<const RawRecord> records) : records_(records) {}
    void note(const Event& e, SlotPartial* slot, NameId partition) {
        if (slot != now_.slot || partition != now_.partition) [[unlikely]] turn(e, slot, partition);
        now_.last = e.record;
    }
    void finish() {
        finish(now_);
        finish(other_);
    }

private:
    struct Stretch {
        SlotPartial* slot = nullptr;  // null: none has begun
        NameId partition = kNoName;
        uint32_t first = 0, last = 0;
    };
    void turn(const Event& e, SlotPartial* slot, NameId partition) {
        std::swap(now_, other_);
        if (slot == now_.slot && partition == now_.partition) return;
        finish(now_);
        now_ = {slot, partition, e.record, e.record};
    }
    void finish(const Stretch& s) const {
        if (s.slot == nullptr) return;
        if (s.partition >= s.slot->inputs.size()) s.slot->inputs.resize(s.partition + 1);
        s.slot->inputs[s.partition].add({records_[s.first].offset, records_[s.last].offset + 1});
    }

    std::span<const RawRecord> records_;
    Stretch now_, other_;
};

// Sums the events of `records`. Counts into `totals` what is used, skipped and dropped. `partition_of` gives a SummedPartition by its
// number in the batch, and is asked once for each that follows another. One worker only.
template <class PartitionOf>
void sum_events(const EventBatch& batch, std::span<const RawRecord> records, const SumLimits& limits, LaneSums& sums, RunTotals& totals,
                PartitionOf&& partition_of) {
    const int64_t from_us = limits.from.time_since_epoch().count(), to_us = limits.to.time_since_epoch().count();
    InputNotes notes(records);
    SummedPartition partition;
    uint32_t number = UINT32_MAX;
    for (const Event& e : batch.events) {
        if (e.partition != number) [[unlikely]] partition = partition_of(number = e.partition);
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
        const int64_t ts_us = partition.clock->observe(e.ts_us, e.host);
        if (const auto refused = sums.add(e, ts_us, batch, partition.clock->now_us(), limits.lateness_us)) [[unlikely]] {
            ++totals.dropped[static_cast<size_t>(*refused)];
            continue;
        }
        ++totals.events;
        notes.note(e, sums.current(), partition.name);
    }
    notes.finish();
}

}  // namespace foreshock
