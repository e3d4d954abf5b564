// Direct fetching from brokers that answer strangely.
#include "connectors/kafka/fetch_connection.h"

#include "connectors/kafka/direct_fetch.h"
#include "tests/support/catch.h"
#include "tests/unit/connectors/kafka/batch_writer.h"
#include "tests/unit/connectors/kafka/scripted_broker.h"

using namespace foreshock;
using namespace foreshock::test;
using namespace std::chrono_literals;

namespace {

struct Answer {
    std::string topic = "t";
    int32_t partition = 0;
    int16_t error = 0;
    std::string records;
};

std::string fetched(int32_t correlation, const std::vector<Answer>& answers, int16_t error = 0) {
    WireWriter out;
    out.number(int32_t{0});
    out.number(error);
    out.number(int32_t{0});
    out.number(static_cast<int32_t>(answers.size()));
    for (const Answer& a : answers) {
        out.text(a.topic);
        out.number(int32_t{1});
        out.number(a.partition);
        out.number(a.error);
        for (int i = 0; i < 3; ++i) out.number(int64_t{100});
        out.number(int32_t{-1});
        out.number(int32_t{-1});
        out.number(static_cast<int32_t>(a.records.size()));
        for (const char c : a.records) out.number(static_cast<int8_t>(c));
    }
    return framed(correlation, out.take());
}

std::string batch(int64_t first, int count = 1) {
    WrittenBatch b;
    for (int i = 0; i < count; ++i) b.records.push_back({first + i, std::to_string(first + i)});
    return bytes_of(b);
}

// Fetches partitions 0 and 1 of topic t until `end`, or until all has been given up.
struct Fetching {
    std::map<uint32_t, std::vector<int64_t>> offsets;
    std::vector<DirectFetch::GivenUp> given_up;

    explicit Fetching(const KafkaHost& host, int64_t end = 3, std::chrono::milliseconds patience = 5s) {
        DirectFetch fetch({.connection = {.client_id = "test", .most_response_bytes = 100'000, .set_up = patience, .patience = patience}});
        for (uint32_t number : {0u, 1u}) fetch.take({number, "t", static_cast<int32_t>(number), 0, end}, host);
        std::set<uint32_t> open{0, 1};
        while (!open.empty()) {
            fetch.advance();
            for (auto& g : fetch.given_up()) {
                open.erase(g.number);
                given_up.push_back(std::move(g));
            }
            RecordBatch records;
            DirectFetch::Read read;
            if (!fetch.read(records, read)) {
                fetch.wait(10ms, -1);
                continue;
            }
            for (const RawRecord& r : records.records) {
                CHECK(r.bytes() == std::to_string(r.offset));
                CHECK(r.partition == read.number);
                offsets[r.partition].push_back(r.offset);
            }
            if (read.next < end) continue;
            open.erase(read.number);
            fetch.drop(read.number);
        }
    }
    bool all_given_up(DirectFallback reason, const std::string& what) const {
        return given_up.size() == 2 && given_up[0].reason == reason && given_up[1].reason == reason &&
               given_up[0].what.find(what) != std::string::npos;
    }
};

using Offsets = std::vector<int64_t>;

}  // namespace

TEST_CASE("records of several responses, in whatever order the broker answers") {
    const ScriptedBroker broker({greeting(), fetched(1, {{"t", 1, 0, batch(0)}, {"t", 0, 0, batch(0, 2)}, {"other", 0, 0, batch(5)}}),
                                 fetched(2, {{"t", 0, 0, batch(2)}, {"t", 1, 0, batch(1, 2)}})});
    const Fetching f(broker.host());
    CHECK(f.offsets.at(0) == Offsets{0, 1, 2});
    CHECK(f.offsets.at(1) == Offsets{0, 1, 2});
    CHECK(f.given_up.empty());
}

TEST_CASE("of a partition a little is asked for until something of it has come") {
    ScriptedBroker broker({greeting(), fetched(1, {{"t", 0, 0, batch(0)}}), fetched(2, {{"t", 1, 0, batch(0, 3)}, {"t", 0, 0, batch(1, 2)}})});
    const Fetching f(broker.host());
    CHECK(f.offsets.at(0) == Offsets{0, 1, 2});
    const auto request = [](int32_t correlation, const std::vector<FetchWish>& wishes) {
        return fetch_request(correlation, "test", {}, wishes).substr(sizeof(int32_t));
    };
    REQUIRE(broker.asked().size() >= 3);
    CHECK(broker.asked()[1] == request(1, {{"t", 0, 0, 64'000}, {"t", 1, 0, 64'000}}));
    CHECK(broker.asked()[2] == request(2, {{"t", 1, 0, 64'000}, {"t", 0, 1, 1'000'000}}));
}

TEST_CASE("an error of one partition is not the other's") {
    const ScriptedBroker broker({greeting(), fetched(1, {{"t", 0, 1, ""}, {"t", 1, 0, batch(0, 3)}})});
    const Fetching f(broker.host());
    CHECK(f.offsets.at(1) == Offsets{0, 1, 2});
    REQUIRE(f.given_up.size() == 1);
    CHECK(f.given_up[0].number == 0);
    CHECK(f.given_up[0].reason == DirectFallback::offset);
}

TEST_CASE("what stands before a broken batch is handed over, and nothing after it") {
    std::string broken = batch(1);
    broken.back() ^= 1;
    const ScriptedBroker broker({greeting(), fetched(1, {{"t", 0, 0, batch(0) + broken + batch(2)}, {"t", 1, 0, batch(0, 3)}})});
    const Fetching f(broker.host());
    CHECK(f.offsets.at(0) == Offsets{0});
    CHECK(f.offsets.at(1) == Offsets{0, 1, 2});
    REQUIRE(f.given_up.size() == 1);
    CHECK(f.given_up[0].reason == DirectFallback::data);
    CHECK(f.given_up[0].what.find("checksum") != std::string::npos);
}

TEST_CASE("errors of the whole response") {
    const ScriptedBroker broker({greeting(), fetched(1, {}, 7)});
    CHECK(Fetching(broker.host()).all_given_up(DirectFallback::broker_error, "timed out"));
}

TEST_CASE("answers that are none") {
    const std::string whole = fetched(1, {{"t", 0, 0, batch(0)}});
    SECTION("no greeting that can be read") {
        const ScriptedBroker broker({framed(0, "x")});
        CHECK(Fetching(broker.host()).all_given_up(DirectFallback::api_version, "Fetch 11"));
    }
    SECTION("an older broker") {
        const ScriptedBroker broker({greeting(10)});
        CHECK(Fetching(broker.host()).all_given_up(DirectFallback::api_version, "Fetch 11"));
    }
    SECTION("a response to another request") {
        const ScriptedBroker broker({greeting(), fetched(7, {})});
        CHECK(Fetching(broker.host()).all_given_up(DirectFallback::data, "to no request"));
    }
    SECTION("garbage in the frame of a response") {
        const ScriptedBroker broker({greeting(), framed(1, "garbage")});
        CHECK(Fetching(broker.host()).all_given_up(DirectFallback::data, "a response that is none"));
    }
    SECTION("a response that is too long") {
        const ScriptedBroker broker({greeting(), std::string("\x7f\xff\xff\xff\0\0\0\1", 8)});
        CHECK(Fetching(broker.host()).all_given_up(DirectFallback::data, "a response of 2147483643 bytes"));
    }
    SECTION("a negative length") {
        const ScriptedBroker broker({greeting(), std::string(8, '\xff')});
        CHECK(Fetching(broker.host()).all_given_up(DirectFallback::data, "a response of -5 bytes"));
    }
    SECTION("closed within a response") {
        const ScriptedBroker broker({greeting(), whole.substr(0, whole.size() / 2)});
        CHECK(Fetching(broker.host()).all_given_up(DirectFallback::connection, "closed by the broker"));
    }
    SECTION("closed before the greeting") {
        const ScriptedBroker broker({});
        CHECK(Fetching(broker.host()).all_given_up(DirectFallback::connection, ""));
    }
    SECTION("silence") {
        const bool greets = GENERATE(true, false);
        const ScriptedBroker broker(greets ? std::vector<std::string>{greeting()} : std::vector<std::string>{}, false);
        CHECK(Fetching(broker.host(), 3, 50ms).all_given_up(DirectFallback::connection, "no answer"));
    }
}

TEST_CASE("a broker that is not there, and a name that means nothing") {
    KafkaHost gone;
    {
        const ScriptedBroker broker({});
        gone = broker.host();
    }
    CHECK(Fetching(gone).all_given_up(DirectFallback::connection, "refused"));
    CHECK(Fetching(KafkaHost{"no-such-host.invalid", 9092}).all_given_up(DirectFallback::connection, "no-such-host.invalid:9092: "));
}

TEST_CASE("of a partition that was dropped nothing comes, even when it is taken again") {
    const ScriptedBroker broker({greeting(), fetched(1, {{"t", 0, 0, batch(0, 3)}, {"t", 1, 0, batch(0, 3)}}),
                                 fetched(2, {{"t", 0, 0, batch(3)}}), fetched(3, {{"t", 0, 0, batch(7)}})}, false);
    DirectFetch fetch({.connection = {.client_id = "test"}});
    fetch.take({0, "t", 0, 0, -1}, broker.host());
    fetch.take({1, "t", 1, 0, 3}, broker.host());
    while (!fetch.ready()) {
        fetch.advance();
        fetch.wait(10ms, -1);
    }
    fetch.drop(0);  // while the next records of it are under way
    fetch.take({0, "t", 0, 7, -1}, broker.host());
    std::vector<std::pair<uint32_t, int64_t>> got;
    while (got.size() < 4) {
        RecordBatch records;
        DirectFetch::Read read;
        fetch.advance();
        REQUIRE(fetch.given_up().empty());
        if (fetch.read(records, read)) {
            for (const RawRecord& r : records.records) got.emplace_back(r.partition, r.offset);
        } else {
            fetch.wait(10ms, -1);
        }
    }
    CHECK(got == std::vector<std::pair<uint32_t, int64_t>>{{1, 0}, {1, 1}, {1, 2}, {0, 7}});
}
