#include "connectors/format/decimal.h"

#include <charconv>
#include <random>
#include <string>

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

// The text in memory with as much behind it as a short number may read.
struct Short {
    explicit Short(const std::string& text) : padded(text + "9.9.9.9."), read(parse_short_decimal(std::string_view(padded).substr(0, text.size()), number)) {}
    std::string padded;
    Decimal number;
    bool read;
};

}  // namespace

TEST_CASE("the quick way reads every short text as the other does") {
    std::mt19937 random(1);
    constexpr std::string_view kLetters = "0123456789..-eE+ x";
    int read = 0;
    for (int i = 0; i < 60'000; ++i) {
        std::string text;
        for (size_t n = 1 + random() % kShortDecimal; n > 0; --n) {
            text += kLetters[random() % (random() % 8 == 0 ? kLetters.size() : 12)];
        }
        INFO(text);
        const Short quick(text);
        if (!quick.read) continue;
        ++read;
        const std::optional<Decimal> whole = parse_decimal(text);
        REQUIRE(whole);
        REQUIRE(to_double_short(quick.number) == to_double(*whole, text));
        for (int power = 0; power <= 8; ++power) {
            REQUIRE(scaled(quick.number, power) == scaled(*whole, power));
            int64_t fixed = 0;
            if (scaled_short(quick.number, power, fixed)) REQUIRE(fixed == scaled(*whole, power));
        }
    }
    CHECK(read > 10'000);
    CHECK_FALSE(Short("").read);
    int64_t millionths = 0;
    CHECK((Short("34.51").read && scaled_short(Short("34.51").number, 6, millionths) && millionths == 34'510'000));
}

TEST_CASE("doubles are the nearest ones") {
    std::mt19937_64 random(2);
    for (int i = 0; i < 20'000; ++i) {
        std::string text = std::to_string(random() >> (random() % 64));
        if (random() % 2 == 0) text += "." + std::to_string(random() >> (random() % 64));
        if (random() % 2 == 0) text += "e" + std::to_string(static_cast<int>(random() % 60) - 30);
        if (random() % 2 == 0) text = "-" + text;
        double expected = 0;
        std::from_chars(text.data(), text.data() + text.size(), expected);
        const auto number = parse_decimal(text);
        INFO(text);
        REQUIRE(number);
        REQUIRE(to_double(*number, text) == expected);
    }
}

TEST_CASE("doubles at the edges") {
    const auto value = [](std::string_view text) { return to_double(*parse_decimal(text), text); };
    CHECK(value("1e-400") == 0.0);
    CHECK(value("0e999999999") == 0.0);
    CHECK(value("1.7976931348623157e308") == 1.7976931348623157e308);
    CHECK_FALSE(value("1e309"));
    CHECK_FALSE(value("-1e99999999999"));
    CHECK(value("9007199254740993") == 9007199254740992.0);
}

TEST_CASE("scaling rounds half away from zero and says when it does not fit") {
    const auto value = [](std::string_view text, int power) { return scaled(*parse_decimal(text), power); };
    CHECK(value("0.5", 0) == 1);
    CHECK(value("-0.5", 0) == -1);
    CHECK(value("0.49999999999999999999999", 0) == 0);
    CHECK(value("2.5", 0) == 3);
    CHECK(value("9223372036854775807", 0) == INT64_MAX);
    CHECK(value("9223372036854775807.4", 0) == INT64_MAX);
    CHECK_FALSE(value("9223372036854775807.5", 0));
    CHECK_FALSE(value("9223372036854775808", 0));
    CHECK(value("18446744073709551615", -3) == 18446744073709552);
    CHECK(value("184467440737095516150000", -10) == 18446744073710);
    CHECK(value("0", 1000) == 0);
    CHECK_FALSE(value("1", 19));
    CHECK(value("1", -25) == 0);
    CHECK(value("9.9999999999999999999999999999e5", 0) == 1'000'000);
}
