// What comes again every week or month, by the clocks of a zone, on both days on which clocks change.
#include "rules/recurrence.h"

#include <algorithm>

#include "rules/time_zone.h"
#include "tests/support/catch.h"

using namespace foreshock;
using namespace std::chrono_literals;

namespace {

EventTime at(const char* text) { return parse_rfc3339(text).value(); }

// Start and length of those that begin in a time.
std::string between(const std::string& text, const char* zone, const char* from, const char* to) {
    std::string out;
    for (const auto& o : recurring_times(text, zone_offsets(zone).value()))
        if (o.start >= at(from) && o.start < at(to)) out += to_rfc3339(o.start).substr(5, 11) + "+" + std::to_string((o.end - o.start) / 1min) + " ";
    return out;
}

}  // namespace

TEST_CASE("a time of the week is that of the clocks, also where they change") {
    // Spring: 02:00 does not exist, so it begins at 03:00 (01:00Z). Autumn: it begins when it is 02:00 for the first time.
    CHECK(between("sunday 02:00-04:00", "Europe/Berlin", "2026-03-20T00:00:00Z", "2026-04-06T00:00:00Z") == "03-22T01:00+120 03-29T01:00+60 04-05T00:00+120 ");
    CHECK(between("sunday 02:00-04:00", "Europe/Berlin", "2026-10-17T00:00:00Z", "2026-11-02T00:00:00Z") == "10-18T00:00+120 10-25T00:00+180 11-01T01:00+120 ");
    // All of it is skipped: as long as ever, after the gap. All of it comes twice: the first.
    CHECK(between("sunday 02:30-03:00", "Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z") == "03-29T01:30+30 ");
    CHECK(between("sunday 02:00-02:30", "Europe/Berlin", "2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z") == "10-25T00:00+30 ");
    // Over midnight into the day, and whole days of 23 and 25 hours.
    CHECK(between("saturday 23:00-05:00", "Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z") == "03-28T22:00+300 ");
    CHECK(between("sunday", "Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z") == "03-28T23:00+1380 ");
    CHECK(between("sunday", "Europe/Berlin", "2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z") == "10-24T22:00+1500 ");
    // Where clocks change at another hour, and on the other half of the Earth.
    CHECK(between("sunday 02:00-04:00", "America/New_York", "2026-03-07T00:00:00Z", "2026-03-09T00:00:00Z") == "03-08T07:00+60 ");
    CHECK(between("sunday 01:30-03:30", "Australia/Sydney", "2026-10-03T00:00:00Z", "2026-10-05T00:00:00Z") == "10-03T15:30+60 ");
}

TEST_CASE("days of the week, and which of the month") {
    const auto in_may = [](const std::string& text) { return between(text, "UTC", "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"); };
    CHECK(in_may("monday, friday 10:00-11:00") == "05-01T10:00+60 05-04T10:00+60 05-08T10:00+60 05-11T10:00+60 05-15T10:00+60 05-18T10:00+60 05-22T10:00+60 05-25T10:00+60 05-29T10:00+60 ");
    CHECK(in_may("last friday") == "05-29T00:00+1440 ");
    CHECK(in_may("second tuesday 22:00-02:00") == "05-12T22:00+240 ");
    CHECK(in_may("last workday") == "05-29T00:00+1440 ");  // the 30th is a Saturday
    CHECK(in_may("first workday 23:30-24:00") == "05-01T23:30+30 ");
    CHECK(std::ranges::count(in_may("day 03:00-03:10"), '+') == 31);
    CHECK(std::ranges::count(in_may("workday"), '+') == 21);
}

TEST_CASE("what is no such time gives nothing") {
    for (const char* text : {"", "sundays", "sunday 2-4", "sunday 24:00-25:00", "sunday 02:00", "last", "fifth friday", "02:00-04:00", "sunday 02:00-04:00 monday", "sunday 02:61-04:00"})
        CHECK(recurring_times(text, {}).empty());
}

TEST_CASE("overlapping times are one") {
    std::vector<CalendarEntry::Occurrence> all = recurring_times("sunday 02:00-06:00", {});
    const auto inner = recurring_times("sunday 03:00-04:00", {}), later = recurring_times("sunday 05:00-07:00", {});
    const size_t weeks = all.size();
    all.insert(all.end(), inner.begin(), inner.end());
    all.insert(all.end(), later.begin(), later.end());
    join_occurrences(all);
    CHECK(all.size() == weeks);
    CHECK(std::ranges::all_of(all, [](const auto& o) { return o.end - o.start == 5h; }));
}
