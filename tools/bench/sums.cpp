#include "tools/bench/sums.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "engine/base/fnv1a.h"
#include "engine/base/time.h"

namespace bench {
namespace {

constexpr int64_t kSlotMs = 10'000;

uint64_t hash(std::string_view text) {
    const uint64_t h = foreshock::Fnv1a{}.add(text).value();
    return h ^ h >> 29;
}

// 16 buckets an octave, from the bits of the number.
size_t bucket(double ms) { return std::min<uint64_t>(255, (std::bit_cast<uint64_t>(ms + 1) >> 48) - (std::bit_cast<uint64_t>(1.0) >> 48)); }

}  // namespace

Sums::Series& Sums::series(std::string_view name) {
    for (size_t i = hash(name);; ++i) {
        uint32_t& entry = index_[i % index_.size()];
        if (entry == 0) {
            if (series_.size() == kMost) std::abort();
            series_.push_back({std::string(name), {}, 0, 0});
            entry = static_cast<uint32_t>(series_.size());
        }
        if (series_[entry - 1].name == name) return series_[entry - 1];
    }
}

Sums::Slot& Sums::slot_of(Series& s, int64_t slot) {
    for (size_t i = s.slots.size(); i-- > 0;)
        if (s.slots[i].slot == slot) return s.slots[i];
    s.slots.emplace_back().slot = slot;
    return s.slots.back();
}

// "2026-11-20T09:00:00.123Z"
int64_t Sums::milliseconds(std::string_view ts) {
    if (ts.substr(0, 13) != hour_) {
        hour_ = ts.substr(0, 13);
        const auto t = foreshock::parse_rfc3339(hour_ + ":00:00Z");
        hour_ms_ = t ? t->time_since_epoch().count() / 1000 : 0;
    }
    const auto two = [&](size_t at) { return (ts[at] - '0') * 10 + (ts[at + 1] - '0'); };
    const int64_t ms = ts.size() > 20 ? (ts[20] - '0') * 100 + two(21) : 0;
    return hour_ms_ + two(14) * 60'000 + two(17) * 1000 + ms;
}

bool Sums::add(std::string_view event, bool padded) {
    if (!padded) {
        if (padded_.size() < event.size() + simdjson::SIMDJSON_PADDING) padded_.resize(2 * event.size() + simdjson::SIMDJSON_PADDING);
        std::memcpy(padded_.data(), event.data(), event.size());
        event = {padded_.data(), event.size()};
    }
    auto document = parser_.iterate(event.data(), event.size(), event.size() + simdjson::SIMDJSON_PADDING);
    simdjson::ondemand::object o;
    std::string_view ts, type, service;
    if (document.get_object().get(o) || o.find_field("ts").get_string().get(ts) || o.find_field("type").get_string().get(type)) return false;
    ++events;
    if (type == "metric") {
        std::string_view resource, metric;
        double value = 0, limit = 0;
        if (o.find_field_unordered("resource").get_string().get(resource) || o.find_field_unordered("metric").get_string().get(metric) ||
            o.find_field_unordered("value").get_double().get(value) || o.find_field_unordered("limit").get_double().get(limit))
            return false;
        Series& s = series(resource);
        s.value = value;
        s.limit = limit;
        return true;
    }
    double value = 0, duration = 0;
    std::string_view outcome;
    if (o.find_field("service").get_string().get(service) || o.find_field("value").get_double().get(value) ||
        o.find_field_unordered("duration_ms").get_double().get(duration) || o.find_field_unordered("outcome").get_string().get(outcome))
        return false;
    Slot& slot = slot_of(series(service), milliseconds(ts) / kSlotMs);
    const auto micro = static_cast<int64_t>(std::llround(value * 1e6));
    const bool failed = outcome != "ok";
    ++transactions;
    errors += failed;
    value_micro += micro;
    ++slot.count;
    slot.errors += failed;
    slot.value_micro += micro;
    ++slot.latencies[bucket(duration)];
    return true;
}

void Sums::merge(const Sums& other) {
    events += other.events;
    transactions += other.transactions;
    errors += other.errors;
    value_micro += other.value_micro;
    for (const Series& from : other.series_) {
        Series& to = series(from.name);
        for (const Slot& s : from.slots) {
            Slot& mine = slot_of(to, s.slot);
            mine.count += s.count;
            mine.errors += s.errors;
            mine.value_micro += s.value_micro;
            for (size_t i = 0; i < kBuckets; ++i) mine.latencies[i] += s.latencies[i];
        }
    }
}

uint64_t Sums::service_slots() const {
    uint64_t n = 0;
    for (const Series& s : series_) n += s.slots.size();
    return n;
}

}  // namespace bench
