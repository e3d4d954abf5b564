#include "engine/plan/local_time.h"

namespace foreshock {
namespace {

using namespace std::chrono;

sys_days first_day(PeriodKind kind, sys_days day, int later) {
    const year_month_day d{day};
    switch (kind) {
        case PeriodKind::day: return day + days{later};
        case PeriodKind::week: return day - (weekday{day} - Monday) + days{7 * later};
        case PeriodKind::quarter: {
            const auto first = month{(static_cast<unsigned>(d.month()) - 1) / 3 * 3 + 1};
            return sys_days{(d.year() / first + months{3 * later}) / 1};
        }
        case PeriodKind::year: return sys_days{(d.year() + years{later}) / January / 1};
        default: return sys_days{(d.year() / d.month() + months{later}) / 1};
    }
}

EventTime start_of(const std::vector<ZoneOffset>& zone, PeriodKind kind, EventTime t, int later) {
    return from_local(zone, EventTime{first_day(kind, floor<days>(to_local(zone, t)), later)});
}

}  // namespace

EventTime from_local(const std::vector<ZoneOffset>& zone, EventTime local) {
    const Micros before = utc_offset_at(zone, local - hours{26});
    const Micros after = utc_offset_at(zone, local + hours{26});
    const EventTime early = local - std::max(before, after), late = local - std::min(before, after);
    if (early + utc_offset_at(zone, early) == local) return early;
    if (late + utc_offset_at(zone, late) == local) return late;
    return local - before;
}

EventTime period_start(const std::vector<ZoneOffset>& zone, PeriodKind kind, EventTime t) { return start_of(zone, kind, t, 0); }
EventTime next_period_start(const std::vector<ZoneOffset>& zone, PeriodKind kind, EventTime t) { return start_of(zone, kind, t, 1); }

}  // namespace foreshock
