#include "tools/scenario/expectation.h"

#include <algorithm>
#include <cmath>

#include "engine/plan/rule.h"
#include "rules/problems.h"
#include "rules/values.h"
#include "tools/scenario/entries.h"

namespace foreshock {
namespace {

// "a..b" in its two halves; each may be empty.
std::optional<std::pair<std::string_view, std::string_view>> range_of(std::string_view text) {
    const size_t dots = text.find("..");
    if (dots == text.npos) return std::nullopt;
    return std::pair(text.substr(0, dots), text.substr(dots + 2));
}

// Half of the last digit that is written.
double tolerance(std::string_view text, double x) {
    const bool percent = text.ends_with('%');
    if (percent) text.remove_suffix(1);
    const size_t point = text.find('.');
    int decimals = point == text.npos ? 0 : static_cast<int>(text.size() - point - 1);
    if (percent) decimals += 2;
    double half = 0.5;
    for (int i = 0; i < decimals; ++i) half /= 10;
    return half + std::fabs(x) * 1e-9;
}

bool number_holds(std::string_view text, double got) {
    if (text == "unknown") return std::isnan(got);
    if (const auto range = range_of(text)) {
        const auto low = parse_share(range->first), high = parse_share(range->second);
        return !std::isnan(got) && (!low || got >= *low) && (!high || got <= *high);
    }
    const auto x = parse_share(text);
    return x && std::fabs(got - *x) <= tolerance(text, *x);
}

bool time_holds(std::string_view text, EventTime got, EventTime start) {
    if (text == "none") return got == EventTime{};
    if (const auto range = range_of(text)) {
        Micros precision{0};
        const auto low = parse_moment(range->first, start), high = parse_moment(range->second, start, &precision);
        return got != EventTime{} && (!low || got >= *low) && (!high || got < *high + precision);
    }
    Micros precision{0};
    const auto t = parse_moment(text, start, &precision);
    return t && got >= *t && got < *t + precision;
}

bool holds(const Word& expected, const FieldValue& got, EventTime start) {
    if (expected.is("*")) return true;
    switch (got.type) {
        case FieldValue::Type::number: return number_holds(expected.text, got.number);
        case FieldValue::Type::time: return time_holds(expected.text, got.time, start);
        case FieldValue::Type::text: return matches_glob(expected.text, got.text);
    }
    return false;
}

// How many values stand without a name. Slots of a service have a time and a name, those of a resource two names.
size_t lead_count(EntryKind kind, const std::vector<Word>& words) {
    switch (kind) {
        case EntryKind::slots: return words.size() > 2 && !words[2].quoted && is_slot_field(words[2].text) ? 2 : 3;
        case EntryKind::signals: return 5;
        case EntryKind::budgets:
        case EntryKind::states: return 3;
        case EntryKind::suppressed:
        case EntryKind::ranking:
        case EntryKind::warnings:
        case EntryKind::revisions:
        case EntryKind::shadow: return 4;
        case EntryKind::dropped: return 2;
        case EntryKind::dead_letters: return 3;
        default: return 0;
    }
}

// Words that may stand after the time; none: entries of the kind are not told apart so.
std::vector<std::string_view> second_words(EntryKind kind) {
    switch (kind) {
        case EntryKind::signals: return {"spike", "drop", "pressure", "burn"};
        case EntryKind::shadow:
        case EntryKind::warnings: return {"opened", "acknowledged", "resolved"};
        case EntryKind::revisions: return {"opened", "updated", "acknowledged", "resolved"};
        default: return {};
    }
}

EntryKind read_kind(WordReader& in) {
    const Word& word = in.take("what is expected");
    std::vector<std::string_view> names;
    for (size_t k = 0; k < static_cast<size_t>(EntryKind::count_); ++k) names.push_back(to_string(static_cast<EntryKind>(k)));
    const auto at = std::ranges::find(names, word.text);
    if (at != names.end() || !in.ok()) return static_cast<EntryKind>(at - names.begin());
    std::string all = "one of ";
    for (const std::string_view name : names) all += (name == names.front() ? "" : ", ") + std::string(name);
    const std::string_view near = nearest(word.text, names);
    in.fail(word, "'" + word.text + "' is nothing that can be expected", near.empty() ? all : "did you mean '" + std::string(near) + "'?");
    return EntryKind::count_;
}

// A glob that fits none of the words would cover nothing, and so always hold.
void read_second(WordReader& in, Expectation& e) {
    const Word& word = in.peek();
    const auto words = second_words(e.kind);
    const auto fits = [&](std::string_view w) { return matches_glob(word.text, w); };
    if (!e.second.empty() || words.empty()) return in.fail(word, "'" + word.text + "' does not belong here", "of NAME, from TIME or to TIME");
    if (std::ranges::none_of(words, fits)) return in.fail(word, "no " + std::string(to_string(e.kind)) + " are '" + word.text + "'", suggest(word.text, words));
    e.second = word.text;
    in.skip();
}

std::string difference_of_lead(const Pattern& expected, const Entry& got, EventTime start) {
    if (expected.lead.size() != got.lead) return "another kind of entry";
    std::string text;
    for (size_t i = 0; i < got.lead; ++i) {
        const auto& [name, value] = got.fields[i];
        if (holds(expected.lead[i], value, start)) continue;
        text += (text.empty() ? "" : "; ") + name + ": expected " + expected.lead[i].text + ", got " + value_text(value, start);
    }
    return text;
}

// Do the names of the two agree, so that a person would say that they are the same entry with other numbers?
bool related(const Pattern& expected, const Entry& got, EventTime start) {
    if (expected.lead.size() != got.lead) return false;
    bool names = true, time = false;
    for (size_t i = 0; i < got.lead; ++i) {
        const bool good = holds(expected.lead[i], got.fields[i].second, start);
        if (got.fields[i].second.type == FieldValue::Type::text) names = names && good;
        else time = time || good;
    }
    return names || time;
}

}  // namespace

bool Expectation::covers(const Entry& e) const {
    if ((from && e.at() < *from) || (to && e.at() >= *to)) return false;
    if (!second.empty() && (e.fields.size() < 2 || !matches_glob(second, e.fields[1].second.text))) return false;
    if (of.empty()) return true;
    for (size_t i = 1; i < e.lead; ++i)
        if (matches_glob(of, e.fields[i].second.text)) return true;
    return false;
}

Expectation parse_expectation_head(const std::vector<Word>& words, EventTime start, const std::string& file, Diagnostics& problems) {
    Expectation e;
    WordReader in(words, file, problems);
    e.line = in.peek().line;
    in.skip();  // `expect`
    e.kind = read_kind(in);
    const auto moment = [&](std::optional<EventTime>& into) {
        const Word& w = in.take("a time");
        into = parse_moment(w.text, start);
        if (in.ok() && !into) in.fail(w, "'" + w.text + "' is no time", "such as 09:20, +20m or 2026-11-20T09:20:00Z");
    };
    while (in.ok() && !in.at_end() && !in.take_if(":")) {
        const Word& word = in.peek();
        if (in.take_if("of")) e.of = in.take("a service or resource").text;
        else if (in.take_if("from")) moment(e.from);
        else if (in.take_if("to")) moment(e.to);
        else read_second(in, e);
        if (in.ok() && e.from && e.to && *e.to <= *e.from) in.fail(word, "'to' is not after 'from'", "swap them, or write the day: 2026-11-21T00:30:00Z");
    }
    return e;
}

Pattern parse_pattern(EntryKind kind, const std::string& line, uint32_t line_number, const std::string& file, Diagnostics& problems) {
    Pattern p;
    p.line = line_number;
    p.text = line.substr(line.find_first_not_of(" \t"));
    std::vector<Word> words;
    append_words(words, line, line_number);
    const size_t lead = std::min(lead_count(kind, words), words.size());
    p.lead.assign(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(lead));
    WordReader in(words, file, problems);
    for (size_t i = 0; i < lead; ++i) in.skip();
    if (lead < lead_count(kind, words)) (void)in.take("another name");
    while (in.ok() && !in.at_end()) {
        const Word name = in.take("a field");
        p.fields.emplace_back(name, in.take("the value of " + name.text));
    }
    return p;
}

std::string difference(const Pattern& expected, const Entry& got, EventTime start) {
    std::string text = difference_of_lead(expected, got, start);
    for (const auto& [name, value] : expected.fields) {
        const FieldValue* found = got.find(name.text);
        if (found != nullptr && holds(value, *found, start)) continue;
        text += (text.empty() ? "" : "; ") + name.text + ": expected " + value.text + ", got " + (found ? value_text(*found, start) : "no such field");
    }
    return text;
}

// Longest common subsequence; what is left on both sides between two agreeing pairs is paired in order where related.
std::vector<Pairing> compare(const Expectation& expectation, const std::vector<Entry>& said, EventTime start) {
    std::vector<const Entry*> got;
    for (const Entry& e : said) if (expectation.covers(e)) got.push_back(&e);
    const auto& patterns = expectation.patterns;
    const size_t n = patterns.size(), m = got.size();
    std::vector<std::vector<bool>> agree(n, std::vector<bool>(m));
    std::vector<std::vector<uint32_t>> best(n + 1, std::vector<uint32_t>(m + 1));
    for (size_t i = n; i-- > 0;) {
        for (size_t j = m; j-- > 0;) {
            agree[i][j] = difference(patterns[i], *got[j], start).empty();
            best[i][j] = std::max({best[i + 1][j], best[i][j + 1], agree[i][j] ? best[i + 1][j + 1] + 1 : 0});
        }
    }
    std::vector<Pairing> pairs;
    for (size_t i = 0, j = 0; i < n || j < m;) {
        const bool both = i < n && j < m;
        if (both && agree[i][j] && best[i][j] == best[i + 1][j + 1] + 1) pairs.push_back({&patterns[i++], got[j++], {}});
        else if (both && best[i][j] == best[i + 1][j + 1] && related(patterns[i], *got[j], start)) {
            pairs.push_back({&patterns[i], got[j], difference(patterns[i], *got[j], start)});
            ++i, ++j;
        } else if (i < n && (j == m || best[i + 1][j] >= best[i][j + 1])) pairs.push_back({&patterns[i++], nullptr, "expected, but not said"});
        else pairs.push_back({nullptr, got[j++], "said, but not expected"});
    }
    return pairs;
}

}  // namespace foreshock
