#include "engine/detect/budget_ledger.h"

#include "engine/plan/local_time.h"
#include "tests/support/catch.h"

using namespace foreshock;
using namespace std::chrono_literals;

namespace {

constexpr EventTime kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 2}};

Slo availability(double objective) {
    Slo s;
    s.indicator = Indicator::availability;
    s.budgeting = Budgeting::transactions;
    s.objective = objective;
    return s;
}

// Slots of a minute from `from` minutes on, each with `each` transactions of which `bad` fail.
void fill(BudgetLedger& ledger, const Slo& slo, int64_t from, int64_t minutes, int64_t each, int64_t bad) {
    for (int64_t m = from; m < from + minutes; ++m) ledger.add({kStart + m * 1min, kStart + (m + 1) * 1min, {each, bad, bad}, 0, 0}, slo, {});
}

BudgetState state_at(const BudgetLedger& ledger, const Slo& slo, int64_t minute) {
    BudgetState s;
    ledger.report(kStart + minute * 1min, slo, s);
    return s;
}

}  // namespace

TEST_CASE("burn rates are bad over all over what the objective allows") {
    const Slo slo = availability(0.999);
    BudgetLedger ledger;
    fill(ledger, slo, 0, 80 * 60, 1000, 0);
    fill(ledger, slo, 80 * 60, 6, 1000, 145);
    const BudgetState s = state_at(ledger, slo, 80 * 60 + 6);
    REQUIRE(s.burn.size() == 3);
    CHECK(s.burn[0].long_rate == Catch::Approx(14.5));  // six minutes of an hour
    CHECK(s.burn[0].short_rate == Catch::Approx(145));
    CHECK(s.burn[0].burning);
    CHECK(s.burn[1].long_rate == Catch::Approx(6 * 145.0 / 366).epsilon(0.02));
    CHECK_FALSE(s.burn[1].burning);
    CHECK(s.burn[2].long_rate == Catch::Approx(6 * 145.0 / (72 * 60)).epsilon(0.02));
    CHECK(s.bad == 870);
    CHECK(s.total == 1000 * (80 * 60 + 6));
}

TEST_CASE("an engine that has just started has no three days that burned") {
    const Slo slo = availability(0.999);
    BudgetLedger ledger;
    fill(ledger, slo, 0, 5, 1000, 2);  // twice what the objective allows, for five minutes
    const BudgetState s = state_at(ledger, slo, 5);
    CHECK(s.burn[2].long_rate == Catch::Approx(2 * 5.0 / (72 * 60)));
    for (const BurnState& b : s.burn) CHECK_FALSE(b.burning);
    CHECK(s.left == Catch::Approx(1 - 2 * 5.0 / (28 * 24 * 60)));
    CHECK(s.kept == Catch::Approx(0.998));
}

TEST_CASE("a rolling period forgets what is older, and its memory is bounded") {
    Slo slo = availability(0.99);
    slo.period = 24h;
    BudgetLedger ledger;
    fill(ledger, slo, 0, 60, 100, 10);
    fill(ledger, slo, 60, 23 * 60, 100, 0);
    CHECK(state_at(ledger, slo, 24 * 60).bad == 600);
    CHECK(state_at(ledger, slo, 24 * 60).left == Catch::Approx(1 - 600.0 / (0.01 * 144000)));
    fill(ledger, slo, 24 * 60, 121, 100, 0);
    CHECK(state_at(ledger, slo, 26 * 60 + 1).bad == 0);
    Archive full;
    ledger.archive(full);
    const size_t size = full.take().size();
    fill(ledger, slo, 27 * 60, 40 * 24 * 60, 100, 1);
    Archive later;
    ledger.archive(later);
    CHECK(later.take().size() <= size + (BudgetLedger::kMostPeriodBuckets - 24) * 40 + BudgetTrace::kMostPieces * 48);
}

TEST_CASE("a short period counts what is in it, and says since when") {
    Slo slo = availability(0.99);
    slo.period = 1h;
    BudgetLedger ledger;
    fill(ledger, slo, 0, 30, 100, 0);
    fill(ledger, slo, 30, 10, 100, 50);
    fill(ledger, slo, 40, 62, 100, 0);
    CHECK(state_at(ledger, slo, 102).bad == 0);
    CHECK(state_at(ledger, slo, 102).total == 6100);
    CHECK(state_at(ledger, slo, 102).from == kStart + 41min);
}

TEST_CASE("time that is unknown or excluded leaves a rolling period as everything else does") {
    Slo slo = availability(0.99);
    slo.period = 2h;
    BudgetLedger ledger;
    ledger.add({kStart, kStart + 1min, {}, 60'000, 0}, slo, {});
    ledger.add({kStart + 1min, kStart + 2min, {}, 0, 60'000}, slo, {});
    fill(ledger, slo, 2, 60, 100, 0);
    CHECK(state_at(ledger, slo, 62).unknown_ms == 60'000);
    CHECK(state_at(ledger, slo, 62).excluded_ms == 60'000);
    fill(ledger, slo, 62, 120, 100, 0);
    CHECK(state_at(ledger, slo, 182).unknown_ms == 0);
    CHECK(state_at(ledger, slo, 182).excluded_ms == 0);
}

TEST_CASE("a whole year is no more than so many buckets") {
    Slo slo = availability(0.99);
    slo.period = 366 * 24h;
    BudgetLedger ledger;
    for (int64_t h = 0; h < 400 * 24; ++h) ledger.add({kStart + h * 1h, kStart + (h + 1) * 1h, {10, 1, 1}, 0, 0}, slo, {});
    Archive a;
    ledger.archive(a);
    CHECK(a.take().size() < (61 + 37 + 73) * 24 + BudgetLedger::kMostPeriodBuckets * 40 + BudgetTrace::kMostPieces * 48 + 200);
    const double hours = static_cast<double>(state_at(ledger, slo, 400 * 24 * 60).total) / 10;
    CHECK(hours >= 366 * 24);
    CHECK(hours <= 366 * 24 + 2 * 27);  // one running bucket, one begun before the year
}

TEST_CASE("what is restored goes on as if nothing had been") {
    const Slo slo = availability(0.99);
    BudgetLedger one;
    fill(one, slo, 0, 300, 100, 3);
    Archive saving;
    one.archive(saving);
    const std::string bytes = saving.take();
    BudgetLedger other;
    Archive restoring{std::string_view(bytes)};
    other.archive(restoring);
    REQUIRE(restoring.ok());
    fill(one, slo, 300, 300, 100, 1);
    fill(other, slo, 300, 300, 100, 1);
    CHECK(state_at(one, slo, 600).left == state_at(other, slo, 600).left);
    CHECK(state_at(one, slo, 600).burn[1].long_rate == state_at(other, slo, 600).burn[1].long_rate);
    Archive cut{std::string_view(bytes).substr(0, bytes.size() / 2)};
    BudgetLedger broken;
    broken.archive(cut);
    CHECK_FALSE(cut.ok());
}

TEST_CASE("calendar periods begin at local midnight, and days of 23 and 25 hours are as long as they are") {
    // Berlin: +1 h, +2 h from 2026-03-29 01:00 to 2026-10-25 01:00 UTC.
    const auto at = [](int month, int day, int hour) { return EventTime{std::chrono::sys_days{std::chrono::year{2026} / month / day}} + std::chrono::hours{hour}; };
    const std::vector<ZoneOffset> berlin{{kBeginningOfTime, 1h}, {at(3, 29, 1), 2h}, {at(10, 25, 1), 1h}};
    CHECK(period_start(berlin, PeriodKind::day, at(3, 29, 12)) == at(3, 28, 23));
    CHECK(next_period_start(berlin, PeriodKind::day, at(3, 29, 12)) == at(3, 29, 22));
    CHECK(period_start(berlin, PeriodKind::day, at(10, 25, 12)) == at(10, 24, 22));
    CHECK(next_period_start(berlin, PeriodKind::day, at(10, 25, 12)) == at(10, 25, 23));
    CHECK(period_start(berlin, PeriodKind::month, at(10, 31, 23)) == at(10, 31, 23));
    CHECK(period_start(berlin, PeriodKind::week, at(10, 28, 3)) == at(10, 25, 23));  // Monday the 26th
    CHECK(period_start(berlin, PeriodKind::quarter, at(5, 28, 3)) == at(3, 31, 22));
    CHECK(next_period_start(berlin, PeriodKind::year, at(5, 28, 3)) == EventTime{std::chrono::sys_days{std::chrono::year{2026} / 12 / 31}} + 23h);
}

TEST_CASE("an exclusion takes out what was counted before anybody declared it, and taking it back brings it back") {
    Slo slo = availability(0.99);
    BudgetLedger ledger;
    fill(ledger, slo, 0, 3 * 24 * 60, 1000, 1);  // what always fails
    fill(ledger, slo, 3 * 24 * 60, 20, 1000, 400);
    fill(ledger, slo, 3 * 24 * 60 + 20, 5 * 24 * 60, 1000, 1);
    const int64_t now = 8 * 24 * 60 + 20;
    const BudgetState before = state_at(ledger, slo, now);
    CHECK(before.bad == 8 * 24 * 60 + 20 * 400);
    slo.corrections.push_back({kStart + 3 * 24h, kStart + 3 * 24h + 20min, true, 0, 0, "ops", "test of the power supply"});
    const BudgetState after = state_at(ledger, slo, now);
    CHECK(after.bad == 8 * 24 * 60);
    CHECK(after.total == 1000 * 8 * 24 * 60);
    CHECK(after.excluded_ms == 20 * 60 * 1000);
    slo.corrections.push_back({kStart + 3 * 24h + 5min, kStart + 3 * 24h + 15min, true, 0, 0, "ops", "said twice"});
    CHECK(state_at(ledger, slo, now).bad == after.bad);
    slo.corrections.clear();
    CHECK(state_at(ledger, slo, now).bad == before.bad);
}

TEST_CASE("an exclusion that was known counts the same as one declared afterwards, and stops the burning") {
    const Slo plain = availability(0.999);
    Slo excluding = plain;
    excluding.corrections.push_back({kStart + 90min, kStart + 96min, true, 0, 0, "ops", "drill"});
    BudgetLedger known, later;
    const auto fill_both = [&](int64_t from, int64_t minutes, int64_t bad) {
        fill(later, plain, from, minutes, 1000, bad);
        for (int64_t m = from; m < from + minutes; ++m) {
            const EventTime start = kStart + m * 1min;
            const bool out = start >= excluding.corrections[0].start && start < excluding.corrections[0].end;
            known.add({start, start + 1min, out ? Tally{} : Tally{1000, bad, bad}, 0, out ? 60000 : 0}, excluding, {});
        }
    };
    fill_both(0, 90, 0);
    fill_both(90, 6, 200);
    fill_both(96, 4, 3);
    CHECK(state_at(later, plain, 100).burn[0].burning);
    const BudgetState a = state_at(known, excluding, 100), b = state_at(later, excluding, 100);
    CHECK(a.total == b.total);
    CHECK(a.bad == b.bad);
    CHECK(a.excluded_ms == b.excluded_ms);
    for (size_t i = 0; i < a.burn.size(); ++i) CHECK(a.burn[i].long_rate == Catch::Approx(b.burn[i].long_rate));
    CHECK_FALSE(b.burn[0].burning);
}

TEST_CASE("what is traced of a budget is bounded, and keeps what went fast apart from what always goes") {
    Slo slo = availability(0.99);
    BudgetLedger ledger;
    int64_t minute = 0;
    for (int day = 0; day < 28; ++day) {
        for (int m = 0; m < 24 * 60 - 10; ++m, ++minute) fill(ledger, slo, minute, 1, 1000, (m * 7 + day) % 3);
        fill(ledger, slo, minute, 10, 1000, 300 + day);
        minute += 10;
    }
    const BudgetState before = state_at(ledger, slo, minute);
    slo.corrections.push_back({kStart + (14 * 24 * 60 - 10) * 1min, kStart + 14 * 24h, true, 0, 0, "ops", "the fourteenth"});
    const int64_t taken = before.bad - state_at(ledger, slo, minute).bad;
    CHECK(taken > 3100);
    CHECK(taken < 3160);  // 313 a minute
}
