#include "connectors/http/alertmanager_sink.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/unit/connectors/http/stub_receiver.h"
#include "tests/unit/connectors/sample_warning.h"

using namespace foreshock;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr auto kLong = 30s;

EventTime now() { return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now()); }
EventTime time_of(const json& text) { return *parse_rfc3339(text.get<std::string>()); }

AlertmanagerOptions options(std::vector<std::string> urls) {
    AlertmanagerOptions o;
    o.urls = std::move(urls);
    o.outbound = {1ms, 5ms};
    return o;
}

std::unique_ptr<AlertmanagerSink> open(AlertmanagerOptions o) {
    auto sink = AlertmanagerSink::open(std::move(o), {"shop", "https://foreshock.example", {}}, {});
    REQUIRE(sink.ok());
    return std::move(sink.value());
}

WarningRevision warning(WarningState state, Severity severity = Severity::warning) {
    WarningRevision w = sample_warning();
    w.state = state;
    w.severity = severity;
    return w;
}

void deliver(Sink& sink, const WarningRevision& w) { sink.deliver({&w, 1}); }

// Delivers and gives back the alerts of the post that it made.
json said(AlertmanagerSink& sink, StubReceiver& receiver, const WarningRevision& w) {
    const size_t before = receiver.wait(0).size();
    deliver(sink, w);
    REQUIRE(sink.flush(kLong));
    return json::parse(receiver.wait(before + 1).at(before).body);
}

}  // namespace

TEST_CASE("an open warning is one firing alert: identity in labels, numbers in annotations") {
    StubReceiver receiver;
    const auto sink = open(options({receiver.url() + "/prefix/"}));
    const json alerts = said(*sink, receiver, warning(WarningState::open));
    CHECK(receiver.wait(1)[0].path == "/prefix/api/v2/alerts");
    CHECK(receiver.wait(1)[0].content_type == "application/json");
    REQUIRE(alerts.size() == 1);
    const json& a = alerts[0];
    CHECK(a["labels"] == json{{"alertname", "CapacityBreachAhead"},
                              {"service", "checkout"},
                              {"slo", "latency"},
                              {"resource", "db-1"},
                              {"metric", "connections_used"},
                              {"severity", "warning"},
                              {"warning_id", "w-00000000000000af"}});
    CHECK(a["annotations"]["summary"] == "checkout: raise `db-1` connections before 09:41");
    CHECK(a["annotations"]["breach_at"] == "2026-11-20T09:44:00.000Z");
    CHECK(a["annotations"]["probability"] == "0.812346");
    CHECK(a["annotations"]["utilization"] == "0.71");
    CHECK(a["annotations"]["value_at_risk"] == "EUR 20501");
    CHECK(a["annotations"]["advice"] == "add db-1 +3 replica");
    CHECK(a["generatorURL"] == "https://foreshock.example/warnings/w-00000000000000af");
    CHECK(time_of(a["endsAt"]) > now() + 4min);
    CHECK(time_of(a["startsAt"]) <= now());
    CHECK(time_of(a["startsAt"]) > now() - 1min);  // the event time is not within the last hour
}

TEST_CASE("a recent opening is where the alert starts") {
    StubReceiver receiver;
    const auto sink = open(options({receiver.url()}));
    WarningRevision w = warning(WarningState::open);
    w.opened_at = std::chrono::floor<std::chrono::seconds>(now()) - 10min;
    CHECK(time_of(said(*sink, receiver, w)[0]["startsAt"]) == w.opened_at);
}

TEST_CASE("updates keep the labels of the opening and its start") {
    StubReceiver receiver;
    const auto sink = open(options({receiver.url()}));
    const json first = said(*sink, receiver, warning(WarningState::open));
    WarningRevision w = warning(WarningState::updated);
    w.resource.name = "cache-7";
    w.probability = 0.9;
    const json second = said(*sink, receiver, w);
    REQUIRE(second.size() == 1);
    CHECK(second[0]["labels"] == first[0]["labels"]);
    CHECK(second[0]["startsAt"] == first[0]["startsAt"]);
    CHECK(second[0]["annotations"]["saturating"] == "cache-7");
    CHECK(second[0]["annotations"]["probability"] == "0.9");
}

TEST_CASE("a change of severity resolves the old alert in the same post") {
    StubReceiver receiver;
    const auto sink = open(options({receiver.url()}));
    said(*sink, receiver, warning(WarningState::open));
    const json both = said(*sink, receiver, warning(WarningState::updated, Severity::critical));
    REQUIRE(both.size() == 2);
    for (const json& a : both) {
        const bool firing = a["labels"]["severity"] == "critical";
        CHECK((time_of(a["endsAt"]) > now() + 1min) == firing);
    }
    CHECK(both[0]["labels"]["severity"] != both[1]["labels"]["severity"]);
}

TEST_CASE("a resolved warning ends its alert now") {
    StubReceiver receiver;
    const auto sink = open(options({receiver.url()}));
    said(*sink, receiver, warning(WarningState::open));
    const json end = said(*sink, receiver, warning(WarningState::resolved));
    REQUIRE(end.size() == 1);
    CHECK(time_of(end[0]["endsAt"]) <= now());
    CHECK(time_of(end[0]["endsAt"]) >= time_of(end[0]["startsAt"]));
}

TEST_CASE("open alerts are sent again before they expire, resolved ones are not") {
    StubReceiver receiver;
    auto o = options({receiver.url()});
    o.resend_every = 1s;
    const auto sink = open(o);
    WarningRevision other = warning(WarningState::open);
    other.id = "w-other";
    said(*sink, receiver, other);
    other.state = WarningState::resolved;
    said(*sink, receiver, other);
    const size_t before = receiver.wait(0).size();
    deliver(*sink, warning(WarningState::open));
    const json again = json::parse(receiver.wait(before + 2).at(before + 1).body);
    REQUIRE(again.size() == 1);
    CHECK(again[0]["labels"]["warning_id"] == "w-00000000000000af");
}

TEST_CASE("every Alertmanager is told, and one that is away does not hold up the other") {
    StubReceiver receiver;
    std::string away;
    { away = StubReceiver{}.url(); }
    const auto sink = open(options({away, receiver.url()}));
    deliver(*sink, warning(WarningState::open));
    CHECK(receiver.wait(1).size() == 1);
    CHECK_FALSE(sink->flush(50ms));
    while (sink->counts()[0].second.reached) std::this_thread::yield();
    CHECK_FALSE(sink->ready());
}

TEST_CASE("what could not be sent becomes one word: the latest") {
    StubReceiver receiver;
    receiver.answer({500});
    auto o = options({receiver.url()});
    o.outbound = {300ms, 300ms};
    const auto sink = open(o);
    deliver(*sink, warning(WarningState::open));
    receiver.wait(1);
    WarningRevision w = warning(WarningState::updated);
    w.probability = 0.7;
    deliver(*sink, w);
    deliver(*sink, warning(WarningState::resolved));
    REQUIRE(sink->flush(kLong));
    const auto got = receiver.wait(2);
    REQUIRE(got.size() == 2);
    const json last = json::parse(got[1].body);
    REQUIRE(last.size() == 1);
    CHECK(time_of(last[0]["endsAt"]) <= now());
}

TEST_CASE("alerts beyond the capacity are dropped and counted") {
    std::string away;
    { away = StubReceiver{}.url(); }
    auto o = options({away});
    o.capacity = 2;
    const auto sink = open(o);
    for (const char* id : {"w-1", "w-2", "w-3"}) {
        WarningRevision w = warning(WarningState::open);
        w.id = id;
        deliver(*sink, w);
    }
    CHECK(sink->overflowed() == 1);
    CHECK(sink->counts()[0].second.waiting == 2);
}

TEST_CASE("after a restart every Alertmanager is told what is open and which ends have not arrived") {
    std::string away;
    { away = StubReceiver{}.url(); }
    WarningRevision other = warning(WarningState::open);
    other.id = "w-other";
    std::string bytes;
    {
        StubReceiver receiver;
        const auto sink = open(options({away, receiver.url()}));
        deliver(*sink, warning(WarningState::open));
        deliver(*sink, other);
        receiver.wait(1);
        deliver(*sink, warning(WarningState::resolved));  // the one that is away does not hear of it
        Archive saving;
        sink->archive(saving);
        bytes = saving.take();
    }
    StubReceiver receiver;
    const auto sink = open(options({receiver.url()}));
    Archive restoring(bytes);
    sink->archive(restoring);
    REQUIRE(restoring.ok());
    CHECK(restoring.at_end());
    REQUIRE(sink->flush(kLong));
    const json alerts = json::parse(receiver.wait(1).at(0).body);
    REQUIRE(alerts.size() == 2);
    for (const json& a : alerts) CHECK((time_of(a["endsAt"]) > now() + 1min) == (a["labels"]["warning_id"] == "w-other"));
}

TEST_CASE("no URL is a problem") {
    CHECK_FALSE(AlertmanagerSink::open(options({}), {}, {}).ok());
    CHECK_FALSE(AlertmanagerSink::open(options({"localhost"}), {}, {}).ok());
}

// Started by tests/cli/alertmanager.sh, which looks at what the real Alertmanager made of it.
TEST_CASE("a real Alertmanager is told") {
    const char* url = std::getenv("ALERTMANAGER_URL");
    const char* step = std::getenv("ALERTMANAGER_STEP");
    if (!url || !step) SKIP("ALERTMANAGER_URL is not set");
    const auto sink = open(options({url}));
    deliver(*sink, warning(WarningState::open));
    if (step == std::string("open")) {
        CHECK(sink->flush(kLong));
        return;
    }
    CHECK(sink->flush(kLong));
    deliver(*sink, warning(WarningState::updated, Severity::critical));
    CHECK(sink->flush(kLong));
    if (step == std::string("resolve")) deliver(*sink, warning(WarningState::resolved, Severity::critical));
    CHECK(sink->flush(kLong));
}
