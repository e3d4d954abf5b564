#include "rules/time_zone.h"

#include <algorithm>

#include "tests/support/catch.h"

using namespace foreshock;
using namespace std::chrono_literals;

namespace {

EventTime at(const char* text) { return parse_rfc3339(text).value(); }

std::vector<ZoneOffset> zone(const char* name) { return zone_offsets(name).value(); }

}  // namespace

TEST_CASE("zones follow their summer times") {
    const auto berlin = zone("Europe/Berlin");
    CHECK(utc_offset_at(berlin, at("2026-01-15T12:00:00Z")) == 1h);
    CHECK(utc_offset_at(berlin, at("2026-07-15T12:00:00Z")) == 2h);
    CHECK(utc_offset_at(berlin, at("2026-03-29T00:59:59Z")) == 1h);
    CHECK(utc_offset_at(berlin, at("2026-03-29T01:00:00Z")) == 2h);
    CHECK(utc_offset_at(berlin, at("2026-10-25T01:00:00Z")) == 1h);
    CHECK(utc_offset_at(zone("Asia/Kolkata"), at("2026-01-15T12:00:00Z")) == 5h + 30min);
    CHECK(zone("UTC").empty());
    CHECK(utc_offset_at({}, at("2026-01-15T12:00:00Z")) == 0h);
}

TEST_CASE("an unknown zone suggests the near one") {
    const auto wrong = zone_offsets("Europe/Berln");
    REQUIRE_FALSE(wrong.ok());
    CHECK(wrong.problems().front().message == "unknown time zone 'Europe/Berln'");
    CHECK(wrong.problems().front().hint == "did you mean 'Europe/Berlin'?");
}

TEST_CASE("local times become absolute") {
    const auto berlin = zone("Europe/Berlin");
    CHECK(parse_local_time("2026-11-27", berlin) == at("2026-11-26T23:00:00Z"));
    CHECK(parse_local_time("2026-07-01T08:30", berlin) == at("2026-07-01T06:30:00Z"));
    CHECK(parse_local_time("2026-07-01T08:30:15", {}) == at("2026-07-01T08:30:15Z"));
    CHECK(parse_local_time("2026-03-29T02:30:00", berlin) == at("2026-03-29T01:30:00Z"));  // skipped by the clocks
    CHECK(parse_local_time("2026-10-25T02:30:00", berlin) == at("2026-10-25T00:30:00Z"));  // comes twice: the first
    CHECK_FALSE(parse_local_time("2026-13-01", berlin));
    CHECK_FALSE(parse_local_time("tomorrow", berlin));
}

TEST_CASE("a day of each month runs from local midnight to midnight") {
    const auto days = monthly_days(zone("Europe/Berlin"), 25);
    CHECK(days.size() == 12 * (kLastYear - kFirstYear + 1));
    const auto has = [&](const char* start, const char* end) {
        return std::ranges::any_of(days, [&](const auto& o) { return o.start == at(start) && o.end == at(end); });
    };
    CHECK(has("2026-11-24T23:00:00Z", "2026-11-25T23:00:00Z"));
    CHECK(has("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"));  // 25 hours: summer time ends
    const auto last = monthly_days({}, 31);
    CHECK(std::ranges::any_of(last, [&](const auto& o) { return o.start == at("2026-02-28T00:00:00Z"); }));
    CHECK(std::ranges::is_sorted(last, {}, &CalendarEntry::Occurrence::start));
}

TEST_CASE("whole days, of one year or of every year") {
    const auto berlin = zone("Europe/Berlin");
    const auto once = whole_days("2026-10-25", berlin);
    REQUIRE(once.size() == 1);
    CHECK(once[0].start == at("2026-10-24T22:00:00Z"));
    CHECK(once[0].end == at("2026-10-25T23:00:00Z"));  // 25 hours
    CHECK(whole_days("2026-03-29", berlin)[0].end - whole_days("2026-03-29", berlin)[0].start == 23h);
    CHECK(whole_days("12-25", berlin).size() == static_cast<size_t>(kLastYear - kFirstYear + 1));
    CHECK(whole_days("02-29", {}).size() == 15);  // leap years only
    CHECK(whole_days("2026-13-01", {}).empty());
    CHECK(whole_days("25.12.", {}).empty());
}
