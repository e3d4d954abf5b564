// Times, numbers and escaped text as the report shows them. Pure functions; times are UTC.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/time.h"

namespace foreshock {

std::string html_escaped(std::string_view text);
// Escaped, with `names` in code type.
std::string html_sentence(std::string_view sentence);

std::string date_text(EventTime t);  // "20 Nov 2026"
std::string day_text(EventTime t);   // "20 Nov"
std::string span_text(Micros d);     // "45 s", "12 min", "6 min 10 s", "3 h 20 min", "4 d 6 h"

// "09:41", or "20 Nov 09:41" in a report of several days; a dash for what is not known.
class TimeWords {
public:
    TimeWords(EventTime start, EventTime end) : days_(end - start > std::chrono::hours{24}) {}
    std::string when(EventTime t) const;
    bool days() const { return days_; }

private:
    bool days_;
};

// How a number of a plot reads.
enum class Unit : uint8_t { plain, percent, milliseconds, money };
std::string unit_text(double x, Unit unit, std::string_view currency = {});

// The next number above x whose half reads well too: 1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8 times a power of ten; 1 for
// what is not above 0.
double round_up(double x);

}  // namespace foreshock
