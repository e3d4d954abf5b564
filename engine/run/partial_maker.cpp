#include "engine/run/partial_maker.h"

#include <algorithm>

#include "engine/base/archive.h"
#include "engine/base/check.h"
#include "engine/run/shape.h"
#include "engine/run/sum_events.h"

namespace foreshock {

namespace {

constexpr std::chrono::milliseconds kSoonest{100}, kLatest{1000};  // between two cuts

std::string state_bytes(PartitionState& state) {
    Archive a;
    a(state.next_offset);
    state.clock.archive(a, *state.names);
    return a.take();
}

}  // namespace

std::string layout_of(const Model& model, const EngineOptions& options, uint32_t shares) {
    return shape_of(model) + "/" + std::to_string(options.slots.length.count()) + "/" + std::to_string(shares);
}

PartialMaker::PartialMaker(Context context)
    : context_(std::move(context)),
      layout_(layout_of(context_.model, context_.options, context_.components.shares())),
      names_(std::make_shared<SharedNames>(context_.options.bounds)),
      decoder_(context_.decoders.make(*names_)),
      router_(context_.model, context_.components),
      sums_(context_.options.slots.length, context_.options.slots.max_open) {}

void PartialMaker::notice(const PartitionNotice& n, Clock::time_point now) {
    const PartitionClock fresh(context_.options.slots.clock_jump);
    while (partitions_.size() <= n.partition) partitions_.push_back({{}, kNoName, {0, fresh}, true, false, false, {}});
    Partition& p = partitions_[n.partition];
    if (n.kind != PartitionNotice::Kind::opened) {
        p.gone = true;
        if (std::ranges::all_of(partitions_, &Partition::gone)) lose();
        return;
    }
    const PartitionStart start = context_.start(n.name);
    p = {n.name, names_->intern(NameSpace::partition, n.name), {start.next_offset, fresh, names_}, false, false, true, now};
    if (!start.clock.empty()) {
        Archive a(start.clock);
        int64_t offset = 0;
        a(offset);
        p.state.clock.archive(a, *names_);
        check(a.ok() && a.at_end(), "the stored clock of a partition is whole", n.name);
    }
    news_ = tell_all_ = true;
}

// Partitions are given and taken all together, so that sums never hold something of one that went and of one that stayed.
void PartialMaker::lose() {
    for (Partition& p : partitions_) p.gone = true;
    (void)sums_.take();
    news_ = entered_ = tell_all_ = false;
}

int64_t PartialMaker::watermark_slot(const Partition& p) const {
    const EventTime clock = p.state.clock.now();
    if (clock == kBeginningOfTime) return INT64_MIN;
    return slot_of(clock - context_.options.slots.allowed_lateness, context_.options.slots.length).value;
}

void PartialMaker::take(const RecordBatch& records, Clock::time_point now) {
    events_.clear();
    decoder_->decode(records, events_);
    for (const PartitionNotice& n : records.notices) notice(n, now);
    std::vector<int64_t> before;
    for (const Partition& p : partitions_) before.push_back(watermark_slot(p));
    sum_events(events_, records.records, {.lateness_us = context_.options.slots.allowed_lateness.count()}, sums_, totals_,
               [&](uint32_t number) -> SummedPartition { return {&partitions_[number].state.clock, partitions_[number].id}; });
    totals_.records += records.records.size();
    for (const RawRecord& r : records.records) {
        Partition& p = partitions_[r.partition];
        p.state.next_offset = r.offset + 1;
        p.read = news_ = true;
        p.last_record = now;
    }
    for (size_t i = 0; i < partitions_.size(); ++i) entered_ = entered_ || watermark_slot(partitions_[i]) != before[i];
    for (const BadRecord& b : events_.bad) {
        ++totals_.dropped[static_cast<size_t>(b.reason)];
        if (context_.dead_letters != nullptr) context_.dead_letters->write(partitions_[b.partition].name, b);
    }
}

bool PartialMaker::idle(const Partition& p, Clock::time_point now) const {
    return now - p.last_record > context_.options.slots.idle_timeout;
}

bool PartialMaker::due(Clock::time_point now) const {
    const auto since = now - last_cut_;
    if (since < kSoonest) return false;
    const bool turned = std::ranges::any_of(partitions_, [&](const Partition& p) { return !p.gone && p.idle != idle(p, now); });
    return turned || (news_ && (entered_ || tell_all_ || since >= kLatest));
}

// Halves until it fits; what cannot be halved goes as it is.
void PartialMaker::put(uint32_t share, PartialMessage message, PartialCut& out) {
    std::string bytes = encode(message, *names_);
    PartialMessage rest;
    rest.layout = message.layout;
    if (bytes.size() > context_.message_bytes && message.slots.size() > 1) {
        const auto middle = std::next(message.slots.begin(), static_cast<std::ptrdiff_t>(message.slots.size() / 2));
        for (auto at = message.slots.begin(); at != middle;) rest.slots.insert(message.slots.extract(at++));
    } else if (bytes.size() > context_.message_bytes && message.slots.size() == 1) {
        SlotPartial first, second;
        const auto& [slot, sums] = *message.slots.begin();
        if (halve(sums, first, second)) {
            rest.slots.emplace(slot, std::move(first));
            message.slots.begin()->second = std::move(second);
        }
    }
    if (rest.slots.empty()) {
        out.messages.push_back({share, std::move(bytes)});
        return;
    }
    put(share, std::move(rest), out);
    put(share, std::move(message), out);
}

PartialCut PartialMaker::cut(Clock::time_point now) {
    PartialMessage common;
    common.layout = layout_;
    PartialCut out;
    for (Partition& p : partitions_) {
        if (p.gone) continue;
        p.idle = idle(p, now);
        const EventTime last_word = p.state.clock.now() == kBeginningOfTime ? kBeginningOfTime : EventTime{Micros{p.state.clock.last_word_us()}};
        common.sources[p.name] = {p.state.clock.now(), last_word, p.idle};
        if (!p.read) continue;
        p.read = false;
        out.offsets.push_back({p.name, p.state.next_offset});
        out.clocks[p.name] = state_bytes(p.state);
    }
    if (tell_all_) common.all = context_.all_partitions();
    const uint32_t shares = context_.components.shares();
    std::vector<PartialMessage> messages(shares, common);
    for (auto& [slot, sums] : sums_.take()) {
        if (shares == 1) {
            messages[0].slots[slot] = std::move(*sums);
            continue;
        }
        for (auto& [share, part] : router_.split(*sums, slot_start({slot}, context_.options.slots.length), *names_))
            messages[share].slots[slot] = std::move(part);
        for (PartialMessage& m : messages) m.slots[slot].inputs = sums->inputs;  // whose records they were is not known here
    }
    for (uint32_t share = 0; share < shares; ++share) put(share, std::move(messages[share]), out);
    last_cut_ = now;
    news_ = entered_ = tell_all_ = false;
    turn_names_over();
    return out;
}

// Where there are no sums: only the clocks have names in use.
void PartialMaker::turn_names_over() {
    EventTime now = kBeginningOfTime;
    for (const Partition& p : partitions_) now = std::max(now, p.state.clock.now());
    if (!names_->worn(now)) return;
    const auto next = names_->next(now);
    Renaming to(*names_, *next);
    for (Partition& p : partitions_) {
        p.id = to(NameSpace::partition, p.id);
        p.state.clock.rename(to);
        p.state.names = next;
    }
    router_.forget_names();
    decoder_ = context_.decoders.make(*next);
    names_ = next;
}

}  // namespace foreshock
