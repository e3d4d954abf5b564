// Records that are read by the shape of those before them are read alike without it.
#include "connectors/format/native_fields.h"

#include <random>

#include "engine/event/record.h"
#include "tests/support/catch.h"

using namespace foreshock;

namespace {

const std::vector<std::string> kDimensions{"campaign", "channel"};

// Reads the same records with and without prediction, and compares what comes of each.
class Both {
public:
    // True when the record was read.
    bool read(const std::string& record) {
        memory_ = record + std::string(kRecordPadding, '}');
        const bool good = plain_.read(memory_.data(), record.size());
        const bool predicted = predicting_.read(memory_.data(), record.size());
        INFO(record);
        REQUIRE(predicted == good);
        if (!good) {
            REQUIRE(std::string(predicting_.why()) == plain_.why());
            return false;
        }
        for (size_t i = 0; i < kFields; ++i) {
            const auto f = static_cast<Field>(i);
            REQUIRE(predicting_.has(f) == plain_.has(f));
            if (!plain_.has(f)) continue;
            REQUIRE(predicting_.get(f).view() == plain_.get(f).view());
            REQUIRE(predicting_.get(f).kind == plain_.get(f).kind);
            REQUIRE(predicting_.get(f).escaped == plain_.get(f).escaped);
        }
        return true;
    }

private:
    NativeFields plain_{kDimensions, false}, predicting_{kDimensions};
    std::string memory_;
};

std::string transaction(std::mt19937_64& random) {
    const auto number = [&](uint64_t below) { return std::to_string(random() % below); };
    return R"({"ts":"2026-11-20T09:00:00.)" + number(1000) + R"(Z","type":"transaction","id":")" + number(1'000'000'000'000) + R"(","service":"checkout-)" + number(9) +
           R"(","campaign":"bf26","value":)" + number(999) + "." + number(99) + R"(,"currency":"EUR","duration_ms":)" + number(9999) + R"(,"outcome":"ok","extra":)" + number(5) + "}";
}

std::string metric(std::mt19937_64& random) {
    return R"({"ts": 179516520)" + std::to_string(random() % 10) + R"(, "type": "metric", "resource": "db-1", "metric": "cpu", "value": -)" + std::to_string(random() % 100) + R"(, "limit": 600})";
}

}  // namespace

TEST_CASE("prediction: records of several shapes, one after the other") {
    Both both;
    std::mt19937_64 random{1};
    for (int i = 0; i < 300; ++i) CHECK(both.read(random() % 3 == 0 ? metric(random) : transaction(random)));
}

TEST_CASE("prediction: what does not fit is read the whole way") {
    Both both;
    std::mt19937_64 random{2};
    for (int i = 0; i < 3; ++i) CHECK(both.read(metric(random)));
    const auto as = [](const char* service) { return std::string(R"({"ts":1,"type":"event","service":")") + service + R"("})"; };
    for (int i = 0; i < 3; ++i) CHECK(both.read(as("shop")));
    CHECK(both.read(as("stra\xc3\x9f"
                       "e")));
    CHECK(both.read(as(R"(a \"b\")")));
    CHECK(both.read(as("")));
    CHECK(both.read(as("a name that is longer than one step of sixteen bytes, and than two of them")));
    CHECK_FALSE(both.read(as("a\tb")));
    CHECK_FALSE(both.read(as("\xff")));
    CHECK_FALSE(both.read(as("shop").substr(0, 30)));
    CHECK_FALSE(both.read(as("shop") + "}"));
    CHECK(both.read(as("shop") + "  "));
    for (const char* value : {"1", "-1", "1e3", "0.5", "01", "1.2.3", "-", "+1", "true", "null", "[1]", "{}", "\"1\"", "1 ", "x", ""}) both.read(R"({"value":)" + std::string(value) + R"(,"junk":)" + value + "}");
    for (int i = 0; i < 3; ++i) CHECK(both.read(R"({"value":1,"value":2,"junk":3})"));
}

TEST_CASE("prediction: records of which any bytes were changed") {
    Both both;
    std::mt19937_64 random{3};
    constexpr char kBytes[] = "\"\\{}[],:0123456789.eE+-tfn \n\x01\x7f\xc3\xa9zA";
    size_t good = 0;
    for (int i = 0; i < 60'000; ++i) {
        std::string record = random() % 2 == 0 ? transaction(random) : metric(random);
        for (uint64_t changes = random() % 4; changes > 0; --changes) {
            const size_t at = random() % record.size();
            switch (random() % 3) {
                case 0: record[at] = kBytes[random() % (sizeof kBytes - 1)]; break;
                case 1: record.erase(at, 1 + random() % 3); break;
                default: record.insert(at, 1, kBytes[random() % (sizeof kBytes - 1)]);
            }
            if (record.empty()) break;
        }
        good += both.read(record);
    }
    CHECK(good > 15'000);
}
