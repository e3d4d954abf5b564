// Stage: judged events in, partial sums of open slots out. One lane's share; lanes merge when a slot closes.
// One worker only (the pipeline holds the lane's lock).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/base/time.h"
#include "engine/event/event.h"
#include "engine/ingest/partial.h"

namespace foreshock {

class LaneSums {
public:
    // At most `max_ahead` open slots may lie ahead of every clock of the lane, so that absurd times cannot fill the memory.
    LaneSums(Micros slot_length, uint32_t max_ahead) : length_us_(slot_length.count()), max_ahead_(max_ahead) {}

    // Adds an event at its corrected time. Empty on success, else why it is dropped. `partition_now_us` is the clock of the
    // event's partition; a slot is late for the event when its end plus `lateness_us` is not after that clock.
    std::optional<DropReason> add(const Event& e, int64_t ts_us, const EventBatch& batch, int64_t partition_now_us, int64_t lateness_us) {
        const int64_t in_slot = ts_us - (e.kind == EventKind::transaction || e.kind == EventKind::occurrence ? 0 : interval_bias(e, batch));
        if (in_slot < current_start_us_ || in_slot >= current_start_us_ + length_us_) [[unlikely]] enter(in_slot);
        if (current_start_us_ + length_us_ + lateness_us <= partition_now_us) [[unlikely]] return DropReason::late;
        if (partition_now_us > greatest_clock_us_) greatest_clock_us_ = partition_now_us;
        if (current_ == nullptr) [[unlikely]] {
            if (auto refused = open()) return refused;
        }
        ++current_->events;
        fold(e, ts_us, batch);
        return std::nullopt;
    }

    // The sums that the last event went into.
    SlotPartial* current() { return current_; }

    // Slots before `first` are closed already, by an earlier run.
    void begin_at(SlotIndex first) { closed_end_us_ = first.value * length_us_; }
    std::optional<SlotIndex> first_open() const;
    size_t open_slots() const { return open_.size(); }
    // Takes the sums of a slot out; slots up to and including it count as closed from now on.
    void close(SlotIndex slot, SlotPartial& into);
    // Takes out what has been summed since the last time, by slot index; slots stay open, and what comes for them is summed anew.
    std::map<int64_t, std::unique_ptr<SlotPartial>> take();
    // What is open goes by other names from now on.
    void rename(Renaming& to);
    // Slots whose partial sums exist, for a checkpoint.
    const std::map<int64_t, std::unique_ptr<SlotPartial>>& open() const { return open_; }

private:
    static int64_t interval_bias(const Event& e, const EventBatch& batch) {
        const int64_t interval = e.kind == EventKind::summary ? batch.summaries[e.detail].interval_us : batch.metrics[e.detail].interval_us;
        return interval > 0 ? 1 : 0;  // the end of an interval belongs to the slot that it ends in
    }
    void enter(int64_t ts_us);
    std::optional<DropReason> open();
    void fold(const Event& e, int64_t ts_us, const EventBatch& batch) {
        if (e.kind == EventKind::metric) return fold_metric(ts_us, batch.metrics[e.detail]);
        if (e.kind == EventKind::occurrence) [[unlikely]] return fold_occurrence(ts_us, e.detail);
        if (e.service >= current_->services.size()) [[unlikely]] current_->services.resize(e.service + 1);
        ServicePartial& s = current_->services[e.service];
        ++s.rows;
        if (e.currency > s.currency) s.currency = e.currency;
        if (e.kind == EventKind::summary) return fold_summary(s, e, batch.summaries[e.detail]);
        ++s.count;
        s.failed += e.failed;
        s.value_micro += e.value_micro;
        s.failed_value_micro += e.failed ? e.value_micro : 0;
        if (e.has_latency) s.latency.add(e.latency);
        for (NameId d : e.dimensions)
            if (d != kNoName) current_->dimensions.add(e.service, d, 1, e.value_micro);
    }
    void fold_metric(int64_t ts_us, const MetricSample& m);
    void fold_occurrence(int64_t ts_us, NameId id);
    void fold_summary(ServicePartial& s, const Event& e, const Summary& row);

    int64_t length_us_;
    uint32_t max_ahead_;
    int64_t current_start_us_ = 0;
    SlotPartial* current_ = nullptr;  // null: the slot at current_start_us_ is not open here
    int64_t closed_end_us_ = INT64_MIN;
    int64_t greatest_clock_us_ = INT64_MIN;  // of the partitions summed here
    std::map<int64_t, std::unique_ptr<SlotPartial>> open_;  // by slot index
    std::vector<std::unique_ptr<SlotPartial>> spare_;       // cleared, to be used again
};

}  // namespace foreshock
