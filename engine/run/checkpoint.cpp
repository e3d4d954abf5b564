#include "engine/run/checkpoint.h"

namespace foreshock {

namespace {

void archive_service(Archive& a, ServicePartial& s) {
    a(s.count, s.failed, s.value_micro, s.failed_value_micro, s.span_us, s.rows, s.currency, s.latency);
}

void archive_metric(Archive& a, MetricPartial& m) {
    a(m.samples, m.sum, m.max, m.last_us, m.last, m.limit, m.span_us);
}

void archive_occurrence(Archive& a, OccurrencePartial& o) { a(o.count, o.first_us, o.last_us); }

template <class Entry, class Fields>
void archive_by_name(Archive& a, std::vector<Entry>& entries, NameSpace space, Names& names, auto used, Fields fields) {
    std::map<std::string, NameId> present;
    for (NameId id = 0; id < entries.size(); ++id)
        if (!a.restoring() && used(entries[id])) present.emplace(id == kNoName ? "" : names.text(space, id), id);
    uint64_t n = present.size();
    a(n);
    auto next = present.begin();
    for (uint64_t i = 0; i < n && a.ok(); ++i) {
        std::string name = a.restoring() ? std::string{} : next->first;
        a(name);
        const NameId id = a.restoring() ? names.intern(space, name) : (next++)->second;
        if (id == kNameOverflow) return a.fail();
        if (id >= entries.size()) entries.resize(id + 1);
        fields(a, entries[id]);
    }
}

void archive_dimensions(Archive& a, DimensionSums& sums, Names& names) {
    std::map<std::pair<std::string, std::string>, std::pair<int64_t, int64_t>> entries;
    if (!a.restoring())
        sums.each([&](const DimensionSums::Entry& e) {
            const std::string value = e.value == kNameOverflow ? "" : names.text(NameSpace::dimension_value, e.value);
            entries[{names.text(NameSpace::service, e.service), value}] = {e.count, e.value_micro};
        });
    a(entries);
    if (!a.restoring()) return;
    for (const auto& [key, sum] : entries)
        sums.add(names.intern(NameSpace::service, key.first),
                 key.second.empty() ? kNameOverflow : names.intern(NameSpace::dimension_value, key.second), sum.first, sum.second);
}

}  // namespace

void archive_slot(Archive& a, SlotPartial& sums, Names& names) {
    a(sums.events);
    archive_by_name(a, sums.services, NameSpace::service, names, [](const ServicePartial& s) { return s.rows != 0; }, archive_service);
    archive_by_name(a, sums.metrics, NameSpace::metric_instance, names, [](const MetricPartial& m) { return m.samples != 0; },
                    archive_metric);
    archive_by_name(a, sums.occurrences, NameSpace::occurrence, names, [](const OccurrencePartial& o) { return o.count != 0; },
                    archive_occurrence);
    archive_dimensions(a, sums.dimensions, names);
}

Checkpoint make_checkpoint(const CheckpointParts& parts, const std::vector<std::unique_ptr<Lane>>& lanes, const std::string& config_hash) {
    Checkpoint made;
    made.config_hash = config_hash;
    std::map<std::string, std::string> clocks;
    std::map<std::string, int64_t> next;
    const auto keep = [&](const std::string& name, PartitionState& state) {
        Archive a;
        state.clock.archive(a, parts.names);
        clocks[name] = a.take();
        next[name] = state.next_offset;
    };
    for (auto& [name, state] : parts.partitions) keep(name, state);
    std::map<int64_t, SlotPartial> open;
    for (const auto& [slot, sums] : parts.open_slots) open[slot].merge(sums);
    for (const auto& lane : lanes)
        lane->inspect([&](const std::map<std::string, PartitionState*>& states, const LaneSums& sums) {
            for (const auto& [name, state] : states) keep(name, *state);
            for (const auto& [slot, partial] : sums.open()) open[slot].merge(*partial);
        });
    for (const auto& [name, offset] : next) made.offsets.push_back({name, offset});
    Archive clock_bytes;
    clock_bytes(clocks);
    made.parts["clocks"] = clock_bytes.take();
    Archive slots;
    uint64_t n = open.size();
    slots(n);
    for (auto& [index, sums] : open) {
        int64_t at = index;
        slots(at);
        archive_slot(slots, sums, parts.names);
    }
    made.parts["open_slots"] = slots.take();
    Archive decided;
    parts.decider.archive(decided);
    made.parts["decider"] = decided.take();
    return made;
}

Status restore_checkpoint(const Checkpoint& checkpoint, const CheckpointParts& parts) {
    const auto broken = [](const char* part) {
        return Diagnostic{{}, 0, 0, std::string("the stored state cannot be read: part ") + part + " does not fit this version",
                          "start with an empty state directory, or with the version that wrote it"};
    };
    const auto bytes = [&](const char* part) {
        const auto found = checkpoint.parts.find(part);
        return found == checkpoint.parts.end() ? std::string_view{} : std::string_view{found->second};
    };
    std::map<std::string, std::string> clocks;
    Archive clock_bytes(bytes("clocks"));
    clock_bytes(clocks);
    if (!clock_bytes.ok()) return broken("clocks");
    for (const PartitionOffset& o : checkpoint.offsets) {
        PartitionState state{o.next, PartitionClock(parts.options.slots.clock_jump)};
        Archive a(clocks[o.partition]);
        state.clock.archive(a, parts.names);
        if (!a.ok()) return broken("clocks");
        parts.partitions.emplace(o.partition, std::move(state));
    }
    Archive slots(bytes("open_slots"));
    uint64_t n = 0;
    slots(n);
    for (uint64_t i = 0; i < n && slots.ok(); ++i) {
        int64_t at = 0;
        slots(at);
        archive_slot(slots, parts.open_slots[at], parts.names);
    }
    if (!slots.ok()) return broken("open_slots");
    Archive decided(bytes("decider"));
    parts.decider.archive(decided);
    if (!decided.ok()) return broken("decider");
    return Done{};
}

}  // namespace foreshock
