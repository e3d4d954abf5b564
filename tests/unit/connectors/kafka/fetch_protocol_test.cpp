#include "connectors/kafka/fetch_protocol.h"

#include "connectors/kafka/wire.h"
#include "tests/support/catch.h"
#include "tests/unit/connectors/kafka/batch_writer.h"

using namespace foreshock;
using namespace foreshock::test;

namespace {

std::string versions(int16_t error, std::vector<std::array<int16_t, 3>> kinds) {
    WireWriter out;
    out.number(error);
    out.number(static_cast<int32_t>(kinds.size()));
    for (const auto& k : kinds) {
        for (const int16_t x : k) out.number(x);
    }
    return out.take();
}

std::string response() {
    WireWriter out;
    out.number(int32_t{0});  // throttle
    out.number(int16_t{0});
    out.number(int32_t{0});  // session
    out.number(int32_t{2});
    for (const char* topic : {"a", "bb"}) {
        out.text(topic);
        out.number(int32_t{1});
        out.number(int32_t{3});
        out.number(static_cast<int16_t>(*topic == 'a' ? 0 : 6));
        out.number(int64_t{100});
        out.number(int64_t{90});
        out.number(int64_t{5});
        out.number(int32_t{*topic == 'a' ? 1 : -1});
        if (*topic == 'a') {
            out.number(int64_t{77});
            out.number(int64_t{88});
        }
        out.number(int32_t{-1});
        out.number(int32_t{*topic == 'a' ? 4 : -1});
        if (*topic == 'a') out.number(int32_t{0x31323334});
    }
    return out.take();
}

}  // namespace

TEST_CASE("requests stand as the protocol wants them") {
    const std::string greeting = api_versions_request(7, "me");
    CHECK(greeting == std::string("\0\0\0\x0c\0\x12\0\0\0\0\0\x07\0\x02me", 16));
    const FetchWish wish{"topic", 4, 0x0102030405060708, 500};
    const std::string fetch = fetch_request(1, "me", {.wait_ms = 100, .most_bytes = 1000}, {&wish, 1});
    const std::string expected("\0\0\0\x56" "\0\x01\0\x0b\0\0\0\x01\0\x02me" "\xff\xff\xff\xff" "\0\0\0\x64" "\0\0\0\x01" "\0\0\x03\xe8" "\x01"
                               "\0\0\0\0" "\xff\xff\xff\xff" "\0\0\0\x01" "\0\x05topic" "\0\0\0\x01" "\0\0\0\x04" "\xff\xff\xff\xff"
                               "\x01\x02\x03\x04\x05\x06\x07\x08" "\xff\xff\xff\xff\xff\xff\xff\xff" "\0\0\x01\xf4" "\0\0\0\0" "\0\0", 90);
    CHECK(fetch == expected);
}

TEST_CASE("whether a broker offers what we speak") {
    CHECK(offers_fetch(versions(0, {{0, 3, 11}, {1, 4, 17}, {18, 0, 4}})) == true);
    CHECK(offers_fetch(versions(0, {{1, 4, 10}})) == false);
    CHECK(offers_fetch(versions(0, {{1, 12, 17}})) == false);
    CHECK(offers_fetch(versions(0, {{0, 0, 20}})) == false);
    CHECK(offers_fetch(versions(35, {{1, 4, 17}})) == false);
    CHECK_FALSE(offers_fetch("x").has_value());
}

TEST_CASE("a response") {
    const std::string bytes = response();
    const auto r = read_fetch_response(bytes, true);
    REQUIRE(r.has_value());
    REQUIRE(r->partitions.size() == 2);
    const FetchedPartition &a = r->partitions[0], &b = r->partitions[1];
    CHECK(a.topic == "a");
    CHECK(a.partition == 3);
    CHECK(a.readable_end == 90);
    REQUIRE(a.aborted.size() == 1);
    CHECK(a.aborted[0].producer == 77);
    CHECK(a.aborted[0].first == 88);
    CHECK(a.records == "1234");
    CHECK(b.error == 6);
    CHECK(b.records.empty());
    CHECK(read_fetch_response(bytes, false)->partitions[0].readable_end == 100);
}

TEST_CASE("a response that is cut off anywhere is none") {
    const std::string bytes = response();
    for (size_t size = 0; size < bytes.size(); ++size) REQUIRE_FALSE(read_fetch_response(bytes.substr(0, size), true).has_value());
}
