// Calendar entries, spread out to absolute times.
#include <algorithm>

#include "rules/model_reader.h"
#include "rules/time_zone.h"

namespace foreshock {

std::optional<EventTime> read_time(const Section& section, std::string_view key, const std::vector<ZoneOffset>& zone) {
    std::string text;
    if (!section.read(key, text)) return std::nullopt;
    if (const auto absolute = parse_rfc3339(text)) return absolute;
    if (const auto local = parse_local_time(text, zone)) return local;
    section.problem(key, in_quotes(text) + " is no time", "such as 2026-11-27T00:00:00Z, 2026-11-27T01:00:00+01:00 or 2026-11-27");
    return std::nullopt;
}

void end_not_after_start(const Section& section, EventTime start, const std::vector<ZoneOffset>& zone) {
    const std::string& written = section.value("start")->text;
    const bool skipped = !parse_rfc3339(written) && !exists_locally(written, zone);
    section.problem("end", "is not after start", skipped ? "clocks go forward then: " + written + " does not exist and is taken as " + to_local_text(start, zone) : "");
}

namespace {

void read_span(const Section& section, CalendarEntry& entry, const std::vector<ZoneOffset>& zone) {
    const auto start = read_time(section, "start", zone);
    const auto end = read_time(section, "end", zone);
    if (!section.has("start")) {
        section.problem("start", "is missing", "write start: 2026-11-27T00:00:00Z, or monthly: 25");
    } else if (start && end && *end <= *start) {
        end_not_after_start(section, *start, zone);
    } else if (start) {
        entry.occurrences.push_back({*start, end.value_or(kEndOfTime)});
    }
}

void read_monthly(const Section& section, CalendarEntry& entry, const std::vector<ZoneOffset>& zone) {
    for (const std::string_view other : {"start", "end"}) {
        if (section.has(other)) section.problem(other, "'monthly' stands instead of start and end", "keep one of them");
    }
    uint32_t day = 0;
    if (section.read("monthly", day, Range{1, 31})) entry.occurrences = monthly_days(zone, static_cast<int>(day));
}

// Whole days by the clocks of the zone: 2026-12-25, or 12-25 for every year.
void read_dates(const Section& section, CalendarEntry& entry, const std::vector<ZoneOffset>& zone) {
    for (const std::string_view other : {"start", "end", "monthly"}) {
        if (section.has(other)) section.problem(other, "'dates' stands instead of it", "keep one of them");
    }
    std::vector<std::string> dates;
    if (!section.read("dates", dates)) return;
    for (const std::string& date : dates) {
        const auto days = whole_days(date, zone);
        if (days.empty()) section.problem("dates", in_quotes(date) + " is no date", "such as 2026-12-25, or 12-25 for every year");
        entry.occurrences.insert(entry.occurrences.end(), days.begin(), days.end());
    }
    std::ranges::sort(entry.occurrences, {}, &CalendarEntry::Occurrence::start);
}

// One whole day, where it is a holiday without an end.
void end_holiday(CalendarEntry& entry, const std::vector<ZoneOffset>& zone) {
    for (CalendarEntry::Occurrence& o : entry.occurrences) {
        if (entry.kind == CalendarKind::holiday && o.end == kEndOfTime) o.end = next_period_start(zone, PeriodKind::day, o.start);
    }
}

}  // namespace

void read_calendar_entry(const Section& section, CalendarEntry& entry, ZoneTable& zones, ModelDraft& draft) {
    section.read("name", entry.name);
    section.choice("kind", entry.kind);
    section.read("services", entry.services);
    section.read("resources", entry.resources);
    section.read("expected_ratio", entry.expected_ratio);
    std::string name;
    const std::vector<ZoneOffset>& zone = zones.read(section, "time_zone", name);
    section.has("dates") ? read_dates(section, entry, zone) : section.has("monthly") ? read_monthly(section, entry, zone) : read_span(section, entry, zone);
    end_holiday(entry, zone);
    for (const std::string& s : entry.services) {
        draft.references.push_back({NameReference::Kind::service, s, "services", section.place_of("services"), true});
    }
    for (const std::string& r : entry.resources) {
        draft.references.push_back({NameReference::Kind::resource, r, "resources", section.place_of("resources"), true});
    }
}

}  // namespace foreshock
