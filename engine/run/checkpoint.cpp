#include "engine/run/checkpoint.h"

#include <utility>

#include "engine/base/check.h"
#include "engine/plan/renumbering.h"
#include "engine/run/shape.h"

namespace foreshock {

namespace {

const std::string kOutbox = "outbox/", kNumbering = "numbering";

template <class F>
std::string archived(F&& fields) {
    Archive a;
    fields(a);
    return a.take();
}

// Sinks that keep an outbox, by the name of its part; those of one name are told apart by their order.
std::map<std::string, Sink*> outboxes(std::span<Sink* const> sinks) {
    std::map<std::string, Sink*> found;
    for (Sink* sink : sinks) {
        if (sink->outbox().empty()) continue;
        const std::string first = kOutbox + sink->outbox();
        std::string name = first;
        for (int i = 2; found.contains(name); ++i) name = first + " " + std::to_string(i);
        found.emplace(std::move(name), sink);
    }
    return found;
}

// Positions and clocks by partition.
class Positions {
public:
    // A partition on its way between two lanes may be in both: the further one has it.
    void keep(const std::string& name, PartitionState& state) {
        if (const auto known = next_.find(name); known != next_.end() && known->second > state.next_offset) return;
        clocks_[name] = archived([&](Archive& a) { state.clock.archive(a, *state.names); });
        next_[name] = state.next_offset;
    }
    void put_into(Checkpoint& made) {
        for (const auto& [name, offset] : next_) made.offsets.push_back({name, offset});
        made.parts["clocks"] = archived([&](Archive& a) { a(clocks_); });
    }

private:
    std::map<std::string, std::string> clocks_;
    std::map<std::string, int64_t> next_;
};

// Restores parts, and remembers the first that does not fit. A part that is not there has no bytes.
class PartReader {
public:
    explicit PartReader(const std::map<std::string, std::string>& parts) : parts_(parts) {}
    template <class F>
    void read(const std::string& part, F&& fields, const Renumbering* renumbering = nullptr) {
        const auto found = parts_.find(part);
        Archive a(found == parts_.end() ? std::string_view{} : std::string_view{found->second}, renumbering);
        fields(a);
        if (!a.ok() || !a.at_end()) note(part);
    }
    void note(const std::string& part) {
        if (broken_.empty()) broken_ = part;
    }
    const std::string& broken() const { return broken_; }

private:
    const std::map<std::string, std::string>& parts_;
    std::string broken_;
};

std::string whole_seconds(Micros d) { return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(d).count()); }

Diagnostic problem(std::string message, std::string hint) { return {{}, 0, 0, std::move(message), std::move(hint)}; }

Status check_origin(const Checkpoint& c, const EngineOptions& options, const Model& model) {
    const std::string away = "or name an empty folder in state.directory";
    if (c.app != options.app)
        return problem("the stored state is that of app '" + c.app + "', and this is '" + options.app + "'", "write app: " + c.app + ", " + away);
    if (c.slot_length != options.slots.length)
        return problem("the stored state has slots of " + whole_seconds(c.slot_length) + " s, the configuration of " + whole_seconds(options.slots.length) + " s",
                       "go back to that slots.length, " + away);
    if (c.shape != shape_of(model) && !c.parts.contains(kNumbering))
        return problem("the stored state was made under a service model with other services, promises, resources or views, by a version that did not note their names",
                       "start once with that model and this version, " + away + ": the sources are read anew");
    return Done{};
}

}  // namespace

void add_stages(Decider& decider, std::map<std::string, std::string>& parts) {
    Numbering numbering(decider.inventory());
    parts[kNumbering] = archived([&](Archive& a) { numbering.archive(a); });
    decider.each_stage([&](const char* name, auto& stage) { parts[name] = archived([&](Archive& a) { stage.archive(a); }); });
}

std::string restore_stages(const std::map<std::string, std::string>& parts, const std::string& shape, Decider& decider) {
    const bool other_model = shape != shape_of(decider.inventory().model());
    Numbering then;
    Renumbering renumbering(then);
    bool complete = false;
    PartReader reader(parts);
    if (parts.contains(kNumbering)) reader.read(kNumbering, [&](Archive& a) { then.archive(a); });
    decider.each_stage([&](const char* name, auto& stage) {
        // The first stage is the inventory: after it, all that is known has its number here.
        const bool inventory = &stage == static_cast<const void*>(&decider.inventory());
        if (other_model && !inventory && !std::exchange(complete, true)) renumbering.complete(Numbering(decider.inventory()));
        reader.read(name, [&](Archive& a) { stage.archive(a); }, other_model ? &renumbering : nullptr);
    });
    return reader.broken();
}

std::unique_ptr<Decider> under_model(Decider& before, std::shared_ptr<const Model> model, const EngineOptions& options, RulePlan rules) {
    std::map<std::string, std::string> parts;
    add_stages(before, parts);
    auto next = std::make_unique<Decider>(std::move(model), options);
    next->use(std::move(rules));
    const std::string broken = restore_stages(parts, shape_of(before.inventory().model()), *next);
    check(broken.empty(), "state does not fit another model", broken);
    next->go_on_for(before);
    return next;
}

Checkpoint make_checkpoint(const CheckpointParts& parts, const std::vector<std::unique_ptr<Lane>>& lanes) {
    const Model& model = parts.decider.inventory().model();
    const Micros length = parts.options.slots.length;
    Checkpoint made;
    made.app = parts.options.app;
    made.config_hash = model.hash;
    made.shape = shape_of(model);
    made.slot_length = length;
    if (const auto next = parts.decider.next()) made.decided_until = slot_start(*next, length);

    Positions positions;
    for (auto& [name, state] : parts.partitions) positions.keep(name, state);
    std::map<int64_t, SlotPartial> open;
    for (const auto& [slot, sums] : parts.open_slots) open[slot].merge(sums);
    for (const auto& lane : lanes)
        lane->inspect([&](const std::map<std::string, PartitionState*>& states, const LaneSums& sums) {
            for (const auto& [name, state] : states) positions.keep(name, *state);
            for (const auto& [slot, partial] : sums.open()) open[slot].merge(*partial);
        });
    positions.put_into(made);
    made.parts["open_slots"] = archived([&](Archive& a) { archive_open_slots(a, open, *parts.names); });
    if (const auto next = parts.decider.next(); next && parts.archived == next) {
        made.unchanged.insert(kNumbering);
        parts.decider.each_stage([&](const char* name, auto&) { made.unchanged.insert(name); });
    } else {
        add_stages(parts.decider, made.parts);
        parts.archived = next;
    }
    for (const auto& [name, sink] : outboxes(parts.sinks)) made.parts[name] = archived([&kept = *sink](Archive& a) { kept.archive(a); });
    for (const auto& [name, bytes] : parts.unclaimed) made.parts[name] = bytes;
    return made;
}

Status restore_checkpoint(const Checkpoint& checkpoint, const CheckpointParts& parts) {
    if (Status s = check_origin(checkpoint, parts.options, parts.decider.inventory().model()); !s) return s;
    PartReader reader(checkpoint.parts);
    std::map<std::string, std::string> clocks;
    reader.read("clocks", [&](Archive& a) { a(clocks); });
    for (const PartitionOffset& o : checkpoint.offsets) {
        PartitionState state{o.next, PartitionClock(parts.options.slots.clock_jump), parts.names};
        Archive a(clocks[o.partition]);
        state.clock.archive(a, *parts.names);
        if (!a.ok()) reader.note("clocks");
        parts.partitions.emplace(o.partition, std::move(state));
    }
    reader.read("open_slots", [&](Archive& a) { archive_open_slots(a, parts.open_slots, *parts.names); });
    if (const std::string stage = restore_stages(checkpoint.parts, checkpoint.shape, parts.decider); !stage.empty()) reader.note(stage);
    if (checkpoint.decided_until != kBeginningOfTime) parts.decider.go_on_at(slot_of(checkpoint.decided_until, checkpoint.slot_length));
    const std::map<std::string, Sink*> receivers = outboxes(parts.sinks);
    for (const auto& [name, bytes] : checkpoint.parts) {
        if (!name.starts_with(kOutbox)) continue;
        const auto receiver = receivers.find(name);
        if (receiver == receivers.end()) parts.unclaimed.emplace(name, bytes);
        else reader.read(name, [&](Archive& a) { receiver->second->archive(a); });
    }
    if (reader.broken().empty()) return Done{};
    return problem("the stored state cannot be read: part " + reader.broken() + " does not fit this version",
                   "start with an empty state directory, or with the version that wrote it");
}

}  // namespace foreshock
