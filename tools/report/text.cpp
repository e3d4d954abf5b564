#include "tools/report/text.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/warn/sentence.h"

namespace foreshock {
namespace {

constexpr std::string_view kMonths[]{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::chrono::year_month_day day_of(EventTime t) { return std::chrono::floor<std::chrono::days>(t); }

}  // namespace

std::string html_escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string html_sentence(std::string_view sentence) {
    std::string out;
    bool inside = false;
    for (const char c : html_escaped(sentence)) {
        if (c != '`') {
            out += c;
            continue;
        }
        out += inside ? "</code>" : "<code>";
        inside = !inside;
    }
    return inside ? out + "</code>" : out;
}

std::string day_text(EventTime t) {
    const auto day = day_of(t);
    return fmt::format("{} {}", static_cast<unsigned>(day.day()), kMonths[static_cast<unsigned>(day.month()) - 1]);
}

std::string date_text(EventTime t) { return fmt::format("{} {}", day_text(t), static_cast<int>(day_of(t).year())); }

std::string span_text(Micros d) {
    const int64_t s = std::chrono::round<std::chrono::seconds>(d).count();
    const auto two = [](int64_t a, const char* big, int64_t b, const char* small) {
        return b == 0 ? fmt::format("{} {}", a, big) : fmt::format("{} {} {} {}", a, big, b, small);
    };
    if (s < 60) return fmt::format("{} s", s);
    if (s < 3600) return two(s / 60, "min", s < 1200 ? s % 60 : 0, "s");
    if (s < 86400) return two(s / 3600, "h", s % 3600 / 60, "min");
    return two(s / 86400, "d", s % 86400 / 3600, "h");
}

std::string TimeWords::when(EventTime t) const {
    if (t == EventTime{} || t == kEndOfTime) return "–";
    return days_ ? day_text(t) + " " + to_clock(t) : to_clock(t);
}

std::string unit_text(double x, Unit unit, std::string_view currency) {
    switch (unit) {
        case Unit::percent:
            return readable_number(100 * x) + " %";
        case Unit::milliseconds:
            return x >= 1000 ? readable_number(x / 1000) + " s" : readable_number(x) + " ms";
        case Unit::money:
            return currency.empty() ? readable_number(x) : std::string(currency) + " " + readable_number(x);
        default:
            return readable_number(x);
    }
}

double round_up(double x) {
    if (!(x > 0) || !std::isfinite(x)) return 1;
    const double power = std::pow(10.0, std::floor(std::log10(x)));
    for (const double step : {1.0, 1.2, 1.6, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0}) {
        if (x <= step * power * (1 + 1e-9)) return step * power;
    }
    return 10 * power;
}

}  // namespace foreshock
