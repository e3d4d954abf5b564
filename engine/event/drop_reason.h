// Every way in which a record or an event can end unused. Each is counted (foreshock_<stage>_dropped_total{reason}), and
// bad records also go to the dead-letter output with their origin.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace foreshock {

enum class DropReason : uint8_t {
    broken_json,      // decode: the record is no JSON object
    missing_field,    // decode: type, service, resource, metric, value or ts is not there
    wrong_type,       // decode: a field has a type or a value that cannot be meant
    unknown_type,     // decode: `type` is none of transaction, transactions, metric, event
    absurd_time,      // decode: before 1990 or after 2100
    oversized,        // decode: longer than the configured bound
    late,             // ingest: its slot had to close before it came, judged by its own partition
    late_after_idle,  // ingest: came after its partition had been idle and the slot was closed without it
    future,           // ingest: so far ahead of its partition that it must be wrong
    too_many_series,  // ingest: the configured bound of services or metric series is reached
    count_            // number of reasons
};
inline constexpr size_t kDropReasons = static_cast<size_t>(DropReason::count_);

constexpr std::string_view to_string(DropReason r) {
    constexpr std::array<std::string_view, kDropReasons> kNames{
        "broken_json", "missing_field", "wrong_type", "unknown_type", "absurd_time",
        "oversized",   "late",          "late_after_idle", "future",   "too_many_series"};
    return kNames[static_cast<size_t>(r)];
}

using DropCounts = std::array<uint64_t, kDropReasons>;

}  // namespace foreshock
