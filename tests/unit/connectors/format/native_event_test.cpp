// Events of a type of the user's in the native form.
#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"
#include "tests/unit/connectors/format/decoded.h"

using namespace foreshock;
using namespace foreshock::test;

TEST_CASE("events of a type of the user's") {
    const Decoded d = decode_all({
        R"({"ts":1795165200,"type":"event","name":"deploy","service":"checkout","host":"ci-1","labels":{"version":"2.3","by":"ci"}})",
        R"({"labels":{"by":"ci", "version" : "2.3"},"name":"deploy","service":"checkout","type":"event","ts":1795165201,"more":{"labels":1}})",
        R"({"ts":1795165202,"type":"event","name":"a\u0020b","resource":"db-1","labels":{"n":3,"yes":true,"no":null,"q":"\"{}"}})",
        R"({"ts":1795165203,"type":"event","name":"plain"})",
    });
    REQUIRE(d.batch.events.size() == 4);
    const auto text = [&](size_t i) { return d.text(NameSpace::occurrence, d.batch.events[i].detail); };
    CHECK(d.event().kind == EventKind::occurrence);
    CHECK(d.event().ts_us == 1795165200'000'000);
    CHECK(d.host() == "ci-1");
    CHECK(text(0) == "deploy\x1f" "checkout\x1f\x1f" "by\x1f" "ci\x1f" "version\x1f" "2.3");
    CHECK(d.batch.events[1].detail == d.event().detail);  // the order of fields and labels is no difference
    const std::string third = text(2);
    const OccurrenceName n = OccurrenceName::split(third);
    CHECK(n.name == "a b");
    CHECK(n.service.empty());
    CHECK(n.resource == "db-1");
    CHECK(n.labels == std::vector<std::pair<std::string_view, std::string_view>>{{"n", "3"}, {"q", "\"{}"}, {"yes", "true"}});
    CHECK(text(3) == "plain\x1f\x1f");
}

TEST_CASE("events of the user's that cannot be used") {
    struct Case {
        const char* fields;
        DropReason reason;
        const char* what;
    };
    const auto c = GENERATE(values<Case>({
        {R"("service":"s")", DropReason::missing_field, "name: missing"},
        {R"("name":"")", DropReason::missing_field, "name: missing"},
        {R"("name":3)", DropReason::wrong_type, "name: not a text"},
        {R"("name":"a","labels":"x")", DropReason::wrong_type, "labels: not an object"},
        {R"("name":"a","labels":["x"])", DropReason::wrong_type, "labels: not an object"},
        {R"("name":"a","labels":{"x":{}})", DropReason::wrong_type, "labels: a label is no text"},
        {R"("name":"a","labels":{"":"x"})", DropReason::wrong_type, "labels: a label is empty or longer than 256 bytes"},
        {R"("name":"a","labels":{"x":"\u001f"})", DropReason::wrong_type, "labels: holds U+001F"},
        {R"("name":"a","labels":{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"n":1,"o":1,"p":1,"q":1})",
         DropReason::wrong_type, "labels: more than 16"},
    }));
    const Decoded d = decode(R"({"ts":1795165200,"type":"event",)" + std::string(c.fields) + "}");
    REQUIRE(d.batch.bad.size() == 1);
    CHECK(d.bad().reason == c.reason);
    CHECK(d.bad().what == c.what);
}
