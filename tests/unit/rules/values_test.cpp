#include "rules/values.h"

#include "tests/support/catch.h"

using namespace foreshock;
using namespace std::chrono_literals;

TEST_CASE("durations are numbers with units, added up") {
    CHECK(parse_duration("10s") == 10s);
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("1h30m") == 90min);
    CHECK(parse_duration("1h 30m") == 90min);
    CHECK(parse_duration("1.5h") == 90min);
    CHECK(parse_duration("28d") == 24h * 28);
    CHECK(parse_duration("2w") == 24h * 14);
    CHECK(parse_duration("7us") == 7us);
    CHECK(parse_duration("0") == 0s);
    for (const char* bad : {"", "10", "s", "10 parsecs", "-5s", "10s5", "1.2.3s", "1e3s", "99999999999w", "10 s 5", " ", "5S"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_duration(bad));
    }
}

TEST_CASE("a duration is written as it is read") {
    for (const Micros d : {Micros{0}, Micros{1}, Micros{1500}, Micros{90s}, Micros{24h * 28}, Micros{24h + 1s + 5ms}}) {
        CHECK(parse_duration(duration_text(d)) == d);
    }
    CHECK(duration_text(90s) == "1m30s");
    CHECK(duration_text(0s) == "0s");
}

TEST_CASE("shares are percentages or ratios") {
    CHECK(parse_share("99.5%").value() == Catch::Approx(0.995));
    CHECK(parse_share("99.5 %").value() == Catch::Approx(0.995));
    CHECK(parse_share("0.995").value() == Catch::Approx(0.995));
    for (const char* bad : {"", "%", "x%", "nan", "inf", "1,5%"}) CHECK_FALSE(parse_share(bad));
}

TEST_CASE("sizes have binary and decimal units") {
    CHECK(parse_size("256MiB") == 256u << 20);
    CHECK(parse_size("64 KiB") == 64u << 10);
    CHECK(parse_size("1.5GB") == 1'500'000'000u);
    CHECK(parse_size("512") == 512u);
    CHECK(parse_size("512B") == 512u);
    for (const char* bad : {"", "MiB", "1 mib", "-1MiB", "1MiB1MiB", "99999999TiB"}) CHECK_FALSE(parse_size(bad));
}

TEST_CASE("numbers end where they end") {
    CHECK(parse_number("-1.5e3") == -1500);
    CHECK(parse_number("+5") == 5);
    CHECK(parse_integer("-7") == -7);
    for (const char* bad : {"", "5x", "nan", "inf", "0x10", " 5", "1e999"}) CHECK_FALSE(parse_number(bad));
    for (const char* bad : {"", "5.0", "99999999999999999999"}) CHECK_FALSE(parse_integer(bad));
    CHECK(parse_boolean("true") == true);
    CHECK(parse_boolean("off") == false);
    CHECK_FALSE(parse_boolean("maybe"));
}

TEST_CASE("a wrong expression says what and where") {
    CHECK_FALSE(expression_error("^db-[0-9]+$"));
    CHECK_FALSE(expression_error(R"(^a\.b(c|d)$)"));
    const auto position = [](const char* text) {
        const auto e = expression_error(text);
        return e ? e->position : 0;
    };
    CHECK(position("^a(b") == 3);
    CHECK(position("ab)") == 3);
    CHECK(position("x[abc") == 2);
    for (const std::string bad : {"*a", "a{2,1}bc", "ab[z-a]c", "a[", "\\"}) {
        CAPTURE(bad);
        CHECK(position(bad.c_str()) >= 1);
        CHECK(position(bad.c_str()) <= bad.size());
    }
    CHECK(expression_error(std::string(5000, 'a')));
    CHECK(expression_error("(((a{100}){100}){100}){100}"));
}
