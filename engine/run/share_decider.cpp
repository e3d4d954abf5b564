#include "engine/run/share_decider.h"

#include <algorithm>

#include "engine/base/kill_point.h"
#include "engine/run/checkpoint.h"

namespace foreshock {

namespace {

const std::string kSources = "sources";

}  // namespace

ShareDecider::ShareDecider(Settings settings)
    : settings_(std::move(settings)), names_(std::make_shared<SharedNames>(settings_.options.bounds)), decider_(std::make_shared<const Model>(settings_.part), settings_.options) {
    decider_.use(settings_.rules);
}

Status ShareDecider::take(std::string_view bytes, int64_t offset) {
    auto decoded = decode_partial(bytes, *names_, refused_);
    const std::string place = settings_.partition + " at offset " + std::to_string(offset);
    if (!decoded) {
        Diagnostic d = decoded.problems().front();
        d.message = place + ": " + d.message;
        return d;
    }
    PartialMessage& message = decoded.value();
    if (message.layout != settings_.layout)
        return Diagnostic{{}, 0, 0, place + ": sums of another model, other slots or another number of shares",
                          "run all instances with one configuration; after a change of the model, delete the internal topics and make them anew"};
    ++messages_;
    for (auto& [slot, sums] : message.slots) {
        if (decider_.next() && slot < decider_.next()->value) after_idle_ += sums.events;
        else open_[slot].merge(sums);
    }
    take_progress(message);
    next_offset_ = offset + 1;
    decide_what_is_due();
    turn_names_over();
    return Done{};
}

void ShareDecider::take_progress(PartialMessage& message) {
    if (!message.all.empty()) {
        std::erase_if(sources_, [&](const auto& known) { return !message.all.contains(known.first); });
        for (const std::string& partition : message.all) sources_.try_emplace(partition);
    }
    for (const auto& [partition, progress] : message.sources) sources_[partition] = progress;
}

void ShareDecider::decide_what_is_due() {
    const SlotOptions& slots = settings_.options.slots;
    EventTime low = kEndOfTime, high = kBeginningOfTime;
    for (const auto& [partition, p] : sources_) {
        if (!p.idle) low = std::min(low, p.clock);
        high = std::max(high, p.last_word);
    }
    const bool only_open = low == kEndOfTime;
    if (high == kBeginningOfTime || low == kBeginningOfTime) return;
    const EventTime until = only_open ? high + slots.length : low - slots.allowed_lateness;
    const SlotIndex last{slot_of(until, slots.length).value - 1};
    for (;;) {
        const auto open = open_.empty() ? std::nullopt : std::optional(SlotIndex{open_.begin()->first});
        const auto due = decider_.due(open, last, only_open);
        if (!due) return;
        const auto sums = open_.extract(due->value);
        decider_.decide(*due, sums.empty() ? SlotPartial{} : sums.mapped(), *names_);
        kill_point("slot/decided");
    }
}

void ShareDecider::turn_names_over() {
    const EventTime now = decided_until().value_or(kBeginningOfTime);
    if (!names_->worn(now)) return;
    const auto next = names_->next(now);
    Renaming to(*names_, *next);
    for (auto& [slot, sums] : open_) sums.rename(to);
    decider_.forget_names();
    names_ = next;
}

Checkpoint ShareDecider::checkpoint() {
    std::map<std::string, PartitionState> position;
    if (next_offset_) position.emplace(settings_.partition, PartitionState{*next_offset_, PartitionClock(settings_.options.slots.clock_jump), names_});
    Checkpoint made = make_checkpoint({settings_.options, names_, decider_, position, open_, sinks_, unclaimed_, archived_}, {});
    Archive a;
    a(sources_);
    made.parts[kSources] = a.take();
    return made;
}

Status ShareDecider::restore(const Checkpoint& checkpoint) {
    std::map<std::string, PartitionState> position;
    if (Status s = restore_checkpoint(checkpoint, {settings_.options, names_, decider_, position, open_, sinks_, unclaimed_, archived_}); !s) return s;
    if (const auto known = position.find(settings_.partition); known != position.end()) next_offset_ = known->second.next_offset;
    const auto part = checkpoint.parts.find(kSources);
    Archive a(part == checkpoint.parts.end() ? std::string_view{} : std::string_view{part->second});
    a(sources_);
    if (part != checkpoint.parts.end() && a.ok() && a.at_end()) return Done{};
    return Diagnostic{{}, 0, 0, "the stored state of a share cannot be read: its watermarks", "run the version that wrote it"};
}

std::optional<EventTime> ShareDecider::decided_until() const {
    if (!decider_.next()) return std::nullopt;
    return slot_start(*decider_.next(), settings_.options.slots.length);
}

RunTotals ShareDecider::totals() const {
    RunTotals t = decider_.totals();
    t.records = messages_;
    t.dropped[static_cast<size_t>(DropReason::late_after_idle)] = after_idle_;
    t.dropped[static_cast<size_t>(DropReason::too_many_series)] = refused_;
    t.open_slots = open_.size();
    return t;
}

}  // namespace foreshock
