#include "rules/values.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <regex>
#include <utility>
#include <vector>

namespace foreshock {
namespace {

constexpr size_t kLongestExpression = 1000;

struct Unit {
    std::string_view name;
    double factor;
};
constexpr std::array<Unit, 7> kDurations{{{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"m", 60e6}, {"h", 3600e6}, {"d", 86400e6}, {"w", 604800e6}}};
constexpr std::array<Unit, 10> kSizes{{{"", 1}, {"B", 1}, {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9},
                                       {"KiB", 1024}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}, {"TiB", 1099511627776.0}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes a number without sign and exponent from the front.
std::optional<double> take_number(std::string_view& text) {
    size_t n = 0;
    while (n < text.size() && (is_digit(text[n]) || text[n] == '.')) ++n;
    const auto number = parse_number(text.substr(0, n));
    text.remove_prefix(n);
    return number;
}

// Takes what is no digit from the front: a unit, and the spaces before it.
std::string_view take_unit(std::string_view& text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    size_t n = 0;
    while (n < text.size() && !is_digit(text[n]) && text[n] != ' ') ++n;
    const std::string_view unit = text.substr(0, n);
    text.remove_prefix(n);
    return unit;
}

template <size_t N>
std::optional<double> factor_of(const std::array<Unit, N>& units, std::string_view name) {
    for (const Unit& u : units) {
        if (u.name == name) return u.factor;
    }
    return std::nullopt;
}

std::string message_of(const std::regex_error& e) {
    using namespace std::regex_constants;
    switch (e.code()) {
        case error_paren: return "a parenthesis is not closed, or closed without being opened";
        case error_brack: return "a [ is not closed";
        case error_brace: return "a { is not closed";
        case error_badbrace: return "the numbers in {} make no sense";
        case error_badrepeat: return "nothing to repeat before *, +, ? or {";
        case error_escape: return "unknown escape after the backslash";
        case error_range: return "a range like [z-a] runs backwards";
        case error_ctype: return "unknown character class";
        case error_backref: return "a back reference to a group that is not there";
        default: return "too complex";
    }
}

std::optional<std::regex_constants::error_type> compile_error(const std::string& expression, std::string& what) {
    try {
        std::regex compiled(expression, std::regex::ECMAScript);
        return std::nullopt;
    } catch (const std::regex_error& e) {
        what = message_of(e);
        return e.code();
    }
}

// Where a parenthesis or bracket stands that has no partner; the end when all have one.
size_t unpaired(const std::string& expression) {
    size_t bracket = 0;  // position of the [ in which we are
    std::vector<size_t> parens;
    for (size_t i = 0; i < expression.size(); ++i) {
        const char c = expression[i];
        if (c == '\\') {
            ++i;
        } else if (bracket > 0) {
            if (c == ']') bracket = 0;
        } else if (c == '[') {
            bracket = i + 1;
        } else if (c == '(') {
            parens.push_back(i + 1);
        } else if (c == ')') {
            if (parens.empty()) return i + 1;
            parens.pop_back();
        }
    }
    if (bracket > 0) return bracket;
    return parens.empty() ? expression.size() : parens.back();
}

// The shortest beginning that cannot become right by writing on.
size_t position_of_error(const std::string& expression, std::regex_constants::error_type error) {
    using namespace std::regex_constants;
    if (error == error_paren || error == error_brack) return unpaired(expression);
    for (size_t n = 1; n < expression.size(); ++n) {
        std::string what;
        const auto e = compile_error(expression.substr(0, n), what);
        if (e == error) return n;
    }
    return expression.size();
}

}  // namespace

std::optional<Micros> parse_duration(std::string_view text) {
    if (text == "0") return Micros{0};
    if (text.empty()) return std::nullopt;
    double us = 0;
    while (!text.empty()) {
        const auto number = take_number(text);
        const auto factor = factor_of(kDurations, take_unit(text));
        if (!number || !factor) return std::nullopt;
        us += *number * *factor;
        while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    }
    if (us > 1e17) return std::nullopt;  // three thousand years
    return Micros{std::llround(us)};
}

std::string duration_text(Micros d) {
    constexpr std::array<std::pair<int64_t, std::string_view>, 6> kUnits{
        {{86'400'000'000, "d"}, {3'600'000'000, "h"}, {60'000'000, "m"}, {1'000'000, "s"}, {1'000, "ms"}, {1, "us"}}};
    int64_t us = d.count();
    if (us == 0) return "0s";
    std::string out;
    for (const auto& [size, name] : kUnits) {
        if (us < size) continue;
        out += std::to_string(us / size) + std::string(name);
        us %= size;
    }
    return out;
}

std::optional<double> parse_share(std::string_view text) {
    if (!text.ends_with('%')) return parse_number(text);
    text.remove_suffix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    const auto number = parse_number(text);
    return number ? std::optional(*number / 100) : std::nullopt;
}

std::optional<uint64_t> parse_size(std::string_view text) {
    const auto number = take_number(text);
    const auto factor = factor_of(kSizes, take_unit(text));
    if (!number || !factor || !text.empty()) return std::nullopt;
    const double bytes = *number * *factor;
    if (bytes > 1e15) return std::nullopt;
    return static_cast<uint64_t>(std::llround(bytes));
}

std::optional<double> parse_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double x = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(x)) return std::nullopt;
    return x;
}

std::optional<int64_t> parse_integer(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    int64_t x = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return x;
}

std::optional<bool> parse_boolean(std::string_view text) {
    for (const std::string_view yes : {"true", "True", "TRUE", "yes", "Yes", "on", "On"}) {
        if (text == yes) return true;
    }
    for (const std::string_view no : {"false", "False", "FALSE", "no", "No", "off", "Off"}) {
        if (text == no) return false;
    }
    return std::nullopt;
}

std::optional<ExpressionError> expression_error(const std::string& expression) {
    if (expression.size() > kLongestExpression) {
        return ExpressionError{kLongestExpression, "longer than " + std::to_string(kLongestExpression) + " characters"};
    }
    std::string what;
    const auto error = compile_error(expression, what);
    if (!error) return std::nullopt;
    return ExpressionError{position_of_error(expression, *error), what};
}

}  // namespace foreshock
