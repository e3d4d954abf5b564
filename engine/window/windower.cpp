#include "engine/window/windower.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace foreshock {

namespace {

constexpr Micros kForgetInstance = std::chrono::hours{1};

}  // namespace

Windower::Windower(Inventory& inventory, const EngineOptions& options)
    : inventory_(inventory),
      matcher_(inventory.model()),
      allowed_lateness_(options.slots.allowed_lateness),
      forget_after_slots_(kForgetInstance / options.slots.length + 1),
      most_gauges_(inventory.gauges().size() + options.bounds.metric_instances) {
    slot_.length = options.slots.length;
}

const ClosedSlot& Windower::close(SlotIndex slot, const SlotPartial& sums, const Names& names) {
    slot_.index = slot;
    slot_.start = slot_start(slot, slot_.length);
    slot_.end = slot_end(slot, slot_.length);
    slot_.decided_at = slot_.end + allowed_lateness_;
    slot_.events = sums.events;
    slot_.gauges_refused = 0;
    close_services(sums, names);
    close_gauges(sums, names);
    close_occurrences(sums, names);
    return slot_;
}

const std::string& Windower::text_of(NameSpace space, NameId id, const Names& names) {
    auto& known = texts_[static_cast<size_t>(space)];
    if (id >= known.size()) known.resize(id + 1);
    if (known[id].empty()) known[id] = names.text(space, id);
    return known[id];
}

void Windower::close_services(const SlotPartial& sums, const Names& names) {
    std::vector<std::pair<std::string_view, NameId>> present;
    for (NameId id = 0; id < sums.services.size(); ++id)
        if (sums.services[id].rows != 0) present.emplace_back(text_of(NameSpace::service, id, names), id);
    std::sort(present.begin(), present.end());
    slot_.services.clear();
    std::vector<size_t> place(sums.services.size());
    for (const auto& [name, id] : present) {
        const ServicePartial& p = sums.services[id];
        ServiceSlot s;
        s.service = inventory_.service(name);
        s.count = p.count;
        s.failed = p.failed;
        s.value_micro = p.value_micro;
        s.failed_value_micro = p.failed_value_micro;
        s.currency = p.currency;
        s.span_seconds = to_seconds(std::max(slot_.length, Micros{p.span_us}));
        s.latency = p.latency;
        place[id] = slot_.services.size();
        slot_.services.push_back(std::move(s));
    }
    sums.dimensions.each([&](const DimensionSums::Entry& e) {
        if (e.value == kNameOverflow || sums.services[e.service].rows == 0) return;
        const std::string& text = text_of(NameSpace::dimension_value, e.value, names);
        slot_.services[place[e.service]].dimensions.push_back(
            {static_cast<uint8_t>(text[0] - '0'), text.substr(2), e.count, e.value_micro});
    });
    for (ServiceSlot& s : slot_.services)
        std::sort(s.dimensions.begin(), s.dimensions.end(), [](const DimensionSlot& a, const DimensionSlot& b) {
            return std::tie(a.dimension, a.value) < std::tie(b.dimension, b.value);
        });
    std::sort(slot_.services.begin(), slot_.services.end(),
              [](const ServiceSlot& a, const ServiceSlot& b) { return a.service < b.service; });
}

GaugeIndex Windower::identify(const MetricInstanceName& n) {
    const auto found = matcher_.find(n, slot_.start);
    const std::string_view resource = found ? std::string_view{inventory_.model().resources[*found].name} : n.resource;
    // What is discovered lasts: resources that bear the names of pods, which come and go, would fill the memory.
    if (inventory_.gauges().size() >= most_gauges_ && inventory_.find_gauge(resource, n.metric) == kNoIndex) return kNoIndex;
    const ServiceIndex service = found || n.service.empty() ? kNoIndex : inventory_.service(n.service);
    return inventory_.gauge(inventory_.resource(resource, service), n.metric);
}

// The past of an instance stays with whom it was; from here on it is somebody else's.
void Windower::identify_again() {
    const bool same = matcher_.same(identified_at_, slot_.start);
    identified_at_ = slot_.start;
    if (!std::exchange(again_, false) && same) return;
    for (auto& [text, i] : instances_) i.gauge = identify(MetricInstanceName::split(text));
    std::erase_if(instances_, [](const auto& i) { return i.second.gauge == kNoIndex; });
}

void Windower::report(const std::string& text, const MetricPartial& p) {
    const int64_t now = slot_.index.value;
    auto known = instances_.find(text);
    if (known == instances_.end()) {
        const GaugeIndex gauge = identify(MetricInstanceName::split(text));
        if (gauge == kNoIndex) {
            ++slot_.gauges_refused;
            return;
        }
        known = instances_.emplace(text, Instance{.gauge = gauge}).first;
    } else {
        known->second.gap = std::max<int64_t>(1, now - known->second.seen);
    }
    Instance& i = known->second;
    i.value = from_fixed(p.sum) / static_cast<double>(p.samples);
    i.max = p.max;
    i.limit = std::isnan(p.limit) ? inventory_.gauges()[i.gauge].model_limit : p.limit;
    i.span_seconds = to_seconds(Micros{p.span_us});
    i.seen = now;
}

void Windower::close_gauges(const SlotPartial& sums, const Names& names) {
    std::vector<std::pair<std::string_view, NameId>> present;
    for (NameId id = 0; id < sums.metrics.size(); ++id)
        if (sums.metrics[id].samples != 0) present.emplace_back(text_of(NameSpace::metric_instance, id, names), id);
    std::sort(present.begin(), present.end());
    identify_again();
    for (const auto& [text, id] : present) report(std::string(text), sums.metrics[id]);
    add_up_gauges();
}

void Windower::close_occurrences(const SlotPartial& sums, const Names& names) {
    std::vector<std::pair<std::string_view, NameId>> present;
    for (NameId id = 0; id < sums.occurrences.size(); ++id)
        if (sums.occurrences[id].count != 0) present.emplace_back(text_of(NameSpace::occurrence, id, names), id);
    std::sort(present.begin(), present.end());
    slot_.occurrences.clear();
    for (const auto& [text, id] : present) {
        const OccurrencePartial& p = sums.occurrences[id];
        const OccurrenceName n = OccurrenceName::split(text);
        OccurrenceSlot o{std::string(n.name), std::string(n.service), std::string(n.resource), {}, p.count, EventTime{Micros{p.first_us}},
                         EventTime{Micros{p.last_us}}};
        for (const auto& [label, value] : n.labels) o.labels.emplace_back(label, value);
        slot_.occurrences.push_back(std::move(o));
    }
}

// A gauge appears in a slot in which at least one of its instances reported. The others count with their last value while
// they are within one and a half of their own reporting gap: alive, but between two reports.
void Windower::add_up_gauges() {
    const int64_t now = slot_.index.value;
    std::vector<GaugeSlot> sums(inventory_.gauges().size());
    std::vector<bool> reported(sums.size());
    for (auto it = instances_.begin(); it != instances_.end();) {
        const Instance& i = it->second;
        const int64_t age = now - i.seen;
        if (age > forget_after_slots_) {
            it = instances_.erase(it);
            continue;
        }
        ++it;
        if (age > i.gap + i.gap / 2) continue;
        GaugeSlot& g = sums[i.gauge];
        reported[i.gauge] = reported[i.gauge] || age == 0;
        const bool first = g.instances++ == 0;
        g.value += i.value;
        g.max += i.max;
        g.limit = first ? i.limit : g.limit + i.limit;
        g.span_seconds = std::max({g.span_seconds, i.span_seconds, to_seconds(slot_.length)});
        const double own = i.limit > 0 ? i.value / i.limit : std::numeric_limits<double>::quiet_NaN();
        if (!(g.worst >= own)) g.worst = own;
    }
    slot_.gauges.clear();
    for (GaugeIndex g = 0; g < sums.size(); ++g) {
        if (!reported[g]) continue;
        sums[g].gauge = g;
        if (sums[g].limit > 0) sums[g].utilization = sums[g].value / sums[g].limit;
        slot_.gauges.push_back(sums[g]);
    }
}

void Windower::archive(Archive& a) {
    a(instances_, identified_at_);
    if (a.renumbering() != nullptr) std::erase_if(instances_, [](const auto& i) { return i.second.gauge == kNoIndex; });  // of what is forgotten
    again_ = again_ || a.restoring();
}

}  // namespace foreshock
