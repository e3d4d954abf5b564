#include "tools/scenario/scenario_report.h"

#include <algorithm>
#include <cstdio>

namespace foreshock {
namespace {

constexpr size_t kMostLines = 40;  // of a block that are shown

std::string at(const ScenarioFile& s, uint32_t line) { return s.file + ':' + std::to_string(line) + ": "; }

std::string compare_block(const ScenarioFile& scenario, const Expectation& expectation, const Transcript& transcript) {
    std::string text;
    size_t lines = 0, more = 0;
    uint32_t line = expectation.line;
    const std::vector<Entry> said = transcript.entries(expectation.kind);
    for (const Pairing& p : compare(expectation, said, scenario.start)) {
        if (p.expected) line = p.expected->line;
        if (p.difference.empty()) continue;
        if (++lines > kMostLines) {
            ++more;
            continue;
        }
        text += at(scenario, line) + p.difference + '\n';
        if (p.expected) text += "  - " + p.expected->text + '\n';
        if (p.got) text += "  + " + entry_text(*p.got, scenario.start) + '\n';
    }
    if (more > 0) text += at(scenario, expectation.line) + std::to_string(more) + " more differences\n";
    return text;
}

// Records that went unused without anybody expecting it are most often a slip of the scenario.
std::string unexpected_drops(const ScenarioFile& scenario, const Transcript& transcript) {
    const auto named = [](const Expectation& e) { return e.kind == EntryKind::dropped; };
    if (std::ranges::any_of(scenario.expectations, named)) return {};
    std::string text;
    for (const Entry& e : transcript.entries(EntryKind::dropped))
        text += at(scenario, 1) + "dropped, but not expected (an 'expect dropped:' block would say it)\n  + " + entry_text(e, scenario.start) + '\n';
    return text;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&') out += "&amp;";
        else if (c == '<') out += "&lt;";
        else if (c == '>') out += "&gt;";
        else if (c == '"') out += "&quot;";
        else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    }
    return out;
}

std::string seconds_text(double s) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", s);
    return text;
}

std::string indent_of(const ScenarioFile& s, const Expectation& e) {
    if (e.patterns.empty()) return "  ";
    const std::string& line = s.lines[e.patterns[0].line - 1];
    return line.substr(0, line.find_first_not_of(" \t"));
}

std::string head_of(const std::string& line, bool empty) {
    const size_t colon = std::min(line.find(": "), line.find_last_of(':'));
    return line.substr(0, colon) + (empty ? ": none" : ":");
}

void append_updated(std::string& out, const ScenarioFile& s, const Expectation& e, const Transcript& transcript) {
    const std::vector<Entry> said = transcript.entries(e.kind);
    const auto pairs = compare(e, said, s.start);
    const bool none = std::ranges::none_of(pairs, [](const Pairing& p) { return p.got != nullptr; });
    out += head_of(s.lines[e.line - 1], none) + '\n';
    uint32_t kept = e.line;  // comments of the block stay before the line that they stood before
    for (const Pairing& p : pairs) {
        if (p.expected) {
            for (uint32_t n = kept + 1; n < p.expected->line; ++n) out += s.lines[n - 1] + '\n';
            kept = p.expected->line;
        }
        if (p.got == nullptr) continue;
        out += p.difference.empty() ? s.lines[p.expected->line - 1] : indent_of(s, e) + entry_text(*p.got, s.start);
        out += '\n';
    }
    for (uint32_t n = kept + 1; n <= e.body_end; ++n) out += s.lines[n - 1] + '\n';
}

}  // namespace

std::string compare_all(const ScenarioFile& scenario, const Transcript& transcript) {
    std::string text = unexpected_drops(scenario, transcript);
    for (const Expectation& e : scenario.expectations) text += compare_block(scenario, e, transcript);
    return text;
}

std::string updated(const ScenarioFile& scenario, const Transcript& transcript) {
    std::string out;
    for (uint32_t n = 1; n <= scenario.lines.size(); ++n) {
        const auto block = std::ranges::find(scenario.expectations, n, &Expectation::line);
        if (block == scenario.expectations.end()) {
            out += scenario.lines[n - 1] + '\n';
            continue;
        }
        append_updated(out, scenario, *block, transcript);
        n = block->body_end;
    }
    return out;
}

std::string junit_xml(const std::vector<ScenarioResult>& results) {
    const auto failed = [](const ScenarioResult& r) { return r.state == ScenarioResult::State::failed; };
    const auto gap = [](const ScenarioResult& r) { return r.state == ScenarioResult::State::known_gap; };
    double seconds = 0;
    for (const ScenarioResult& r : results) seconds += r.seconds;
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"foreshock\" tests=\"" +
                      std::to_string(results.size()) + "\" failures=\"" + std::to_string(std::ranges::count_if(results, failed)) + "\" skipped=\"" +
                      std::to_string(std::ranges::count_if(results, gap)) + "\" time=\"" + seconds_text(seconds) + "\">\n";
    for (const ScenarioResult& r : results) {
        xml += "    <testcase classname=\"" + escaped(r.file) + "\" name=\"" + escaped(r.name) + "\" time=\"" + seconds_text(r.seconds) + '"';
        if (r.state == ScenarioResult::State::failed)
            xml += ">\n      <failure message=\"" + escaped(r.details.substr(0, r.details.find('\n'))) + "\">" + escaped(r.details) + "</failure>\n    </testcase>\n";
        else if (r.state == ScenarioResult::State::known_gap)
            xml += ">\n      <skipped message=\"" + escaped(r.details) + "\"/>\n    </testcase>\n";
        else xml += "/>\n";
    }
    return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace foreshock
