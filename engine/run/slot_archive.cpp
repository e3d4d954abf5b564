#include "engine/run/slot_archive.h"

#include <string>
#include <utility>

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
void archive_by_name(Archive& a, std::vector<Entry>& entries, NameSpace space, Names& names, uint64_t* refused, auto used, Fields fields) {
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
        if (id == kNameOverflow) {
            if (refused == nullptr) return a.fail();
            Entry nameless;
            fields(a, nameless);
            ++*refused;
            continue;
        }
        if (id >= entries.size()) entries.resize(id + 1);
        fields(a, entries[id]);
    }
}

void archive_dimensions(Archive& a, DimensionSums& sums, Names& names, const uint64_t* refused) {
    std::map<std::pair<std::string, std::string>, std::pair<int64_t, int64_t>> entries;
    if (!a.restoring())
        sums.each([&](const DimensionSums::Entry& e) {
            const std::string value = e.value == kNameOverflow ? "" : names.text(NameSpace::dimension_value, e.value);
            entries[{names.text(NameSpace::service, e.service), value}] = {e.count, e.value_micro};
        });
    a(entries);
    if (!a.restoring()) return;
    for (const auto& [key, sum] : entries) {
        const NameId service = names.intern(NameSpace::service, key.first);
        if (service == kNameOverflow && refused != nullptr) continue;  // counted where its sums were
        sums.add(service, key.second.empty() ? kNameOverflow : names.intern(NameSpace::dimension_value, key.second), sum.first, sum.second);
    }
}

void archive_inputs(Archive& a, std::vector<OffsetRange>& inputs, Names& names) {
    std::map<std::string, OffsetRange> ranges;
    if (!a.restoring())
        for (NameId id = 0; id < inputs.size(); ++id)
            if (!inputs[id].empty()) ranges.emplace(names.text(NameSpace::partition, id), inputs[id]);
    a(ranges);
    if (!a.restoring()) return;
    for (const auto& [name, range] : ranges) {
        const NameId id = names.intern(NameSpace::partition, name);
        if (id == kNoName || id == kNameOverflow) return a.fail();
        if (id >= inputs.size()) inputs.resize(id + 1);
        inputs[id].add(range);
    }
}

}  // namespace

void archive_slot(Archive& a, SlotPartial& sums, Names& names, uint64_t* refused) {
    a(sums.events);
    archive_by_name(a, sums.services, NameSpace::service, names, refused, [](const ServicePartial& s) { return s.rows != 0; }, archive_service);
    archive_by_name(a, sums.metrics, NameSpace::metric_instance, names, refused, [](const MetricPartial& m) { return m.samples != 0; },
                    archive_metric);
    archive_by_name(a, sums.occurrences, NameSpace::occurrence, names, refused, [](const OccurrencePartial& o) { return o.count != 0; },
                    archive_occurrence);
    archive_dimensions(a, sums.dimensions, names, refused);
    archive_inputs(a, sums.inputs, names);
}

void archive_open_slots(Archive& a, std::map<int64_t, SlotPartial>& open, Names& names, uint64_t* refused) {
    uint64_t n = open.size();
    a(n);
    auto next = open.begin();
    for (uint64_t i = 0; i < n && a.ok(); ++i) {
        int64_t index = a.restoring() ? 0 : next->first;
        a(index);
        archive_slot(a, a.restoring() ? open[index] : (next++)->second, names, refused);
    }
}

}  // namespace foreshock
