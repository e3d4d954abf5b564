#include "engine/ingest/lane_sums.h"

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kStart = 1'763'629'200 * kSecond;  // a whole slot
constexpr int64_t kLateness = 5 * kSecond;
const int64_t kFirst = kStart / (10 * kSecond);

struct Lane {
    EventBatch batch;
    LaneSums sums{std::chrono::seconds{10}, 8};
    int64_t now = kStart;

    Event transaction(int64_t value_micro = 0) {
        Event e;
        e.service = 1;
        e.value_micro = value_micro;
        return e;
    }
    std::optional<DropReason> add(const Event& e, int64_t at) {
        now = std::max(now, at);
        return sums.add(e, at, batch, now, kLateness);
    }
    SlotPartial close(int64_t slot) {
        SlotPartial into;
        sums.close({slot}, into);
        return into;
    }
};

}  // namespace

TEST_CASE("events are summed in the slot of their time") {
    Lane lane;
    CHECK_FALSE(lane.add(lane.transaction(1'500'000), kStart));
    CHECK_FALSE(lane.add(lane.transaction(-500'000), kStart + 10 * kSecond - 1));
    CHECK_FALSE(lane.add(lane.transaction(7), kStart + 10 * kSecond));
    CHECK(lane.sums.open_slots() == 2);
    CHECK(lane.sums.first_open()->value == kFirst);
    const SlotPartial first = lane.close(kFirst);
    CHECK(first.services[1].count == 2);
    CHECK(first.services[1].value_micro == 1'000'000);
    CHECK(first.events == 2);
    CHECK(lane.close(kFirst + 1).services[1].value_micro == 7);
    CHECK_FALSE(lane.sums.first_open());
}

TEST_CASE("an event is late once its slot's end and the lateness have passed, not before") {
    Lane lane;
    lane.add(lane.transaction(), kStart);
    lane.now = kStart + 15 * kSecond - 1;
    CHECK_FALSE(lane.add(lane.transaction(), kStart + 3 * kSecond));
    lane.now = kStart + 15 * kSecond;
    CHECK(lane.add(lane.transaction(), kStart + 3 * kSecond) == DropReason::late);
    CHECK(lane.close(kFirst).events == 2);
}

TEST_CASE("a slot that was closed without the partition counts its events as late after idling") {
    Lane lane;
    lane.add(lane.transaction(), kStart + 60 * kSecond);
    lane.close(kFirst + 3);
    lane.now = kStart + 30 * kSecond;
    CHECK(lane.sums.add(lane.transaction(), kStart + 30 * kSecond, lane.batch, kStart + 30 * kSecond, kLateness) == DropReason::late_after_idle);
    CHECK_FALSE(lane.sums.add(lane.transaction(), kStart + 40 * kSecond, lane.batch, kStart + 40 * kSecond, kLateness));
}

TEST_CASE("only so many slots lie ahead of a partition's clock") {
    Lane lane;
    lane.add(lane.transaction(), kStart);
    std::optional<DropReason> refused;
    int taken = 0;
    while (!refused && taken < 100) {
        refused = lane.sums.add(lane.transaction(), kStart + (taken + 1) * 3600 * kSecond, lane.batch, kStart, kLateness);
        taken += !refused;
    }
    CHECK(refused == DropReason::future);
    CHECK(taken == 8);
    CHECK_FALSE(lane.sums.add(lane.transaction(), kStart + 1, lane.batch, kStart, kLateness));
}

TEST_CASE("a row of totals belongs to the slot that its interval ends in") {
    Lane lane;
    Event row = lane.transaction(90'000'000);
    row.kind = EventKind::summary;
    Summary totals;
    totals.count = 60;
    totals.failed = 3;
    totals.interval_us = 60 * kSecond;
    lane.batch.summaries.push_back(totals);
    CHECK_FALSE(lane.add(row, kStart + 60 * kSecond));
    const SlotPartial slot = lane.close(kFirst + 5);
    CHECK(slot.services[1].count == 60);
    CHECK(slot.services[1].failed == 3);
    CHECK(slot.services[1].value_micro == 90'000'000);
    CHECK(slot.services[1].span_us == 60 * kSecond);
    CHECK(slot.services[1].rows == 1);
}

TEST_CASE("the quantiles of a row are found again in its histogram") {
    Lane lane;
    Event row = lane.transaction();
    row.kind = EventKind::summary;
    Summary totals;
    totals.count = 1000;
    totals.interval_us = 60 * kSecond;
    totals.p50_ms = 80;
    totals.p95_ms = 310;
    totals.p99_ms = 900;
    lane.batch.summaries.push_back(totals);
    lane.add(row, kStart + 60 * kSecond);
    const Histogram h = lane.close(kFirst + 5).services[1].latency;
    CHECK(h.count() == 1000);
    CHECK(h.quantile(0.5) == Catch::Approx(80).epsilon(0.01));
    CHECK(h.quantile(0.95) == Catch::Approx(310).epsilon(0.01));
    CHECK(h.quantile(0.99) == Catch::Approx(900).epsilon(0.01));
}

TEST_CASE("a row without a count or without quantiles does no harm") {
    Lane lane;
    Event row = lane.transaction();
    row.kind = EventKind::summary;
    lane.batch.summaries.push_back({});
    lane.batch.summaries.back().interval_us = 10 * kSecond;
    lane.batch.summaries.back().p50_ms = 0;
    CHECK_FALSE(lane.add(row, kStart + 10 * kSecond));
    const SlotPartial slot = lane.close(kFirst);
    CHECK(slot.services[1].rows == 1);
    CHECK(slot.services[1].latency.count() == 0);
}

TEST_CASE("a closed slot's memory is used again, empty") {
    Lane lane;
    for (int i = 0; i < 20; ++i) {
        lane.add(lane.transaction(5), kStart + i * 10 * kSecond);
        const SlotPartial slot = lane.close(kFirst + i);
        REQUIRE(slot.services[1].count == 1);
        REQUIRE(slot.services[1].value_micro == 5);
        REQUIRE(slot.events == 1);
    }
}
