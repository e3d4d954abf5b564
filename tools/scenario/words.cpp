#include "tools/scenario/words.h"

#include <algorithm>

#include "rules/values.h"

namespace foreshock {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Brackets and closing punctuation of a plain word as words of their own.
void append_plain(std::vector<Word>& words, std::string_view text, uint32_t line, uint32_t column) {
    while (text.size() > 1 && text.front() == '[') {
        words.push_back({"[", line, column++, false});
        text.remove_prefix(1);
    }
    std::string closing;
    while (text.size() > 1 && (text.back() == ',' || text.back() == ':' || text.back() == ']')) {
        closing += text.back();
        text.remove_suffix(1);
    }
    words.push_back({std::string(text), line, column, false});
    column += static_cast<uint32_t>(text.size());
    std::reverse(closing.begin(), closing.end());
    for (const char c : closing) words.push_back({std::string(1, c), line, column++, false});
}

std::optional<EventTime> time_of_day(std::string_view text, EventTime start, Micros* precision) {
    const bool minutes_only = text.size() == 5;
    if (!minutes_only && text.size() < 8) return std::nullopt;
    const auto midnight = std::chrono::floor<std::chrono::days>(start);
    std::string full = to_rfc3339(midnight).substr(0, 11) + std::string(text) + (minutes_only ? ":00Z" : "Z");
    auto t = parse_rfc3339(full);
    if (!t) return std::nullopt;
    const Micros written = minutes_only ? std::chrono::minutes{1} : text.size() == 8 ? std::chrono::seconds{1} : Micros{1000};
    if (precision) *precision = written;
    if (*t + written <= start) *t += std::chrono::days{1};
    return t;
}

}  // namespace

void append_words(std::vector<Word>& words, std::string_view line, uint32_t line_number, uint32_t column) {
    size_t i = 0;
    while (i < line.size()) {
        if (blank(line[i])) {
            ++i;
            continue;
        }
        if (line[i] == '#' && (i == 0 || blank(line[i - 1]))) return;
        const auto at = column + static_cast<uint32_t>(i);
        if (line[i] == '"') {
            const size_t end = std::min(line.find('"', i + 1), line.size());
            words.push_back({std::string(line.substr(i + 1, end - i - 1)), line_number, at, true});
            i = end + 1;
            continue;
        }
        const size_t begin = i;
        while (i < line.size() && !blank(line[i])) ++i;
        append_plain(words, line.substr(begin, i - begin), line_number, at);
    }
}

const Word& WordReader::peek(size_t ahead) const {
    static const Word kNothing;
    return at_ + ahead < words_.size() ? words_[at_ + ahead] : kNothing;
}

const Word& WordReader::take(std::string_view expected) {
    if (!at_end()) return words_[at_++];
    Word end = words_.empty() ? Word{} : words_.back();
    end.column += static_cast<uint32_t>(end.text.size());
    fail(end, "expected " + std::string(expected) + " here");
    return peek();
}

bool WordReader::take_if(std::string_view s) {
    if (at_end() || !peek().is(s)) return false;
    ++at_;
    return true;
}

void WordReader::fail(const Word& where, std::string message, std::string hint) {
    if (ok_) problems_.push_back({file_, where.line, where.column, std::move(message), std::move(hint)});
    ok_ = false;
    at_ = words_.size();
}

std::optional<EventTime> parse_moment(std::string_view text, EventTime start, Micros* precision) {
    if (precision) *precision = Micros{1000};
    if (text.starts_with('+')) {
        const auto since = parse_duration(text.substr(1));
        return since ? std::optional(start + *since) : std::nullopt;
    }
    if (text.size() > 2 && text[2] == ':') return time_of_day(text, start, precision);
    if (precision && text.find('.') == text.npos) *precision = std::chrono::seconds{1};
    return parse_rfc3339(text);
}

std::string moment_text(EventTime t, EventTime start) {
    if (t == EventTime{}) return "none";
    std::string full = to_rfc3339(t);
    if (full.ends_with(".000Z")) full = full.substr(0, 19) + "Z";
    if (full.substr(0, 11) != to_rfc3339(start).substr(0, 11) || t < start) return full;
    return full.substr(11, full.size() - 12);
}

}  // namespace foreshock
