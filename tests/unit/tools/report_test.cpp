#include <cmath>
#include <fstream>
#include <sstream>

#include "tests/support/catch.h"
#include "tools/report/html_report.h"
#include "tools/report/signals_file.h"
#include "tools/report/svg_axis.h"
#include "tools/report/svg_plot.h"
#include "tools/report/text.h"
#include "tools/report/track.h"

using namespace foreshock;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

const EventTime kStart = *parse_rfc3339("2026-11-20T09:00:00Z");

// One service "checkout" with a latency promise and one resource, fed slot by slot.
struct Run {
    Micros length = 10s;
    Model model;
    std::unique_ptr<Inventory> inventory;
    GaugeIndex gauge = 0;
    HtmlReport report{"shop <1>"};
    int64_t slots = 0;

    Run() {
        model.services.resize(1);
        model.services[0].name = "checkout";
        model.services[0].slos.resize(1);
        model.services[0].slos[0].name = "latency";
        model.services[0].slos[0].below = 300;
        inventory = std::make_unique<Inventory>(model);
        gauge = inventory->gauge(inventory->resource("db-1", 0), "connections_used");
    }
    EventTime now() const { return kStart + length * slots; }
    Signals signals(double rate, double p95_ms, EventTime violated_since = {}) const {
        Signals s;
        s.services.resize(1);
        s.services[0].service = 0;
        s.services[0].present = true;
        s.services[0].volume.rate = rate;
        s.services[0].volume.baseline = 10;
        s.gauges.resize(1);
        s.gauges[0].gauge = gauge;
        s.gauges[0].present = true;
        s.gauges[0].utilization = 0.5;
        s.slos.push_back({0, 0, p95_ms, violated_since != EventTime{}, violated_since});
        return s;
    }
    void decide(const Signals& s, std::vector<WarningRevision> warnings = {}) {
        ClosedSlot slot;
        slot.index = slot_of(now(), length);
        slot.start = now();
        slot.end = slot.start + length;
        slot.length = length;
        slot.events = 100;
        const Correlation correlation;
        const Forecasts forecasts;
        report.decided({*inventory, slot, s, correlation, forecasts, warnings});
        ++slots;
    }
    WarningRevision warning(WarningState state) const {
        WarningRevision w;
        w.id = "w-1";
        w.state = state;
        w.time = w.opened_at = now();
        w.service = "checkout";
        w.slo = "latency";
        w.slo_text = "p95 latency < 300 ms";
        w.breach_at = now() + 5min;
        w.sentence = "checkout: raise `db-1` connections <now>";
        return w;
    }
};

size_t count(const std::string& text, const std::string& part) {
    size_t n = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
    return n;
}

}  // namespace

TEST_CASE("a track keeps its least and greatest numbers however often it is halved") {
    Track track;
    Timeline timeline;
    for (int64_t i = 0; i < 100'000; ++i) {
        while (timeline.extend({i}, 10s)) track.halve();
        track.add(timeline.bucket_of({i}), i == 77'777 ? 5000 : i == 12'345 ? -3 : 1);
    }
    CHECK(timeline.buckets() <= Timeline::kMaxBuckets);
    CHECK(timeline.buckets() > Timeline::kMaxBuckets / 2);
    CHECK(timeline.bucket_length() == 10s * (1 << timeline.shift()));
    CHECK(track.greatest() == 5000);
    uint64_t n = 0;
    float least = 1;
    for (const Range& r : track.ranges()) {
        n += r.n;
        least = std::min(least, r.min);
    }
    CHECK(n == 100'000);
    CHECK(least == -3);
    const auto all = track.slice(0, timeline.buckets(), 300);
    CHECK(all.ranges.size() <= 300);
    CHECK(all.greatest() == 5000);
    const size_t peak = timeline.bucket_of({77'777});
    CHECK(track.slice(peak, peak + 10, 300).greatest() == 5000);
    CHECK(track.slice(peak + 1, peak + 10, 300).greatest() == 1);
}

TEST_CASE("unknown numbers leave no trace in a track") {
    Track track;
    track.add(3, std::nan(""));
    track.add(4, INFINITY);
    CHECK_FALSE(track.known());
    CHECK(track.greatest() == 0);
}

TEST_CASE("the report tells of a breach, of the warning before it and of the lead time") {
    Run run;
    for (int i = 0; i < 60; ++i) run.decide(run.signals(10, 100));
    run.decide(run.signals(30, 200), {run.warning(WarningState::open)});
    for (int i = 0; i < 29; ++i) run.decide(run.signals(30, 250));
    const EventTime broken = run.now();
    for (int i = 0; i < 30; ++i) run.decide(run.signals(30, 900, broken));
    run.decide(run.signals(10, 100), {run.warning(WarningState::resolved)});
    const std::string html = run.report.html();
    CHECK_THAT(html, ContainsSubstring("The one broken promise was warned of 5 min ahead."));
    CHECK_THAT(html, ContainsSubstring("20 Nov 2026 09:00 to 09:20 UTC"));
    CHECK_THAT(html, ContainsSubstring("broke at 09:15"));
    CHECK_THAT(html, ContainsSubstring("p95 latency &lt; 300 ms"));
    CHECK_THAT(html, ContainsSubstring("checkout: raise <code>db-1</code> connections &lt;now&gt;"));
    CHECK_THAT(html, ContainsSubstring(">connections_used<"));
    CHECK_THAT(html, ContainsSubstring("shop &lt;1&gt;"));
}

TEST_CASE("what was said of a promise broken already is no warning ahead of the next breach") {
    Run run;
    const auto breach = [&run] {
        const EventTime since = run.now();
        for (int i = 0; i < 12; ++i) run.decide(run.signals(10, 900, since));
    };
    for (int i = 0; i < 30; ++i) run.decide(run.signals(10, 100));
    breach();
    WarningRevision w = run.warning(WarningState::open);
    w.breached = true;
    run.decide(run.signals(10, 100), {w});
    for (int i = 0; i < 60; ++i) run.decide(run.signals(10, 100));
    breach();
    run.decide(run.signals(10, 100));
    const std::string html = run.report.html();
    CHECK_THAT(html, ContainsSubstring("2 promises were broken, none of them with a warning ahead."));
    CHECK_THAT(html, ContainsSubstring("said when it was broken already"));
}

TEST_CASE("one warning is no warning of every breach that follows") {
    Run run;
    const auto breach = [&run] {
        const EventTime since = run.now();
        for (int i = 0; i < 12; ++i) run.decide(run.signals(10, 900, since));
    };
    run.decide(run.signals(10, 100), {run.warning(WarningState::open)});
    for (int i = 0; i < 12; ++i) run.decide(run.signals(10, 100));
    breach();
    for (int i = 0; i < 30; ++i) run.decide(run.signals(10, 100));
    breach();
    run.decide(run.signals(10, 100));
    CHECK_THAT(run.report.html(), ContainsSubstring("1 of 2 broken promises was warned of 2 min 10 s ahead."));
}

TEST_CASE("a long run shows the stretch that matters") {
    Run run;
    for (int i = 0; i < 8640; ++i) run.decide(run.signals(10, 100));
    run.decide(run.signals(30, 200), {run.warning(WarningState::open)});
    for (int i = 0; i < 60; ++i) run.decide(run.signals(30, 250));
    CHECK_THAT(run.report.html(),
               ContainsSubstring("Below, the time with warnings and broken promises: 21 Nov 08:15 to 21 Nov 09:10."));
}

TEST_CASE("the longest spans are kept, in their order") {
    std::vector<Span> spans;
    for (const Micros length : {1min, 5min, 2min, 9min, 3min}) {
        const EventTime start = kStart + spans.size() * 1h;
        spans.push_back({start, start + length});
    }
    keep_longest(spans, 3);
    REQUIRE(spans.size() == 3);
    CHECK(spans[0].length() == 5min);
    CHECK(spans[1].length() == 9min);
    CHECK(spans[2].length() == 3min);
}

TEST_CASE("the report needs nothing from outside and its tags are closed") {
    Run run;
    for (int i = 0; i < 100; ++i) run.decide(run.signals(10 + i, 100));
    const std::string html = run.report.html();
    CHECK(html.find("http://") == std::string::npos);
    CHECK(html.find("https://") == std::string::npos);
    CHECK(html.find("<script") == std::string::npos);
    CHECK(html.find("nan") == std::string::npos);
    for (const std::string tag : {"svg", "section", "main", "g", "table", "style"}) {
        CHECK(count(html, "<" + tag + ">") + count(html, "<" + tag + " ") == count(html, "</" + tag + ">"));
    }
}

TEST_CASE("a calm run says so, and no run at all too") {
    Run run;
    CHECK_THAT(run.report.html(), ContainsSubstring("No event was read."));
    run.decide(run.signals(10, 100));
    CHECK_THAT(run.report.html(), ContainsSubstring("A calm time"));
}

TEST_CASE("a month of slots stays small") {
    Run run;
    for (int i = 0; i < 30 * 8640; ++i) run.decide(run.signals(10 + 5 * std::sin(i / 100.0) + i % 7, 100 + i % 13));
    CHECK(run.report.html().size() < 100'000);
}

TEST_CASE("many services and warnings stay under two megabytes") {
    Run run;
    std::vector<WarningRevision> warnings;
    Signals s = run.signals(10, 100);
    for (int i = 0; i < 60; ++i) {
        const std::string name = "service-" + std::to_string(i);
        ServiceState state = s.services[0];
        state.service = run.inventory->service(name);
        state.value = state.volume;
        s.services.push_back(state);
        for (int r = 0; r < 10; ++r) {
            GaugeState gauge = s.gauges[0];
            gauge.gauge = run.inventory->gauge(run.inventory->resource(name + "-" + std::to_string(r), state.service),
                                               "cpu_used");
            s.gauges.push_back(gauge);
        }
        WarningRevision w = run.warning(WarningState::open);
        w.id = name;
        w.service = name;
        w.sentence.assign(500, 'x');
        warnings.push_back(w);
    }
    for (int i = 0; i < 600; ++i) {
        for (size_t k = 0; k < s.services.size(); ++k) {
            s.services[k].volume.rate = s.services[k].value.rate = 10 + (i * 7919 + static_cast<int>(k) * 31) % 97;
        }
        for (size_t k = 0; k < s.gauges.size(); ++k)
            s.gauges[k].utilization = 0.01 * ((i * 31 + static_cast<int>(k) * 7) % 97);
        for (auto& w : warnings) w.id += 'x';
        run.decide(s, i % 20 == 0 ? warnings : std::vector<WarningRevision>{});
    }
    const std::string html = run.report.html();
    CHECK(html.size() < 2'000'000);
    CHECK_THAT(html, ContainsSubstring("24 of 61 services are plotted"));
}

TEST_CASE("rows that come once a minute make one line, a real gap breaks it") {
    Timeline timeline;
    Track track;
    for (int64_t i = 0; i < 360; ++i) {
        timeline.extend({i}, 10s);
        if (i % 6 == 0 && (i < 120 || i > 240)) track.add(timeline.bucket_of({i}), 5);
    }
    const std::string svg = strips_svg({{"Transactions", "a minute", "demand", &track}}, timeline,
                                       {timeline.start(), timeline.end()}, {}, "x");
    const size_t line = svg.find("class=\"line demand\"");
    REQUIRE(line != std::string::npos);
    CHECK(count(svg.substr(line, svg.find("/>", line) - line), "M") == 2);
}

TEST_CASE("text of the report") {
    CHECK(span_text(45s) == "45 s");
    CHECK(span_text(6min + 10s) == "6 min 10 s");
    CHECK(span_text(25min + 10s) == "25 min");
    CHECK(span_text(200min) == "3 h 20 min");
    CHECK(span_text(102h) == "4 d 6 h");
    CHECK(html_sentence("a `b` <c>") == "a <code>b</code> &lt;c&gt;");
    CHECK(html_sentence("left `open") == "left <code>open</code>");
    CHECK(unit_text(0.123, Unit::percent) == "12.3 %");
    CHECK(unit_text(12'000, Unit::milliseconds) == "12 s");
    CHECK(unit_text(4100, Unit::money, "EUR") == "EUR 4,100");
    CHECK(round_up(3330) == 4000);
    CHECK(round_up(0) == 1);
    CHECK(round_up(1e-7) > 0);
    CHECK(date_text(kStart) == "20 Nov 2026");
    CHECK(TimeWords(kStart, kStart + 1h).when(kStart) == "09:00");
    CHECK(TimeWords(kStart, kStart + 48h).when(kStart) == "20 Nov 09:00");
}

TEST_CASE("the axis keeps times inside the plot and labels days") {
    const TimeAxis axis(kStart, kStart + 72h);
    CHECK(axis.x(kStart - 1h) == Frame::kLeft);
    CHECK(axis.x(kStart + 100h) == Frame::kLeft + Frame::kPlot);
    CHECK_THAT(axis.ticks(0, 10), ContainsSubstring(">21 Nov<"));
    CHECK(count(axis.ticks(0, 10), "<text") <= 10);
    CHECK(axis.shade({kStart - 2h, kStart - 1h}, "warning", 0, 1, "").empty());
}

TEST_CASE("a signal is one line of JSON") {
    Run run;
    SignalChange c;
    c.service = 0;
    c.measure = Measure::value;
    c.at = kStart + 1min;
    c.since = kStart;
    c.value = 30;
    c.baseline = 10;
    c.ratio = 3;
    CHECK(
        to_json_line(c, *run.inventory) ==
        R"({"time":"2026-11-20T09:01:00.000Z","signal":"spike","state":"opened","measure":"value","service":"checkout",)"
        R"("since":"2026-11-20T09:00:00.000Z","value":30,"baseline":10,"ratio":3})");
    c.kind = SignalKind::pressure;
    c.opened = false;
    c.service = kNoIndex;
    c.gauge = run.gauge;
    c.ratio = kUnknown;
    CHECK(to_json_line(c, *run.inventory) ==
          R"({"time":"2026-11-20T09:01:00.000Z","signal":"pressure","state":"closed","resource":"db-1",)"
          R"("metric":"connections_used","since":"2026-11-20T09:00:00.000Z","value":30,"baseline":10})");
}

TEST_CASE("a report or a signals file that cannot be written is a problem") {
    CHECK_FALSE(Run().report.write("/nowhere/report.html").ok());
    CHECK_FALSE(SignalsFile::open("/nowhere/signals.jsonl").ok());
}
