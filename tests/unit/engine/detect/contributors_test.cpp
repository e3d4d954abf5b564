#include "engine/detect/contributors.h"

#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;

namespace {

constexpr EventTime kStart{std::chrono::hours{24 * 20000}};

// An hour of minutes, then five that `rise`, made of the rows that are given for each.
template <class Rows>
ContributorTracker hour_and_rise(Rows rows) {
    ContributorTracker t;
    EventTime now = kStart;
    for (int minute = 0; minute < 65; ++minute) {
        now += std::chrono::minutes{1};
        t.age(now, 60);
        t.add(rows(minute >= 60), 60);
    }
    return t;
}

// 100 a minute by two channels, then 300 with a campaign.
ContributorTracker after_a_campaign() {
    return hour_and_rise([](bool rise) {
        std::vector<DimensionSlot> rows{{1, "app", rise ? 150 : 50, 0}, {1, "web", rise ? 150 : 50, 0}};
        if (rise) rows.push_back({0, "bf26", 164, 0});
        return rows;
    });
}

}  // namespace

TEST_CASE("contributors: the campaign has its share of the rise, channels that grew alike have none of their own") {
    const auto split = after_a_campaign().split(Measure::volume, 5.0, 100.0 / 60, {"campaign", "channel"});
    REQUIRE(split.size() == 1);
    CHECK(split[0].dimension == "campaign");
    CHECK(split[0].value == "bf26");
    CHECK(split[0].share == Approx(0.82).epsilon(0.02));
}

TEST_CASE("contributors: nothing without a rise or without a past") {
    CHECK(after_a_campaign().split(Measure::volume, 1, 1, {"campaign", "channel"}).empty());
    ContributorTracker young;
    young.age(kStart, 60);
    young.add({{0, "bf26", 100, 0}}, 60);
    CHECK(young.split(Measure::volume, 5, 1, {"campaign"}).empty());
}

TEST_CASE("contributors: shares of one dimension are no more than the whole, though others of it have fallen") {
    const ContributorTracker t = hour_and_rise([](bool rise) {
        return std::vector<DimensionSlot>{{1, "app", rise ? 140 : 50, 0}, {1, "web", rise ? 120 : 50, 0}, {1, "phone", rise ? 1 : 60, 0}};
    });
    const auto split = t.split(Measure::volume, 261.0 / 60, 160.0 / 60, {"campaign", "channel"});
    REQUIRE(split.size() == 2);
    CHECK(split[0].value == "app");
    CHECK(split[0].share + split[1].share == Approx(1));
}

TEST_CASE("contributors: at most 64 values are followed") {
    ContributorTracker t;
    std::vector<DimensionSlot> rows;
    for (int i = 0; i < 1000; ++i) rows.push_back({0, "c" + std::to_string(i), 1, 0});
    t.age(kStart, 60);
    t.add(rows, 60);
    Archive a;
    a(t);
    CHECK(a.take().size() < 20'000);
}
