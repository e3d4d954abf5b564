// Records that are no JSON object, or not one only. Whatever follows them in memory must not matter.
#include <sys/mman.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/unit/connectors/format/decoded.h"

using namespace foreshock;
using namespace foreshock::test;

TEST_CASE("what is no JSON object is broken") {
    const std::string record = GENERATE(
        "", " ", "null", "true", "17", "\"text\"", "[]", "[{}]", "{", "}", "{{}", "{}}", "{}{}", "{} x", "{}1", "{},", "nul", "\x01",
        "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1 \"b\":2}", "{\"a\" 1}", "{\"a\":1,,\"b\":2}", "{\"a\":1;\"b\":2}",
        "{a:1}", "{'a':1}", "{1:2}", "{\"a\":1", "{\"a\":", "{\"a\"", "{\"a", "{\"a\":\"", "{\"a\":\"x", "{\"a\":\"x}", "{\"a\":[1,2}",
        "{\"a\":{]}", "{\"a\":[}]}", "{\"a\":[1 2]}", "{\"a\":[,]}", "{\"a\":[1,]}", "{\"a\":{\"b\"}}", "{\"a\":{\"b\":}}",
        "{\"a\":{\"b\":1,}}", "{\"a\":{1:2}}", "{\"a\":[", "{\"a\":{", "{\"a\":[]", "{\"a\":[[]}", "{\"a\":nul}", "{\"a\":nulll}",
        "{\"a\":tru}", "{\"a\":True}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":0x1}", "{\"a\":NaN}",
        "{\"a\":Infinity}", "{\"a\":-}", "{\"a\":1e}", "{\"a\":12ab}", "{\"a\":undefined}", "{\"a\":\"x\"y}", "{\"a\":\"x\" \"y\"}",
        "{\"a\"b:1}", "{\"a\":[1,tru]}", "{\"value\":nope}", "{\"value\":tru}", "{\"ts\":nulll}", "{\"ts\":\"\\x\"}",
        "{\"ts\":\"\\u12\"}", "{\"ts\":\"\\ud800\"}", "{\"ts\":\"\\udc00\"}", "{\"ts\":\"\\ud800\\u0041\"}", "{\"t\\x\":1}",
        "// comment\n{}", "{}/**/", "{\"a\":1}\n{\"b\":2}", "\xef\xbb\xbf{}", "<xml/>", "ts=1 type=metric");
    const Decoded d = decode(record);
    INFO(record);
    REQUIRE(d.batch.events.empty());
    REQUIRE(d.batch.bad.size() == 1);
    CHECK(d.bad().reason == DropReason::broken_json);
    CHECK_FALSE(d.bad().what.empty());
}

TEST_CASE("bytes that are no UTF-8 and bare control characters are broken") {
    const std::string inside = GENERATE("\xff", "\xc3", "\xc3(", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80", "\xc0\xaf", "\xe2\x82", "\n",
                                        "\x01", "\t");
    const Decoded d = decode(transaction_with("user", "\"" + inside + "\""));
    CHECK(d.bad().reason == DropReason::broken_json);
    const Decoded key = decode("{\"" + inside + "\":1}");
    CHECK(key.bad().reason == DropReason::broken_json);
}

TEST_CASE("a record with a zero byte in it is broken") {
    std::string record = transaction_with("user", "\"a b\"");
    record[record.find("a b") + 1] = '\0';
    CHECK(decode(record).bad().reason == DropReason::broken_json);
    CHECK(decode(std::string(10, '\0')).bad().reason == DropReason::broken_json);
}

TEST_CASE("every beginning of a record is broken, and every record with one byte missing is an event or bad") {
    const std::string whole = transaction_with("extra", R"({"a":[1,"]",{"b":null}],"c":"\u00e9"})");
    REQUIRE(decode(whole).batch.events.size() == 1);
    for (size_t n = 0; n < whole.size(); ++n) {
        INFO(whole.substr(0, n));
        CHECK(decode(whole.substr(0, n)).bad().reason == DropReason::broken_json);
        std::string less = whole;
        less.erase(n, 1);
        const Decoded d = decode(less);
        CHECK(d.batch.events.size() + d.batch.bad.size() == 1);
    }
}

TEST_CASE("fields that nobody asks for may nest, but not without end") {
    const auto nested = [](size_t depth) { return "{\"x\":" + std::string(depth, '[') + std::string(depth, ']') + "}"; };
    const auto objects = [](size_t depth) {
        std::string open;
        for (size_t i = 0; i < depth; ++i) open += "{\"x\":";
        return open + "1" + std::string(depth, '}');
    };
    CHECK(decode(nested(256)).bad().what == "type: missing");
    CHECK(decode(nested(257)).bad().what == "nested too deep");
    CHECK(decode(nested(100'000)).bad().what == "nested too deep");
    CHECK(decode(objects(257)).bad().what == "type: missing");  // the record itself counts for none
    CHECK(decode(objects(258)).bad().what == "nested too deep");
    CHECK(decode(nested(257)).bad().reason == DropReason::broken_json);
    CHECK(decode(transaction_with("extra", std::string(256, '[') + std::string(256, ']'))).batch.events.size() == 1);
}

TEST_CASE("one bad record does not touch its neighbours") {
    const std::string good = transaction_with();
    const Decoded d = decode_all({good, "{", good, "", good, "{\"type\":\"x\"}"});
    CHECK(d.batch.events.size() == 3);
    REQUIRE(d.batch.bad.size() == 3);
    CHECK(d.batch.bad[0].offset == 1);
    CHECK(d.batch.bad[1].offset == 3);
    CHECK(d.batch.bad[2].offset == 5);
}

TEST_CASE("a record at the very end of legible memory is read without its padding") {
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void* const two = mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(two != MAP_FAILED);
    char* const edge = static_cast<char*>(two) + page;
    REQUIRE(mprotect(edge, page, PROT_NONE) == 0);
    SharedNames names{Bounds{}};
    const auto decoder = NativeJsonFactory().make(names);
    const std::string record = transaction_with();
    for (size_t gap = 0; gap < 130; ++gap) {
        char* const at = edge - record.size() - gap;
        std::memset(edge - 400, '"', 400);
        std::memcpy(at, record.data(), record.size());
        RecordBatch in;
        in.records = {{at, static_cast<uint32_t>(record.size()), 0, 0}};
        EventBatch out;
        decoder->decode(in, out);
        REQUIRE(out.events.size() == 1);
        REQUIRE(out.events[0].value_micro == 129'950'000);
    }
    munmap(two, 2 * page);
}
