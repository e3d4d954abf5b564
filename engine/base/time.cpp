#include "engine/base/time.h"

#include <algorithm>

namespace foreshock {
namespace {

using std::chrono::days;

constexpr EventTime at_midnight(int y, unsigned m, unsigned d) {
    return std::chrono::sys_days{std::chrono::year{y} / std::chrono::month{m} / std::chrono::day{d}};
}
// What four digits of year can say.
constexpr EventTime kFirstWritten = at_midnight(0, 1, 1);
constexpr EventTime kLastWritten = at_midnight(9999, 12, 31) + days{1} - Micros{1};

void put_digits(std::string& out, int64_t value, int width) {
    const size_t end = out.size() + static_cast<size_t>(width);
    out.resize(end, '0');
    for (size_t i = end; value > 0 && i-- > end - static_cast<size_t>(width); value /= 10) {
        out[i] = static_cast<char>('0' + value % 10);
    }
}

// Reads a text from left to right; every step fails quietly once one has failed.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    int number(size_t width) {
        int value = 0;
        if (rest_.size() < width) ok_ = false;
        for (size_t i = 0; i < width && ok_; ++i) {
            const char c = rest_[i];
            if (c < '0' || c > '9') ok_ = false;
            value = value * 10 + (c - '0');
        }
        if (!ok_) return 0;
        rest_.remove_prefix(width);
        return value;
    }
    bool next_is(std::string_view any) const { return ok_ && !rest_.empty() && any.find(rest_[0]) != any.npos; }
    char take(std::string_view any) {
        if (!next_is(any)) {
            ok_ = false;
            return 0;
        }
        const char c = rest_[0];
        rest_.remove_prefix(1);
        return c;
    }
    // Digits after the decimal sign, as microseconds; the rest is cut off.
    int64_t fraction() {
        int64_t value = 0, unit = 100000;
        if (!next_is("0123456789")) ok_ = false;
        while (next_is("0123456789")) {
            value += unit * (take("0123456789") - '0');
            unit /= 10;
        }
        return value;
    }
    bool ok() const { return ok_; }
    bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
    bool ok_ = true;
};

Micros read_offset(Reader& in) {
    const char sign = in.take("Zz+-");
    if (sign == 'Z' || sign == 'z' || !in.ok()) return {};
    const int hours = in.number(2);
    int minutes = 0;
    if (in.next_is(":")) in.take(":");
    if (!in.at_end()) minutes = in.number(2);
    if (hours > 23 || minutes > 59) in.take("");
    const Micros offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
    return sign == '-' ? -offset : offset;
}

constexpr int64_t floor_divide(int64_t x, int64_t n) { return x / n - (x % n < 0 ? 1 : 0); }

}  // namespace

std::string to_rfc3339(EventTime t) {
    t = std::clamp(t, kFirstWritten, kLastWritten);
    const auto day = std::chrono::floor<days>(t);
    const std::chrono::year_month_day date{day};
    const int64_t ms = (t - day).count() / 1000;
    std::string out;
    out.reserve(24);
    put_digits(out, static_cast<int>(date.year()), 4);
    out += '-';
    put_digits(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    put_digits(out, static_cast<unsigned>(date.day()), 2);
    out += 'T';
    put_digits(out, ms / 3600000, 2);
    out += ':';
    put_digits(out, ms / 60000 % 60, 2);
    out += ':';
    put_digits(out, ms / 1000 % 60, 2);
    out += '.';
    put_digits(out, ms % 1000, 3);
    out += 'Z';
    return out;
}

std::string to_clock(EventTime t) { return to_rfc3339(t).substr(11, 5); }

std::optional<EventTime> parse_rfc3339(std::string_view text) {
    Reader in(text);
    const int year = in.number(4);
    in.take("-");
    const int month = in.number(2);
    in.take("-");
    const int day = in.number(2);
    in.take("Tt ");
    const int hour = in.number(2);
    in.take(":");
    const int minute = in.number(2);
    in.take(":");
    const int second = in.number(2);
    int64_t micros = 0;
    if (in.next_is(".,")) {
        in.take(".,");
        micros = in.fraction();
    }
    const Micros offset = read_offset(in);
    if (!in.ok() || !in.at_end()) return {};
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return {};  // 60: a leap second
    return EventTime{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
           std::chrono::seconds{second} + Micros{micros} - offset;
}

EventTime from_epoch(int64_t x) {
    const uint64_t size = x < 0 ? 0 - static_cast<uint64_t>(x) : static_cast<uint64_t>(x);
    if (size < 100'000'000'000) return EventTime{Micros{x * 1'000'000}};
    if (size < 100'000'000'000'000) return EventTime{Micros{x * 1000}};
    if (size < 100'000'000'000'000'000) return EventTime{Micros{x}};
    return EventTime{Micros{floor_divide(x, 1000)}};
}

}  // namespace foreshock
