#include "rules/recurrence.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <sstream>

#include "rules/time_zone.h"

namespace foreshock {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year_month_day;

struct Recurrence {
    std::array<bool, 7> on{};  // Sunday is 0
    int which = 0;             // of the month: 1 to 4, -1: the last; 0: each
    Micros from{0}, to = days{1};

    bool holds(sys_days day) const { return on[weekday{day}.c_encoding()]; }
    // Is it the one of its month that is meant?
    bool is_meant(sys_days day) const {
        if (!holds(day)) return false;
        if (which == 0) return true;
        const year_month_day date{day};
        const sys_days first{date.year() / date.month() / 1}, last{date.year() / date.month() / std::chrono::last};
        int others = 0;  // on this side of it
        if (which > 0)
            for (sys_days d = first; d < day; d += days{1}) others += holds(d);
        else
            for (sys_days d = day + days{1}; d <= last; d += days{1}) others += holds(d);
        return others == (which > 0 ? which - 1 : 0);
    }
};

bool read_days(const std::string& word, Recurrence& out) {
    constexpr std::array<const char*, 7> kNames{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
    const auto name = std::ranges::find(kNames, word);
    if (name != kNames.end()) return out.on[static_cast<size_t>(name - kNames.begin())] = true;
    if (word != "day" && word != "workday") return false;
    for (size_t d = 0; d < out.on.size(); ++d) out.on[d] = out.on[d] || word == "day" || (d >= 1 && d <= 5);
    return true;
}

bool read_times(const std::string& word, Recurrence& out) {
    unsigned h1 = 0, m1 = 0, h2 = 0, m2 = 0;
    int read = 0;
    if (std::sscanf(word.c_str(), "%2u:%2u-%2u:%2u%n", &h1, &m1, &h2, &m2, &read) != 4 || static_cast<size_t>(read) != word.size()) return false;
    if (h1 > 23 || h2 > 24 || m1 > 59 || m2 > 59 || (h2 == 24 && m2 > 0)) return false;
    out.from = std::chrono::minutes{60 * h1 + m1};
    out.to = std::chrono::minutes{60 * h2 + m2};
    if (out.to <= out.from) out.to += days{1};
    return true;
}

std::optional<Recurrence> parse(std::string text) {
    std::ranges::replace(text, ',', ' ');
    std::istringstream words(text);
    std::vector<std::string> list;
    for (std::string word; words >> word;) list.push_back(word);
    Recurrence out;
    constexpr std::array<std::pair<const char*, int>, 5> kWhich{{{"first", 1}, {"second", 2}, {"third", 3}, {"fourth", 4}, {"last", -1}}};
    if (!list.empty())
        for (const auto& [name, which] : kWhich) out.which = list.front() == name ? which : out.which;
    if (out.which != 0) list.erase(list.begin());
    if (!list.empty() && read_times(list.back(), out)) list.pop_back();
    if (list.empty() || !std::ranges::all_of(list, [&](const std::string& word) { return read_days(word, out); })) return std::nullopt;
    return out;
}

}  // namespace

std::vector<CalendarEntry::Occurrence> recurring_times(const std::string& text, const std::vector<ZoneOffset>& zone) {
    std::vector<CalendarEntry::Occurrence> out;
    const auto recurrence = parse(text);
    if (!recurrence) return out;
    const sys_days last{std::chrono::year{kLastYear} / std::chrono::December / 31};
    for (sys_days day{std::chrono::year{kFirstYear} / std::chrono::January / 1}; day <= last; day += days{1}) {
        if (!recurrence->is_meant(day)) continue;
        const EventTime start = from_local(zone, EventTime{day} + recurrence->from), end = from_local(zone, EventTime{day} + recurrence->to);
        out.push_back({start, end > start ? end : start + (recurrence->to - recurrence->from)});
    }
    return out;
}

void join_occurrences(std::vector<CalendarEntry::Occurrence>& occurrences) {
    std::ranges::sort(occurrences, {}, &CalendarEntry::Occurrence::start);
    std::vector<CalendarEntry::Occurrence> out;
    for (const CalendarEntry::Occurrence& o : occurrences) {
        if (!out.empty() && o.start < out.back().end) out.back().end = std::max(out.back().end, o.end);
        else out.push_back(o);
    }
    occurrences = std::move(out);
}

}  // namespace foreshock
