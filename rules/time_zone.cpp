#include "rules/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <stdexcept>

#include "rules/problems.h"

namespace foreshock {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

EventTime start_of_year(int year) {
    return EventTime{sys_days{year_month_day{std::chrono::year{year}, std::chrono::January, std::chrono::day{1}}}};
}

// Without time-zone data there are no zones at all, and `why` says so.
Diagnostic unknown_zone(const std::string& zone, const std::string& why) {
    Diagnostic problem;
    problem.message = "unknown time zone '" + zone + "'";
    problem.hint = "an IANA name such as Europe/Berlin or UTC";
    try {
        std::vector<std::string_view> names;
        for (const date::time_zone& z : date::get_tzdb().zones) names.push_back(z.name());
        if (const auto near = nearest(zone, names); !near.empty()) problem.hint = "did you mean '" + std::string(near) + "'?";
    } catch (const std::exception&) {
        problem.hint = "is the package tzdata installed? " + why;
    }
    return problem;
}

// What the clocks show, as if they were those of UTC.
std::optional<EventTime> shown_time(std::string_view text) {
    std::string full(text);
    if (full.size() == 10) full += "T00:00:00";
    if (full.size() == 16) full += ":00";
    return full.size() == 19 ? parse_rfc3339(full + "Z") : std::nullopt;
}

}  // namespace

Result<std::vector<ZoneOffset>> zone_offsets(const std::string& zone) {
    std::vector<ZoneOffset> out;
    if (zone == "UTC") return out;
    try {
        const date::time_zone* found = date::locate_zone(zone);
        const EventTime end = start_of_year(kLastYear + 1);
        for (EventTime t = start_of_year(kFirstYear); t < end;) {
            const date::sys_info info = found->get_info(std::chrono::floor<std::chrono::seconds>(t));
            const Micros offset = info.offset;
            if (out.empty() || out.back().offset != offset) out.push_back({out.empty() ? kBeginningOfTime : t, offset});
            if (info.end >= std::chrono::floor<std::chrono::seconds>(end)) break;
            t = EventTime{info.end.time_since_epoch()};
        }
    } catch (const std::exception& e) {
        return unknown_zone(zone, e.what());
    }
    return out;
}

std::vector<CalendarEntry::Occurrence> monthly_days(const std::vector<ZoneOffset>& zone, int day) {
    std::vector<CalendarEntry::Occurrence> out;
    for (int y = kFirstYear; y <= kLastYear; ++y) {
        for (unsigned m = 1; m <= 12; ++m) {
            const std::chrono::year_month month{std::chrono::year{y}, std::chrono::month{m}};
            const auto last = year_month_day{month / std::chrono::last};
            const auto on = std::min(last, year_month_day{month / std::chrono::day{static_cast<unsigned>(day)}});
            const EventTime local{sys_days{on}};
            out.push_back({from_local(zone, local), from_local(zone, local + std::chrono::days{1})});
        }
    }
    return out;
}

std::vector<CalendarEntry::Occurrence> whole_days(const std::string& date, const std::vector<ZoneOffset>& zone) {
    std::vector<CalendarEntry::Occurrence> out;
    const bool yearly = date.size() == 5;
    for (int y = yearly ? kFirstYear : kLastYear; y <= kLastYear; ++y) {
        const auto local = parse_rfc3339((yearly ? std::to_string(y) + "-" + date : date) + "T00:00:00Z");
        if (local && (yearly || date.size() == 10)) out.push_back({from_local(zone, *local), from_local(zone, *local + std::chrono::days{1})});
    }
    return out;
}

std::optional<EventTime> parse_local_time(std::string_view text, const std::vector<ZoneOffset>& zone) {
    const auto local = shown_time(text);
    return local ? std::optional(from_local(zone, *local)) : std::nullopt;
}

bool exists_locally(std::string_view text, const std::vector<ZoneOffset>& zone) {
    const auto local = shown_time(text);
    return local && to_local(zone, from_local(zone, *local)) == *local;
}

std::string to_local_text(EventTime t, const std::vector<ZoneOffset>& zone) { return to_rfc3339(to_local(zone, t)).substr(11, 5); }

}  // namespace foreshock
