#include "tools/scenario/scenario.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tools/commands/test.h"
#include "tools/exit_codes.h"
#include "tools/scenario/scenario_report.h"

using namespace foreshock;

namespace {

constexpr const char* kGood =
    "name: sums\n"
    "series:\n"
    "  shop transactions value 2: 3/s for 20s\n"
    "expect slots:\n"
    "  09:00:00 shop count 30 value 60\n"
    "  09:00:10 shop count 30\n";

ScenarioFile good(const std::string& text) {
    auto s = read_scenario(text, "x.scenario");
    if (!s) FAIL(s.problems().front().text());
    return std::move(s.value());
}

// The first problem of a scenario whose series is `series`.
std::string problem(const std::string& series) {
    const auto s = read_scenario("name: x\nseries:\n  " + series + "\nexpect slots: none\n", "x.scenario");
    return s ? "none" : s.problems().front().text();
}

Expansion expanded(const std::string& series) {
    const ScenarioFile s = good("name: x\nseries:\n  " + series + "\nexpect slots: none\n");
    return expand(s.series, s.start);
}

Transcript run(const ScenarioFile& s) {
    RunOutcome o = run_scenario(s, expand(s.series, s.start), run_modes().front(), Micros{0});
    REQUIRE(o.failure == "");
    return std::move(o.transcript);
}

// Files in a folder that goes with the test.
struct Folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("foreshock-scenario-test-" + std::to_string(getpid()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(path / name) << text;
        return (path / name).string();
    }
    std::string read(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(path / name).rdbuf();
        return text.str();
    }
};

}  // namespace

TEST_CASE("a rate gives exactly its number of events") {
    CHECK(expanded("s transactions: 20/s for 1m").records.size() == 1200);
    CHECK(expanded("s transactions: 7/m for 10m").records.size() == 70);
    CHECK(expanded("s transactions: 10/s rising to 30/s over 1m").records.size() == 1200);
    CHECK(expanded("s transactions: 10/s rising to 30/s smoothly over 1m").records.size() == 1200);
    CHECK(expanded("s transactions: 10/s for 10s, gap 1m, rising to 20/s over 10s").records.size() == 250);
    CHECK(expanded("s transactions: [10/s for 10s, 20/s for 5s] x 3").records.size() == 600);
    CHECK(expanded("s transactions: 5 at once").records.size() == 5);
    CHECK(expanded("r metric host a|b every 5s: 1 for 1m").records.size() == 24);
}

TEST_CASE("shares are kept exactly") {
    const Expansion e = expanded("s transactions errors 2% campaign bf26 80%: 10/s for 100s");
    size_t failed = 0, campaign = 0;
    for (const TimedRecord& r : e.records) {
        failed += e.text(r).find("\"failed\"") != std::string_view::npos;
        campaign += e.text(r).find("bf26") != std::string_view::npos;
    }
    CHECK(failed == 20);
    CHECK(campaign == 800);
}

TEST_CASE("the same series give the same bytes, and late records come later") {
    const std::string series = "s transactions value 9±50% duration 5ms±20% late 3s 10% host a|b: 20/s±30% for 1m";
    const Expansion a = expanded(series), b = expanded(series);
    CHECK(a.bytes == b.bytes);
    CHECK(a.latest == std::chrono::seconds{3});
    size_t late = 0;
    for (const TimedRecord& r : a.records) late += a.text(r).find(std::to_string(r.arrival_us)) == std::string_view::npos;
    CHECK(late == a.records.size() / 10);
}

TEST_CASE("a shuffle keeps every record and moves none beyond its range") {
    const Expansion e = expanded("s transactions: 20/s for 1m");
    const auto order = shuffled(e, std::chrono::seconds{3}, 5);
    REQUIRE(order.size() == e.records.size());
    int64_t seen = 0;
    bool moved = false;
    for (const TimedRecord& r : order) {
        REQUIRE(r.arrival_us >= seen - 3'000'000);
        moved = moved || r.arrival_us < seen;
        seen = std::max(seen, r.arrival_us);
    }
    CHECK(moved);
}

TEST_CASE("mistakes in a series are named with their place") {
    CHECK(problem("s transactions: 20 for 5m") == "x.scenario:3:19: '20' is no rate (such as 20/s, 3/m or 100/h)");
    CHECK(problem("s transactions vaule 3: 20/s for 5m").starts_with("x.scenario:3:18: 'vaule' is no modifier of transactions"));
    CHECK(problem("s transactions: 20/s for ever").starts_with("x.scenario:3:28: 'ever' is no duration"));
    CHECK(problem("s transactions: 20/s").starts_with("x.scenario:3:23: expected 'for' or 'over'"));
    CHECK(problem("s transactions").starts_with("x.scenario:3:17: expected ':'"));
    CHECK(problem("s transactions: 20/s for 5m 30/s for 5m").starts_with("x.scenario:3:31: expected ','"));
    CHECK(problem("s transactions errors 200%: 20/s for 5m") == "none");
    CHECK(problem("r used every 1ms: 3 for 5m").find("at least 10ms") != std::string::npos);
    CHECK(problem("s transactions: [20/s for 5m x 3").find("expected ','") == std::string::npos);
}

TEST_CASE("mistakes elsewhere are named, all of them at once") {
    const auto s = read_scenario("nmae: x\nstart: noon\nmodel:\n  services:\n    shop: {slosh: {}}\nexpect stuff: none\nexpect slots:\n  09:00:00\n", "x.scenario");
    REQUIRE_FALSE(s);
    std::string all;
    for (const Diagnostic& d : s.problems()) all += d.text() + '\n';
    CAPTURE(all);
    CHECK(all.find("x.scenario:1:1: unknown key 'nmae'") != std::string::npos);
    CHECK(all.find("x.scenario:2:8: 'noon' is no time") != std::string::npos);
    CHECK(all.find("x.scenario:5:12: unknown key 'slosh'") != std::string::npos);
    CHECK(all.find("x.scenario:6:8: 'stuff' is nothing") != std::string::npos);
    CHECK(all.find("x.scenario:8:") != std::string::npos);
    CHECK(all.find("has no name") != std::string::npos);
}

TEST_CASE("an expectation that could not fail is a mistake") {
    const auto problem_of = [](const std::string& head) {
        const auto s = read_scenario("name: x\nmodel: {services: {shop: {}}}\nseries:\n  shop-2 transactions: 1/s for 10s\n" + head + ": none\n", "x.scenario");
        return s ? "none" : s.problems().front().text();
    };
    CHECK(problem_of("expect signals spikes") == "x.scenario:5:16: no signals are 'spikes' (did you mean 'spike'?)");
    CHECK(problem_of("expect warnings foo") == "x.scenario:5:17: no warnings are 'foo' (one of opened, acknowledged, resolved)");
    CHECK(problem_of("expect warnings updated").find("no warnings are 'updated'") != std::string::npos);
    CHECK(problem_of("expect revisions updated") == "none");
    CHECK(problem_of("expect revisions *ed") == "none");
    CHECK(problem_of("expect slots spike").find("'spike' does not belong here") != std::string::npos);
    CHECK(problem_of("expect slots from 12:00 to 11:00") == "x.scenario:5:25: 'to' is not after 'from' (swap them, or write the day: 2026-11-21T00:30:00Z)");
    CHECK(problem_of("expect slots to 11:00 from 11:00").find("'to' is not after 'from'") != std::string::npos);
    CHECK(problem_of("expect rankings") == "x.scenario:5:8: 'rankings' is nothing that can be expected (did you mean 'ranking'?)");
    CHECK(problem_of("expect stuff").find(" suppressed, ranking, warnings,") != std::string::npos);
    CHECK(problem_of("expect warnings of shpo") == "x.scenario:5:20: nothing here is called 'shpo': this always holds (did you mean 'shop'?)");
    CHECK(problem_of("expect warnings of shop") == "none");
    CHECK(problem_of("expect warnings of shop-*") == "none");
    CHECK(problem_of("expect states of shop/shop") == "none");
    CHECK(problem_of("expect dropped of late") == "none");
    const Folder folder;
    const std::string model = folder.write("m.yaml", "services: {eu.shop: {labels: {region: north-2}, slos: {ok.1: {indicator: error_ratio, below: 1%}}}}\n");
    const auto elsewhere = [&](const std::string& name) { return read_scenario("name: x\nmodel: " + model + "\nexpect warnings of " + name + ": none\n", "x.scenario").ok(); };
    CHECK(elsewhere("eu.shop"));
    CHECK(elsewhere("north-2"));
    CHECK(elsewhere("ok.1"));
    CHECK_FALSE(elsewhere("us.shop"));
}

TEST_CASE("only what is written is compared, to the digits that are written") {
    Entry e;
    e.lead = 1;
    e.fields = {{"service", FieldValue::of(std::string_view("shop"))}, {"p95", FieldValue::of(104.26)}, {"ratio", FieldValue::of(0.7349)},
                {"sentence", FieldValue::of(std::string_view("shop: raise `db-1` before 09:41"))}, {"limit", FieldValue::of(std::nan(""))},
                {"at", FieldValue::of(*parse_rfc3339("2026-11-20T09:21:40Z"))}};
    const EventTime start = *parse_rfc3339("2026-11-20T09:00:00Z");
    const auto holds = [&](const std::string& fields) {
        Diagnostics problems;
        Pattern p = parse_pattern(EntryKind::totals, "  " + fields, 1, "x", problems);
        p.lead = {Word{"shop", 1, 1, false}};
        REQUIRE(problems.empty());
        return difference(p, e, start).empty();
    };
    for (const char* good_one : {"p95 104", "p95 104.3", "p95 104.26", "p95 100..110", "p95 100..", "p95 *", "ratio 0.7", "ratio 73%", "ratio 73.5%",
                                 "sentence \"*db-1*09:4?\"", "limit unknown", "at 09:21", "at 09:21:40", "at +21m40s", "at 09:20..09:22", "at ..09:21",
                                 "at 2026-11-20T09:21:40Z"})
        CHECK((holds(good_one) ? "" : good_one) == std::string());
    for (const char* bad_one : {"p95 105", "p95 104.2", "p95 ..104", "ratio 0.8", "ratio 74%", "sentence shop", "limit 3", "at 09:22", "at 09:21:41",
                                "at 09:22..", "colour red"})
        CHECK((holds(bad_one) ? bad_one : "") == std::string());
}

TEST_CASE("missing, further and differing entries are told apart") {
    const ScenarioFile s = good("name: x\nseries:\n  shop transactions value 2: 3/s for 30s\nexpect slots:\n  09:00:00 shop count 30\n"
                            "  09:00:10 shop count 31\n  09:00:50 cart count 3\n");
    const std::string text = compare_all(s, run(s));
    CAPTURE(text);
    CHECK(text.find("x.scenario:6: count: expected 31, got 30") != std::string::npos);
    CHECK(text.find("said, but not expected\n  + 09:00:20 shop count 30") != std::string::npos);
    CHECK(text.find("x.scenario:7: expected, but not said\n  - 09:00:50") != std::string::npos);
    CHECK(text.find(":5:") == std::string::npos);
}

TEST_CASE("records dropped without anybody expecting it are a failure") {
    const ScenarioFile s = good(std::string(kGood) + "");
    CHECK(compare_all(s, run(s)).empty());
    const ScenarioFile bad = good("name: x\nseries:\n  shop transactions: 1/s for 10s\n  raw at 1s: oops\nexpect slots:\n  09:00:00 shop count 10\n");
    CHECK(compare_all(bad, run(bad)).find("+ broken_json 1") != std::string::npos);
}

TEST_CASE("an update rewrites what does not hold and keeps the rest") {
    const std::string text = "# top\nname: x\nseries:\n  shop transactions value 2: 3/s for 20s\nexpect slots:\n    # first\n    09:00:00 shop count 30\n"
                             "    09:00:10 shop count 1\n\nexpect warnings:\n\nexpect dropped: none\n# end\n";
    const ScenarioFile s = good(text);
    const std::string after = updated(s, run(s));
    CHECK(after == "# top\nname: x\nseries:\n  shop transactions value 2: 3/s for 20s\nexpect slots:\n    # first\n    09:00:00 shop count 30\n"
                   "    09:00:10 shop count 30 value 60 errors 0\n\nexpect warnings: none\n\nexpect dropped: none\n# end\n");
    const ScenarioFile again = good(after);
    CHECK(compare_all(again, run(again)).empty());
}

TEST_CASE("the command's exit code says whether all hold") {
    const Folder folder;
    const std::string fine = folder.write("fine.scenario", kGood);
    const std::string wrong = folder.write("wrong.scenario", std::string(kGood) + "  09:00:20 shop count 1\n");
    const std::string broken = folder.write("broken.scenario", "name: x\nseries: ???\n");
    TestOptions options;
    options.files = {fine};
    CHECK(test_command(options) == kFine);
    options.files = {fine, wrong};
    options.junit = (folder.path / "out.xml").string();
    CHECK(test_command(options) == kDidNotHold);
    CHECK(folder.read("out.xml").find("tests=\"2\" failures=\"1\"") != std::string::npos);
    options.filter = "fine";
    CHECK(test_command(options) == kFine);
    options.filter = "nomatch";
    CHECK(test_command(options) == kWrongUsage);
    options.filter.clear();
    options.files = {folder.path.string()};
    CHECK(test_command(options) == kWrongUsage);  // broken
    options.files = {(folder.path / "missing.scenario").string()};
    CHECK(test_command(options) == kWrongUsage);
    options.files = {wrong};
    options.update = true;
    CHECK(test_command(options) == kFine);
    options.update = false;
#if !defined(__SANITIZE_THREAD__)  // it does not see how oneTBB and RocksDB hand over between threads
    options.all_modes = true;
    CHECK(test_command(options) == kFine);
#endif
}

TEST_CASE("a known gap is no failure, and is told when it has closed") {
    const Folder folder;
    TestOptions options;
    options.files = {folder.write("gap.scenario", std::string(kGood) + "  09:00:20 shop count 1\nknown_gap: not yet\n")};
    options.junit = (folder.path / "out.xml").string();
    CHECK(test_command(options) == kFine);
    CHECK(folder.read("out.xml").find("<skipped message=\"not yet\"/>") != std::string::npos);
}

TEST_CASE("the example of the page about scenarios holds") {
    std::ifstream page("tests/scenarios/README.md");
    std::string text;
    bool inside = false;
    for (std::string line; std::getline(page, line);) {
        if (line == "```") inside = !inside;
        else if (inside) text += line + '\n';
    }
    REQUIRE(text.starts_with("name: "));
    const ScenarioFile s = good(text);
    CHECK(compare_all(s, run(s)) == "");
}
