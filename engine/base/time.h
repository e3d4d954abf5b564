// Event time: the only clock right of a source. Microseconds since the Unix epoch, UTC, no leap seconds.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace foreshock {

using Micros = std::chrono::microseconds;
using EventTime = std::chrono::sys_time<Micros>;

// Before every event and after every event; both are legal values of a watermark.
inline constexpr EventTime kBeginningOfTime = EventTime::min();
inline constexpr EventTime kEndOfTime = EventTime::max();

inline constexpr double to_seconds(Micros d) { return static_cast<double>(d.count()) * 1e-6; }
inline constexpr Micros from_seconds(double s) { return Micros{static_cast<int64_t>(s * 1e6 + (s < 0 ? -0.5 : 0.5))}; }

// Number of a slot (tumbling event-time window) of one length: slot i covers [i * length, (i + 1) * length).
struct SlotIndex {
    int64_t value = 0;
    auto operator<=>(const SlotIndex&) const = default;
    SlotIndex next() const { return {value + 1}; }
};

inline SlotIndex slot_of(EventTime t, Micros length) {
    const int64_t us = t.time_since_epoch().count(), n = length.count();
    return {us / n - (us % n < 0 ? 1 : 0)};
}
inline EventTime slot_start(SlotIndex i, Micros length) { return EventTime{Micros{i.value * length.count()}}; }
inline EventTime slot_end(SlotIndex i, Micros length) { return slot_start(i.next(), length); }

// "2026-11-20T09:00:00.123Z": UTC, milliseconds, the form of every time that leaves the program.
std::string to_rfc3339(EventTime t);

// "09:41": UTC hour and minute, for sentences.
std::string to_clock(EventTime t);

// RFC 3339 with any offset ("Z", "+02:00", "-0530"), 'T' or a space between, any number of fraction digits
// (beyond microseconds cut off). Empty when the text is no such time.
std::optional<EventTime> parse_rfc3339(std::string_view text);

// Epoch seconds, milliseconds, microseconds or nanoseconds told apart by magnitude: |x| below 1e11 is seconds, below
// 1e14 milliseconds, below 1e17 microseconds, else nanoseconds.
EventTime from_epoch(int64_t x);

}  // namespace foreshock
