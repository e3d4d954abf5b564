#include "tools/scenario/scenario.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "rules/problems.h"

namespace foreshock {
namespace {

// A top-level key with what belongs to it: `key: inline`, or indented lines below.
struct Block {
    std::vector<Word> head;  // up to and with the colon
    std::string inline_text;
    uint32_t line = 0, inline_column = 0, end = 0;  // first and last line, from 1

    const std::string& key() const { return head[0].text; }
};

bool blank(std::string_view line) {
    const size_t i = line.find_first_not_of(" \t\r");
    return i == line.npos || line[i] == '#';
}

std::string_view trimmed(std::string_view s) {
    const size_t begin = s.find_first_not_of(" \t\r");
    return begin == s.npos ? std::string_view{} : s.substr(begin, s.find_last_not_of(" \t\r") - begin + 1);
}

std::string_view unquoted(std::string_view s) {
    const bool quoted = s.size() >= 2 && (s.front() == '"' || s.front() == '\'') && s.back() == s.front();
    return quoted ? s.substr(1, s.size() - 2) : s;
}

class ScenarioReader {
public:
    ScenarioReader(std::string_view text, const std::string& file) {
        scenario_.file = file;
        std::istringstream in{std::string(text)};
        for (std::string line; std::getline(in, line);) scenario_.lines.push_back(line);
        scenario_.start = *parse_rfc3339("2026-11-20T09:00:00Z");
    }
    Result<ScenarioFile> read() {
        split();
        for (const Block& b : blocks_) if (b.key() == "start") read_start(b);
        for (const Block& b : blocks_) read_block(b);
        read_config();
        if (problems_.empty()) check_names();
        if (scenario_.name.empty()) problem(1, 1, "the scenario has no name", "write 'name: what it shows' at its top");
        if (scenario_.expectations.empty()) problem(1, 1, "the scenario expects nothing", "write an 'expect warnings:' block; --update fills it");
        if (!problems_.empty()) return problems_;
        return std::move(scenario_);
    }

private:
    const std::string& line(uint32_t number) const { return scenario_.lines[number - 1]; }
    void problem(uint32_t at, uint32_t column, std::string message, std::string hint = {}) {
        problems_.push_back({scenario_.file, at, column, std::move(message), std::move(hint)});
    }

    void split() {
        for (uint32_t n = 1; n <= scenario_.lines.size(); ++n) {
            const std::string& text = line(n);
            if (blank(text)) continue;
            if (text[0] == ' ' || text[0] == '\t') {
                if (blocks_.empty()) problem(n, 1, "an indented line before the first key");
                else blocks_.back().end = n;
                continue;
            }
            const size_t colon = text.find(text.starts_with("expect") ? ": " : ":");
            const size_t end = colon != text.npos ? colon : text.find_last_of(':');
            if (end == text.npos) {
                problem(n, 1, "expected 'key:' here");
                continue;
            }
            Block b;
            append_words(b.head, std::string_view(text).substr(0, end + 1), n);
            b.inline_text = trimmed(std::string_view(text).substr(end + 1));
            if (b.inline_text.starts_with('#')) b.inline_text.clear();
            b.inline_column = static_cast<uint32_t>(text.find_first_not_of(" \t", end + 1) + 1);
            b.line = b.end = n;
            blocks_.push_back(std::move(b));
        }
    }

    void read_start(const Block& b) {
        const auto t = parse_rfc3339(b.inline_text);
        if (!t) problem(b.line, b.inline_column, "'" + b.inline_text + "' is no time", "such as 2026-11-20T09:00:00Z");
        scenario_.start = t.value_or(scenario_.start);
    }

    void read_block(const Block& b) {
        const std::string& key = b.key();
        if (key != "expect" && !seen_.insert(key).second) return problem(b.line, 1, "'" + key + "' stands twice");
        if (key == "name") scenario_.name = unquoted(b.inline_text);
        else if (key == "description") scenario_.description = prose(b);
        else if (key == "known_gap") scenario_.known_gap = prose(b);
        else if (key == "series") read_series(b);
        else if (key == "expect") read_expectation(b);
        else if (key != "start" && key != "options" && key != "model" && key != "rules" && key != "conditions")
            problem(b.line, 1, "unknown key '" + key + "'", "one of name, description, start, options, model, rules, conditions, series, expect, known_gap");
    }

    std::string prose(const Block& b) const {
        std::string text(b.inline_text == ">" || b.inline_text == "|" ? "" : unquoted(b.inline_text));
        for (uint32_t n = b.line + 1; n <= b.end; ++n) text += (text.empty() ? "" : " ") + std::string(trimmed(line(n)));
        return text;
    }

    // An entry begins at the indent of the first one; lines further in continue it.
    void read_series(const Block& b) {
        size_t indent = 0;
        std::vector<Word> words;
        std::string raw;
        if (!b.inline_text.empty()) problem(b.line, b.inline_column, "expected series on lines of their own", "indent them below");
        const auto finish = [&] {
            if (!words.empty()) scenario_.series.push_back(parse_series(words, raw, scenario_.file, problems_));
            words.clear();
            raw.clear();
        };
        for (uint32_t n = b.line + 1; n <= b.end; ++n) {
            const std::string& text = line(n);
            if (blank(text)) continue;
            const size_t in = text.find_first_not_of(" \t");
            if (indent == 0) indent = in;
            if (in <= indent) finish();
            const std::string_view entry = std::string_view(text).substr(in);
            const size_t colon = entry.starts_with("raw") ? entry.find(':') : entry.npos;
            append_words(words, entry.substr(0, colon == entry.npos ? colon : colon + 1), n, static_cast<uint32_t>(in + 1));
            if (colon != entry.npos) raw = unquoted(trimmed(entry.substr(colon + 1)));
        }
        finish();
    }

    void read_expectation(const Block& b) {
        Expectation e = parse_expectation_head(b.head, scenario_.start, scenario_.file, problems_);
        e.line = b.line;
        e.body_end = b.end;
        if (!b.inline_text.empty() && b.inline_text != "none")
            problem(b.line, b.inline_column, "expected 'none', or entries on lines of their own", "indent them below");
        for (uint32_t n = b.line + 1; n <= b.end; ++n)
            if (!blank(line(n))) e.patterns.push_back(parse_pattern(e.kind, line(n), n, scenario_.file, problems_));
        scenario_.expectations.push_back(std::move(e));
    }

    // The configuration is read from a text in which everything else is blank, so that its problems have the right places.
    void read_config() {
        std::vector<std::string> kept(scenario_.lines.size());
        for (const Block& b : blocks_) {
            const bool model = b.key() == "model" || b.key() == "rules" || b.key() == "conditions", options = b.key() == "options";
            if (model) kept[b.line - 1] = line(b.line);
            size_t indent = std::string::npos;
            for (uint32_t n = b.line + 1; n <= b.end && (model || options); ++n) {
                if (indent == std::string::npos && !blank(line(n))) indent = line(n).find_first_not_of(' ');
                const bool dedent = options && !blank(line(n));
                kept[n - 1] = dedent ? line(n).substr(std::min(indent, line(n).find_first_not_of(' '))) : line(n);
            }
        }
        std::string text;
        for (const std::string& k : kept) text += k + '\n';
        if (trimmed(text).find_first_not_of('\n') == text.npos) return;
        auto config = load_config_text(text, scenario_.file);
        if (config) scenario_.config = std::move(config.value());
        else problems_.insert(problems_.end(), config.problems().begin(), config.problems().end());
    }

    // `of nosuch: none` would hold whatever is said. Names are what stands anywhere else in the file, or in the files it names.
    void check_names() {
        std::set<std::string> known{"volume", "value", "capacity"};
        std::vector<bool> expects(scenario_.lines.size());
        for (const Expectation& e : scenario_.expectations) std::fill(expects.begin() + e.line - 1, expects.begin() + e.body_end, true);
        for (size_t i = 0; i < expects.size(); ++i) if (!expects[i]) add_names(scenario_.lines[i], known);
        add_model_names(known);
        for (const Expectation& e : scenario_.expectations) {
            const bool named = e.kind != EntryKind::dropped && e.kind != EntryKind::dead_letters && e.kind != EntryKind::totals;
            const auto is_known = [&](std::string_view glob) { return std::ranges::any_of(known, [&](const std::string& name) { return matches_glob(glob, name); }); };
            const size_t slash = std::min(e.of.find('/'), e.of.size());  // "view/node"
            if (e.of.empty() || !e.patterns.empty() || !named) continue;
            if (is_known(e.of) || (slash < e.of.size() && is_known(e.of.substr(0, slash)) && is_known(e.of.substr(slash + 1)))) continue;
            const std::vector<std::string_view> names(known.begin(), known.end());
            problem(e.line, static_cast<uint32_t>(line(e.line).find(e.of) + 1), "nothing here is called '" + e.of + "': this always holds", suggest(e.of, names));
        }
    }

    // Of what stands in other files.
    void add_model_names(std::set<std::string>& names) const {
        const auto add = [&](const auto& entries) { for (const auto& e : entries) names.insert(e.name); };
        const auto add_labels = [&](const auto& entries) { for (const auto& e : entries) for (const auto& [label, value] : e.labels) names.insert(value); };
        const Model& model = scenario_.config.model;
        add(model.services), add(model.resources), add(model.views), add(scenario_.config.rules.rules);
        add_labels(model.services), add_labels(model.resources);
        for (const ServiceModel& s : model.services) add(s.slos);
        for (const ResourceModel& r : model.resources) add(r.metrics);
        for (const View& v : model.views) add(v.nodes);
    }

    // The words of a text, whole and in their parts: "a.b" is a name, and so may be a and b.
    static void add_names(const std::string& text, std::set<std::string>& names) {
        for (const std::string_view inside : {"._-/", "_-/", "_-", ""}) {
            std::string name;
            for (const char c : text + ' ') {
                if (std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80 || inside.find(c) != inside.npos) name += c;
                else if (!name.empty()) names.insert(std::exchange(name, {}));
            }
        }
    }

    ScenarioFile scenario_;
    std::vector<Block> blocks_;
    std::set<std::string> seen_;
    Diagnostics problems_;
};

}  // namespace

Result<ScenarioFile> read_scenario(std::string_view text, const std::string& file) { return ScenarioReader(text, file).read(); }

Result<ScenarioFile> load_scenario(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) return Diagnostic{file, 0, 0, "cannot be read", {}};
    return read_scenario(text.str(), file);
}

}  // namespace foreshock
