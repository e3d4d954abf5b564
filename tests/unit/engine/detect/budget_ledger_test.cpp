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
    CHECK(later.take().size() <= size + 96 * 24);
}

TEST_CASE("a whole year is no more than so many buckets") {
    Slo slo = availability(0.99);
    slo.period = 366 * 24h;
    BudgetLedger ledger;
    for (int64_t h = 0; h < 400 * 24; ++h) ledger.add({kStart + h * 1h, kStart + (h + 1) * 1h, {10, 1, 1}, 0, 0}, slo, {});
    Archive a;
    ledger.archive(a);
    CHECK(a.take().size() < (61 + 37 + 73 + BudgetLedger::kMostPeriodBuckets) * 24 + 200);
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
