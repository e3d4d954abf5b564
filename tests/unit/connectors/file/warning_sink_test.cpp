#include "connectors/file/warning_sink.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "connectors/format/advice_event.h"
#include "connectors/format/suppression_event.h"
#include "tests/support/catch.h"
#include "tests/unit/connectors/sample_warning.h"

using namespace foreshock;
using namespace std::chrono_literals;

namespace {

struct Folder {
    std::filesystem::path path;
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "foreshock-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string file() const { return (path / "warnings.jsonl").string(); }
};

std::string content(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

void put(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

WarningRevision revision(uint32_t number) {
    WarningRevision w = sample_warning();
    w.revision = number;
    return w;
}

std::string line(uint32_t number) { return to_cloudevent(revision(number), {}) + "\n"; }

void deliver(Sink& sink, std::vector<WarningRevision> revisions) { sink.deliver(revisions); }

}  // namespace

TEST_CASE("a file of capacity advice holds that and nothing else, each change once") {
    Folder folder;
    CapacityAdvice advice;
    advice.id = "c-1";
    advice.event_id = "c-1.100";
    CloudEventContext context;
    context.advice = true;
    for (int run = 0; run < 2; ++run) {
        auto sink = FileSink::open(folder.file(), FileSink::Mode::append, context);
        REQUIRE(sink.ok());
        deliver(*sink.value(), {revision(1)});
        sink.value()->advise(std::vector{advice});
    }
    CHECK(content(folder.file()) == to_cloudevent(advice, context) + "\n");
    auto warnings = FileSink::open(folder.file(), FileSink::Mode::truncate, {});
    REQUIRE(warnings.ok());
    warnings.value()->advise(std::vector{advice});
    CHECK(content(folder.file()).empty());
}

TEST_CASE("a file of warnings keeps what maintenance kept back, once") {
    Folder folder;
    SuppressedWarning w;
    w.time = EventTime{std::chrono::seconds{1795269720}};
    w.by = "db upgrade";
    w.service = "shop";
    w.slo = "latency";
    w.probability = 0.75;
    for (int run = 0; run < 2; ++run) {
        auto sink = FileSink::open(folder.file(), FileSink::Mode::append, {});
        REQUIRE(sink.ok());
        sink.value()->keep(std::vector{w});
    }
    const std::string text = content(folder.file());
    CHECK(text == to_cloudevent(w, {}) + "\n");
    CHECK(text.find(R"("type":"foreshock.suppression.suppressed.v1")") != text.npos);
    CHECK(text.find(R"("data":{"state":"suppressed","by":"db upgrade","service":"shop","slo":"latency","breached":false,"probability":0.75})") != text.npos);
}

TEST_CASE("a file sink writes one event a line, at once") {
    Folder folder;
    auto sink = FileSink::open(folder.file(), FileSink::Mode::append, {});
    REQUIRE(sink.ok());
    deliver(*sink.value(), {revision(1), revision(2)});
    CHECK(content(folder.file()) == line(1) + line(2));
    CHECK(sink.value()->flush(1s));
    CHECK(sink.value()->ready());
}

TEST_CASE("appending leaves out what a killed run has written, and cuts its half line off") {
    Folder folder;
    put(folder.file(), line(1) + line(2) + line(3).substr(0, 40));
    auto sink = FileSink::open(folder.file(), FileSink::Mode::append, {});
    REQUIRE(sink.ok());
    deliver(*sink.value(), {revision(2), revision(3), revision(4)});
    CHECK(content(folder.file()) == line(1) + line(2) + line(3) + line(4));
}

TEST_CASE("appending to somebody's text keeps all of it") {
    Folder folder;
    put(folder.file(), "notes\nwithout an end");
    auto sink = FileSink::open(folder.file(), FileSink::Mode::append, {});
    REQUIRE(sink.ok());
    deliver(*sink.value(), {revision(1)});
    CHECK(content(folder.file()) == "notes\nwithout an end\n" + line(1));
}

TEST_CASE("truncating starts anew") {
    Folder folder;
    put(folder.file(), line(1));
    auto sink = FileSink::open(folder.file(), FileSink::Mode::truncate, {});
    REQUIRE(sink.ok());
    deliver(*sink.value(), {revision(1)});
    CHECK(content(folder.file()) == line(1));
}

TEST_CASE("a file that cannot be opened is a problem that names it") {
    const auto sink = FileSink::open("/nowhere/at/all.jsonl", FileSink::Mode::append, {});
    REQUIRE_FALSE(sink.ok());
    CHECK(sink.problems().front().file == "/nowhere/at/all.jsonl");
}

TEST_CASE("a full disk makes the sink not ready, not the process fail") {
    auto sink = FileSink::open("/dev/full", FileSink::Mode::append, {});
    if (!sink.ok()) SKIP("no /dev/full here");
    deliver(*sink.value(), {revision(1)});
    CHECK_FALSE(sink.value()->ready());
    CHECK_FALSE(sink.value()->flush(1ms));
}

TEST_CASE("a sentence line names the time, the state and the service") {
    WarningRevision w = sample_warning();
    CHECK(to_sentence_line(w) == "09:35 UPDATED  checkout: raise `db-1` connections before 09:41");
    w.state = WarningState::open;
    CHECK(to_sentence_line(w).starts_with("09:35 OPENED   checkout: raise"));
    w.sentence = "over";
    CHECK(to_sentence_line(w) == "09:35 OPENED   checkout: over");
}

TEST_CASE("the stdout sink writes sentences or events") {
    std::ostringstream out;
    StdoutSink sentences(out, StdoutSink::Form::sentence, {});
    deliver(sentences, {revision(1)});
    StdoutSink events(out, StdoutSink::Form::json, {});
    deliver(events, {revision(2)});
    CHECK(out.str() == to_sentence_line(revision(1)) + "\n" + line(2));
    CHECK(events.flush(1s));
}
