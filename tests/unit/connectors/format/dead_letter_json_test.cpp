#include "connectors/format/dead_letter_json.h"

#include "tests/support/catch.h"

using namespace foreshock;

TEST_CASE("a dead letter names origin, reason and field") {
    const BadRecord bad{0, 42, DropReason::wrong_type, "{\"value\":\"x\ty\"}", "value: not a number"};
    CHECK(dead_letter_json("t/3", bad) ==
          R"({"partition":"t/3","offset":42,"reason":"wrong_type","what":"value: not a number","record":"{\"value\":\"x\u0009y\"}"})");
}

TEST_CASE("bytes that are no text stand in base64") {
    const auto [bytes, expected] = GENERATE(table<std::string, std::string>(
        {{"\xff", "/w=="}, {"\xff\x01", "/wE="}, {"\xff\x01\x02", "/wEC"}, {"ab\xc3", "YWLD"}}));
    const std::string line = dead_letter_json("f", {0, 0, DropReason::broken_json, bytes, "not UTF-8"});
    CHECK(line == R"({"partition":"f","offset":0,"reason":"broken_json","what":"not UTF-8","record_base64":")" + expected + "\"}");
}

TEST_CASE("a character that the bound cut in half makes no base64") {
    const std::string cut = std::string(kBadRecordBytes - 1, 'x') + "\xe2";
    const std::string line = dead_letter_json("f", {0, 0, DropReason::oversized, cut, "long"});
    CHECK(line.find(R"("record":"xx)") != line.npos);
    const std::string whole = std::string(kBadRecordBytes - 2, 'x') + "\xc3\xa9";
    CHECK(dead_letter_json("f", {0, 0, DropReason::oversized, whole, "long"}).find("x\xc3\xa9\"}") != line.npos);
}

TEST_CASE("a warning that nobody took stands as it would have been sent") {
    CHECK(dead_letter_json({"webhook http://x", "refused", "status 400: \"no\"", R"({"id":"w-1.1"})"}) ==
          R"({"receiver":"webhook http://x","reason":"refused","what":"status 400: \"no\"","event":{"id":"w-1.1"}})");
    CHECK(dead_letter_json({"w", "refused", "\xff", "{}"}).find("\xff") == std::string::npos);
}
