#include "connectors/http/webhook_sink.h"

#include <nlohmann/json.hpp>

#include "connectors/format/suppression_event.h"
#include "tests/support/catch.h"
#include "tests/unit/connectors/http/stub_receiver.h"
#include "tests/unit/connectors/sample_warning.h"

using namespace foreshock;
using namespace std::chrono_literals;

namespace {

constexpr auto kLong = 30s;

WarningRevision revision(uint32_t number, WarningState state = WarningState::updated) {
    WarningRevision w = sample_warning();
    w.revision = number;
    w.state = state;
    return w;
}

WebhookOptions options(const std::string& url) {
    WebhookOptions o;
    o.url = url;
    o.outbound = {1ms, 5ms};
    return o;
}

struct Log {
    std::mutex mutex;
    std::vector<std::string> lines;
    LogCallback callback() {
        return [this](LogLevel, std::string_view text) {
            const std::lock_guard lock(mutex);
            lines.emplace_back(text);
        };
    }
};

std::unique_ptr<WebhookSink> open(WebhookOptions o, LogCallback log = {}) {
    auto sink = WebhookSink::open(std::move(o), {}, std::move(log));
    REQUIRE(sink.ok());
    return std::move(sink.value());
}

void deliver(Sink& sink, std::vector<WarningRevision> revisions) { sink.deliver(revisions); }

std::vector<std::string> keys(const std::vector<StubReceiver::Got>& got) {
    std::vector<std::string> out;
    for (const auto& g : got) out.push_back(g.idempotency_key);
    return out;
}

}  // namespace

TEST_CASE("a webhook gets each event in order, with its key and the configured headers") {
    StubReceiver receiver;
    auto o = options(receiver.url() + "/hook?team=shop");
    o.headers = {{"Authorization", "Bearer token"}};
    const auto sink = open(o);
    deliver(*sink, {revision(1, WarningState::open), revision(2)});
    REQUIRE(sink->flush(kLong));
    const auto got = receiver.wait(2);
    REQUIRE(got.size() == 2);
    CHECK(got[0].path == "/hook");
    CHECK(got[0].content_type == kCloudEventContentType);
    CHECK(got[0].authorization == "Bearer token");
    CHECK(got[0].idempotency_key == "w-00000000000000af.1");
    CHECK(got[0].body == to_cloudevent(revision(1, WarningState::open), {}));
    CHECK(got[1].idempotency_key == "w-00000000000000af.2");
    CHECK(sink->counts().delivered == 2);
}

TEST_CASE("what maintenance kept back is posted where it is asked for, and nowhere else") {
    SuppressedWarning w;
    w.time = EventTime{std::chrono::seconds{1795269720}};
    w.by = "db upgrade";
    w.service = "shop";
    w.slo = "latency";
    SuppressedWarning ended = w;
    ended.state = SuppressedWarning::State::ended;
    StubReceiver receiver;
    const auto plain = open(options(receiver.url() + "/plain"));
    CloudEventContext context;
    context.suppressed = true;
    auto asked = WebhookSink::open(options(receiver.url() + "/asked"), context, {});
    REQUIRE(asked.ok());
    plain->keep(std::vector{w});
    asked.value()->keep(std::vector{w, ended});
    deliver(*plain, {revision(1, WarningState::open)});
    REQUIRE(plain->flush(kLong));
    REQUIRE(asked.value()->flush(kLong));
    std::vector<std::string> posted;
    for (const auto& got : receiver.wait(3))
        if (got.path == "/asked") posted.push_back(got.body);
    CHECK(posted == std::vector{to_cloudevent(w, context), to_cloudevent(ended, context)});
    CHECK(plain->counts().delivered == 1);
}

TEST_CASE("what may pass is tried again, and order holds") {
    StubReceiver receiver;
    receiver.answer({503, 429, 500});
    Log log;
    const auto sink = open(options(receiver.url()), log.callback());
    deliver(*sink, {revision(1), revision(2)});
    REQUIRE(sink->flush(kLong));
    CHECK(keys(receiver.wait(5)) == std::vector<std::string>{"w-00000000000000af.1", "w-00000000000000af.1",
                                                             "w-00000000000000af.1", "w-00000000000000af.1",
                                                             "w-00000000000000af.2"});
    CHECK(sink->counts().retried == 3);
    CHECK(sink->ready());
    const std::lock_guard lock(log.mutex);
    REQUIRE(log.lines.size() == 2);  // lost, and back
    CHECK(log.lines[0].find("cannot take it now, status 503") != std::string::npos);
    CHECK(log.lines[1].find("reached again") != std::string::npos);
}

TEST_CASE("what the receiver refuses is counted and does not hold up the rest") {
    StubReceiver receiver;
    receiver.answer({400, 404});
    Log log;
    const auto sink = open(options(receiver.url()), log.callback());
    deliver(*sink, {revision(1), revision(2), revision(3)});
    CHECK_FALSE(sink->flush(kLong));
    CHECK(receiver.wait(3).size() == 3);
    CHECK(sink->counts().rejected == 2);
    CHECK(sink->counts().delivered == 1);
    CHECK(sink->flush(kLong));  // said once
    const std::lock_guard lock(log.mutex);
    CHECK(log.lines.size() == 1);
}

TEST_CASE("a receiver that is away makes the sink not ready, and a flush ends in time") {
    std::string url;
    { url = StubReceiver{}.url(); }
    const auto sink = open(options(url));
    deliver(*sink, {revision(1)});
    CHECK_FALSE(sink->flush(50ms));
    while (sink->counts().retried == 0) std::this_thread::yield();
    CHECK_FALSE(sink->ready());
    CHECK(sink->counts().waiting == 1);
}

TEST_CASE("when too many wait, updates go before openings and ends") {
    std::string url;
    { url = StubReceiver{}.url(); }
    auto o = options(url);
    o.capacity = 3;
    o.outbound = {1h, 1h};
    const auto sink = open(o);
    deliver(*sink, {revision(1, WarningState::open), revision(2, WarningState::open), revision(3)});
    CHECK(sink->overflowed() == 0);
    deliver(*sink, {revision(4, WarningState::resolved)});
    CHECK(sink->overflowed() == 1);
    CHECK(sink->counts().waiting == 3);
}

TEST_CASE("a receiver that was down while the process died gets everything from the next one, in order, under the same keys") {
    std::string url, bytes;
    { url = StubReceiver{}.url(); }
    {
        const auto sink = open(options(url));
        deliver(*sink, {revision(1, WarningState::open), revision(2), revision(3)});
        Archive saving;
        sink->archive(saving);
        bytes = saving.take();
    }
    StubReceiver receiver;
    const auto sink = open(options(receiver.url()));
    Archive restoring(bytes);
    sink->archive(restoring);
    deliver(*sink, {revision(3), revision(4, WarningState::resolved)});  // done again after the checkpoint
    REQUIRE(sink->flush(kLong));
    const std::string id = "w-00000000000000af.";
    CHECK(keys(receiver.wait(5)) == std::vector<std::string>{id + "1", id + "2", id + "3", id + "3", id + "4"});
    CHECK(receiver.wait(5)[2].body == receiver.wait(5)[3].body);
}

TEST_CASE("names in logs hide what may be secret") {
    const auto sink = open(options("http://user:password@localhost:1/hook/T0K3N?key=1"));
    CHECK(sink->name() == "webhook http://localhost:1");
}

TEST_CASE("what is no URL is a problem") {
    for (const char* url : {"", "localhost:80", "ftp://host/", "http://", "http:///path", "http://:80/"}) {
        CHECK_FALSE(WebhookSink::open(options(url), {}, {}).ok());
    }
}

TEST_CASE("back-off doubles up to its bound and is never less than half of it") {
    const OutboundOptions o{100ms, 1000ms};
    CHECK(backoff(o, 1, 1.0) == 100ms);
    CHECK(backoff(o, 1, 0.0) == 50ms);
    CHECK(backoff(o, 3, 1.0) == 400ms);
    CHECK(backoff(o, 1000, 1.0) == 1000ms);
    CHECK(parse_retry_after("17") == 17s);
    CHECK_FALSE(parse_retry_after("-1"));
    CHECK_FALSE(parse_retry_after("Wed, 21 Oct 2026 07:28:00 GMT"));
}
