#include "engine/run/lane.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <algorithm>
#include <array>

#include "engine/run/sum_events.h"

namespace foreshock {

namespace {

constexpr std::chrono::milliseconds kPollTimeout{100};
constexpr size_t kBatchesInFlight = 6;
constexpr unsigned kUnlevelled = 16;  // batches

}  // namespace

void PartitionState::go_by(const std::shared_ptr<Names>& next) {
    if (names != nullptr && names != next) {
        Renaming to(*names, *next);
        clock.rename(to);
    }
    names = next;
}

Lane::Lane(std::unique_ptr<SourceLane> source, Context context)
    : source_(std::move(source)),
      context_(std::move(context)),
      names_(std::move(context_.names)),
      newest_names_(names_.get()),
      sums_(context_.options.slots.length, context_.options.slots.max_open) {}

void Lane::run(const std::atomic<bool>& stop) {
    if (source_->decode_in_parallel()) read_with_workers(stop);
    else read_alone(stop);
    {
        // Only now: batches that were read last have been summed as well.
        const std::lock_guard lock(mutex_);
        finished_ = source_ended_;
        failure_ = source_failure_;
    }
    context_.progressed();
}

void Lane::read_alone(const std::atomic<bool>& stop) {
    Reader reader;
    Batch batch;
    while (fetch(batch, stop)) {
        decode(batch, reader);
        take(batch);
    }
}

void Lane::read_with_workers(const std::atomic<bool>& stop) {
    tbb::enumerable_thread_specific<Reader> readers;
    // The last stage works in order, so that whoever has a place next finds it done with.
    std::array<Batch, kBatchesInFlight> batches;
    size_t fetched = 0;
    tbb::parallel_pipeline(
        kBatchesInFlight,
        tbb::make_filter<void, Batch*>(tbb::filter_mode::serial_in_order, [&](tbb::flow_control& flow) {
            Batch* batch = &batches[fetched++ % kBatchesInFlight];
            if (!fetch(*batch, stop)) flow.stop();
            return batch;
        }) & tbb::make_filter<Batch*, Batch*>(tbb::filter_mode::parallel, [&](Batch* batch) {
            decode(*batch, readers.local());
            return batch;
        }) & tbb::make_filter<Batch*, void>(tbb::filter_mode::serial_in_order, [&](Batch* batch) { take(*batch); }));
}

bool Lane::fetch(Batch& batch, const std::atomic<bool>& stop) {
    while (!stop.load(std::memory_order_relaxed)) {
        if (!level(context_.await_turn(low_.load(std::memory_order_relaxed)))) continue;
        batch.records.clear();
        switch (source_->poll(batch.records, kPollTimeout)) {
            case PollResult::records: return true;
            case PollResult::nothing:
                if (context_.live) context_.progressed();  // idle partitions may have stopped holding back
                break;
            case PollResult::finished: source_ended_ = true; return false;
            case PollResult::failed: source_failure_ = source_->failure(); return false;
        }
    }
    return false;
}

// Partitions of one lane come at different paces: of one that is half of `max_open` slots ahead of the last, no more is read until it is a
// quarter. Otherwise their open slots would fill the memory. While it is not the lane's turn nothing is read at all: its source is polled
// for what else it has to say. False where that is nothing.
bool Lane::level(bool its_turn) {
    const auto now = std::chrono::steady_clock::now();
    const Micros far = context_.options.slots.length * (context_.options.slots.max_open / 2), near = far / 2;
    std::vector<bool> held;
    {
        std::unique_lock lock(mutex_, std::try_to_lock);
        // Another worker is summing a batch: partitions may stay as they are for a while.
        if (!lock && its_turn && !waits_since_ && unlevelled_++ < kUnlevelled) return true;
        if (!lock) lock.lock();
        unlevelled_ = 0;
        const EventTime low = low_clock();
        const bool known = low != kBeginningOfTime && low != kEndOfTime;
        for (Partition& p : partitions_) {
            if (its_turn && waits_since_) p.last_record += now - *waits_since_;
            const bool hold = known && !p.ended && !p.gone && p.state.clock.now() > low + (p.held ? near : far);
            if (p.held && !hold) p.last_record = now;  // it was not idle
            p.held = hold;
            held.push_back(hold || (!its_turn && !p.ended && !p.gone));
        }
        if (its_turn) waits_since_.reset();
        else if (!waits_since_) waits_since_ = now;
    }
    if (held != told_) {
        can_hold_back_ = source_->hold_back(held);
        told_ = std::move(held);
    }
    return its_turn || can_hold_back_;
}

void Lane::Reader::decode(Batch& batch) const {
    batch.events.clear();
    decoder->decode(batch.records, batch.events);
    batch.names = names;
}

// With the lane locked.
Lane::Reader Lane::reader() const { return {names_, context_.decoders.make(*names_)}; }

void Lane::decode(Batch& batch, Reader& own) {
    if (own.names.get() != newest_names_.load(std::memory_order_relaxed)) {
        const std::lock_guard lock(mutex_);
        own = reader();
    }
    own.decode(batch);
}

void Lane::take(Batch& batch) {
    bool moved = false;
    std::vector<std::string> names;
    std::vector<PartitionState> states = states_for(batch.records.notices);
    release(batch.records.notices);
    {
        const std::lock_guard lock(mutex_);
        if (batch.names != names_) reader().decode(batch);  // turned over since
        for (size_t i = 0; i < states.size(); ++i) notice(batch.records.notices[i], std::move(states[i]));
        sum(batch);
        totals_.records += batch.records.records.size();
        for (const RawRecord& r : batch.records.records) partitions_[r.partition].state.next_offset = r.offset + 1;
        for (const BadRecord& b : batch.events.bad) {
            ++totals_.dropped[static_cast<size_t>(b.reason)];
            names.push_back(partitions_[b.partition].name);
        }
        moved = tell();
    }
    for (const PartitionNotice& n : batch.records.notices)
        if (n.kind == PartitionNotice::Kind::opened) context_.adopted(n.name);
    if (context_.dead_letters)
        for (size_t i = 0; i < names.size(); ++i) context_.dead_letters->write(names[i], batch.events.bad[i]);
    if (moved) context_.progressed();
}

PartitionState Lane::fresh_state() const { return {0, PartitionClock(context_.options.slots.clock_jump)}; }

// Asked before the lane is locked: whoever makes a checkpoint locks in the other order.
std::vector<PartitionState> Lane::states_for(const std::vector<PartitionNotice>& notices) const {
    std::vector<PartitionState> states;
    for (const PartitionNotice& n : notices) {
        auto known = n.kind == PartitionNotice::Kind::opened ? context_.restored(n.name) : std::nullopt;
        states.push_back(known ? std::move(*known) : fresh_state());
    }
    return states;
}

// Before the lane gives it up, so that no checkpoint is without it. Told without the lock, as above.
void Lane::release(const std::vector<PartitionNotice>& notices) {
    std::vector<std::pair<std::string, PartitionState>> released;
    {
        const std::lock_guard lock(mutex_);
        for (const PartitionNotice& n : notices) {
            if (n.kind != PartitionNotice::Kind::closed || n.partition >= partitions_.size()) continue;
            const Partition& p = partitions_[n.partition];
            if (!p.gone && p.state.next_offset > 0) released.emplace_back(p.name, p.state);
        }
    }
    for (const auto& [name, state] : released) context_.released(name, state);
}

void Lane::notice(const PartitionNotice& n, PartitionState state) {
    while (partitions_.size() <= n.partition) partitions_.push_back({{}, kNoName, fresh_state(), false, true, {}});
    Partition& p = partitions_[n.partition];
    switch (n.kind) {
        case PartitionNotice::Kind::opened:
            state.go_by(names_);
            p = {n.name, names_->intern(NameSpace::partition, n.name), std::move(state), false, false, std::chrono::steady_clock::now()};
            break;
        case PartitionNotice::Kind::ended: p.ended = true; break;
        case PartitionNotice::Kind::closed: p.gone = true; break;
    }
}

void Lane::sum(const Batch& batch) {
    const auto now = std::chrono::steady_clock::now();
    sum_events(batch.events, batch.records.records, {context_.options.slots.allowed_lateness.count(), context_.from, context_.to}, sums_, totals_,
               [&](uint32_t number) -> SummedPartition {
                   Partition& p = partitions_[number];
                   p.last_record = now;
                   return {&p.state.clock, p.id};
               });
}

EventTime Lane::low_clock() const {
    if (finished_ || !failure_.empty()) return kEndOfTime;
    const auto now = waits_since_.value_or(std::chrono::steady_clock::now());  // while it may not read, nothing becomes idle
    const auto idle = [&](std::chrono::steady_clock::time_point since) {
        return context_.live && now - since > context_.options.slots.idle_timeout;
    };
    EventTime low = kEndOfTime;
    bool any = false;
    for (const Partition& p : partitions_) {
        any = any || !p.gone;
        if (p.ended || p.gone || (idle(p.last_record) && !p.held)) continue;
        low = std::min(low, p.state.clock.now());
    }
    if (!any && !idle(started_)) return kBeginningOfTime;
    return low;
}

bool Lane::tell() {
    const EventTime low = low_clock();
    low_.store(low, std::memory_order_relaxed);
    if (low == kBeginningOfTime) return false;
    const SlotIndex slot = low == kEndOfTime ? SlotIndex{INT64_MAX}
                                             : slot_of(low - context_.options.slots.allowed_lateness, context_.options.slots.length);
    const bool moved = slot.value != told_slot_;
    told_slot_ = slot.value;
    return moved;
}

LaneProgress Lane::progress() {
    const std::lock_guard lock(mutex_);
    LaneProgress p;
    p.low = low_clock();
    p.finished = finished_ || !failure_.empty();
    for (const Partition& x : partitions_)
        if (x.state.clock.now() != kBeginningOfTime) p.high = std::max(p.high, EventTime{Micros{x.state.clock.last_word_us()}});
    return p;
}

std::optional<SlotIndex> Lane::first_open() {
    const std::lock_guard lock(mutex_);
    return sums_.first_open();
}

void Lane::close(SlotIndex slot, SlotPartial& into) {
    const std::lock_guard lock(mutex_);
    sums_.close(slot, into);
}

void Lane::add_totals(RunTotals& totals) {
    const std::lock_guard lock(mutex_);
    totals.records += totals_.records;
    totals.events += totals_.events;
    totals.skipped += totals_.skipped;
    for (size_t i = 0; i < kDropReasons; ++i) totals.dropped[i] += totals_.dropped[i];
    totals.open_slots = std::max<uint64_t>(totals.open_slots, sums_.open_slots());
    for (const Partition& p : partitions_) totals.corrected_hosts += p.state.clock.corrected_hosts();
}

void Lane::inspect(const std::function<void(const std::map<std::string, PartitionState*>&, const LaneSums&)>& f) {
    const std::lock_guard lock(mutex_);
    std::map<std::string, PartitionState*> states;
    for (Partition& p : partitions_) if (!p.gone && p.state.next_offset > 0) states[p.name] = &p.state;
    f(states, sums_);
}

std::optional<PartitionState> Lane::held(const std::string& partition) {
    const std::lock_guard lock(mutex_);
    for (const Partition& p : partitions_)
        if (!p.gone && p.name == partition && p.state.next_offset > 0) return p.state;
    return std::nullopt;
}

void Lane::turn_over(std::span<const std::unique_ptr<Lane>> lanes, Renaming& to, const std::shared_ptr<Names>& next) {
    std::vector<std::unique_lock<std::mutex>> locks;
    for (const auto& lane : lanes) locks.emplace_back(lane->mutex_);
    for (const auto& lane : lanes) {
        lane->sums_.rename(to);
        for (Partition& p : lane->partitions_) {
            p.id = to(NameSpace::partition, p.id);
            p.state.clock.rename(to);
            p.state.names = next;
        }
        lane->names_ = next;
        lane->newest_names_.store(next.get(), std::memory_order_relaxed);
    }
}

std::string Lane::failure() {
    const std::lock_guard lock(mutex_);
    return failure_;
}

}  // namespace foreshock
