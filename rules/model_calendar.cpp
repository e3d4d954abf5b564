// Calendar entries, spread out to absolute times.
#include <algorithm>

#include "rules/model_reader.h"
#include "rules/recurrence.h"
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
        section.problem("start", "is missing", "write start: 2026-11-27T00:00:00Z, every: sunday 02:00-04:00, or monthly: 25");
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

// A list of texts of which each stands for some times, by the clocks of the zone; `others` may not stand beside it.
struct ListedTimes {
    const char* key;
    std::vector<std::string_view> others;
    std::vector<CalendarEntry::Occurrence> (*times)(const std::string& text, const std::vector<ZoneOffset>& zone);
    const char *wrong, *hint;
};

void read_listed(const Section& section, const ListedTimes& listed, CalendarEntry& entry, const std::vector<ZoneOffset>& zone) {
    for (const std::string_view other : listed.others) {
        if (section.has(other)) section.problem(other, in_quotes(listed.key) + " stands instead of it", "keep one of them");
    }
    std::vector<std::string> texts;
    if (!section.read(listed.key, texts)) return;
    for (const std::string& text : texts) {
        const auto found = listed.times(text, zone);
        if (found.empty()) section.problem(listed.key, in_quotes(text) + listed.wrong, listed.hint);
        entry.occurrences.insert(entry.occurrences.end(), found.begin(), found.end());
    }
}

// Whole days: 2026-12-25, or 12-25 for every year.
void read_dates(const Section& section, CalendarEntry& entry, const std::vector<ZoneOffset>& zone) {
    read_listed(section, {"dates", {"start", "end", "monthly"}, whole_days, " is no date", "such as 2026-12-25, or 12-25 for every year"}, entry, zone);
    std::ranges::sort(entry.occurrences, {}, &CalendarEntry::Occurrence::start);
}

void read_every(const Section& section, CalendarEntry& entry, const std::vector<ZoneOffset>& zone) {
    read_listed(section,
                {"every", {"start", "end", "monthly", "dates"}, recurring_times, " is no time that comes again",
                 "such as sunday 02:00-04:00, workday, day 23:30-01:00 or last friday"},
                entry, zone);
    join_occurrences(entry.occurrences);
}

// One whole day, where it is a holiday without an end.
void end_holiday(CalendarEntry& entry, const std::vector<ZoneOffset>& zone) {
    for (CalendarEntry::Occurrence& o : entry.occurrences) {
        if (entry.kind == CalendarKind::holiday && o.end == kEndOfTime) o.end = next_period_start(zone, PeriodKind::day, o.start);
    }
}

// What is aimed at has to be countable: whose transactions, and until when.
void read_value_target(const Section& section, CalendarEntry& entry) {
    if (!section.read("value_target", entry.value_target)) return;
    if (entry.kind != CalendarKind::campaign) section.problem("value_target", "only a campaign has one", "remove it, or write kind: campaign");
    if (entry.services.empty()) section.problem("value_target", "is of no services", "name under 'services' those whose transactions bring it, without those that they call");
    if (!entry.occurrences.empty() && entry.occurrences.back().end == kEndOfTime) section.problem("value_target", "has no end until which it is to come", "write end");
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
    if (section.has("every")) read_every(section, entry, zone);
    else if (section.has("dates")) read_dates(section, entry, zone);
    else if (section.has("monthly")) read_monthly(section, entry, zone);
    else read_span(section, entry, zone);
    end_holiday(entry, zone);
    read_value_target(section, entry);
    for (const std::string& s : entry.services) {
        draft.references.push_back({NameReference::Kind::service, s, "services", section.place_of("services"), true});
    }
    for (const std::string& r : entry.resources) {
        draft.references.push_back({NameReference::Kind::resource, r, "resources", section.place_of("resources"), true});
    }
}

}  // namespace foreshock
