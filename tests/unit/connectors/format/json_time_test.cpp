// Times of a stream, one after the other: what is remembered of one must not show in the next.
#include "connectors/format/json_time.h"

#include <optional>

#include "engine/base/time.h"
#include "tests/support/catch.h"

using namespace foreshock;

TEST_CASE("times: each is read by itself, whatever came before") {
    const int64_t nine = parse_rfc3339("2026-11-20T09:00:00Z")->time_since_epoch().count();
    TimeReader reader;
    const auto read = [&](const char* text) {
        int64_t us = 0;
        return reader.read_text(text, us) ? std::optional(us) : std::nullopt;
    };
    for (int i = 0; i < 2; ++i) {
        CHECK(read("2026-11-20T09:00:00Z") == nine);
        CHECK(read("2026-11-20T09:00:00.123456789Z") == nine + 123456);
        CHECK(read("2026-11-20T09:00:00.5Z") == nine + 500000);
        CHECK(read("2026-11-20T09:00:01.000Z") == nine + 1000000);
        CHECK(read("2026-11-21T09:00:01.000Z") == nine + 86'401'000'000);
        CHECK(read("2026-11-20T09:00:00.000+01:00") == nine - 3'600'000'000);
        CHECK_FALSE(read("2026-11-20T24:00:00.000Z"));
        CHECK_FALSE(read("2026-11-31T09:00:00.000Z"));
        CHECK_FALSE(read("2026-11-20x09:00:00.000Z"));
        CHECK_FALSE(read("2026-11-20T09:00:00.Z"));
        CHECK_FALSE(read("2026-11-20T09:00:00.1x3Z"));
    }
}
