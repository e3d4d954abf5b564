#include "engine/warn/sentence.h"

#include <cmath>

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

constexpr EventTime kMorning{std::chrono::hours{24 * 20000 + 9}};

EventTime at(int minutes) { return kMorning + std::chrono::minutes{minutes}; }

WarningRevision checkout() {
    WarningRevision w;
    w.service = "checkout";
    w.slo = "latency";
    w.slo_text = "p95 latency < 300 ms";
    w.time = at(35);
    w.opened_at = at(35);
    w.act_before = w.breach_earliest = at(41);
    w.breach_at = at(44);
    w.breach_latest = at(49);
    w.driver.kind = "value";
    w.driver.series = "checkout value";
    w.driver.ratio = 3.4;
    w.driver.contributors = {{"campaign", "bf26", 0.82}};
    w.resource.name = "db-1";
    w.resource.metric = "connections_used";
    w.resource.kind = "connection_pool";
    w.resource.utilization = 0.71;
    w.resource.slope_per_min = 0.026;
    w.advice = {{"raise", "db-1", "unit", 3, 0, 0}};
    w.impact.value_per_minute = 4100;
    w.impact.currency = "EUR";
    return w;
}

SentenceFacts by_trend() {
    SentenceFacts facts;
    facts.from_trend_only = true;
    return facts;
}

}  // namespace

TEST_CASE("sentence: all that is known") {
    CHECK(sentence_of(checkout(), {}) ==
          "checkout: raise `db-1` connections before 09:41 (in 6 min), or p95 latency < 300 ms is breached at about 09:44 "
          "(09:41 to 09:49, 80 %). Order value is x3.4 its usual for this hour, 82 % of the rise from campaign `bf26`. "
          "`db-1` is at 71 % and gains 2.6 points a minute; +3 units keep it below its knee. EUR 4,100 a minute are at risk.");
}

TEST_CASE("sentence: what is unknown is left out") {
    WarningRevision w = checkout();
    w.driver.kind = "other";
    w.driver.contributors.clear();
    w.advice.clear();
    w.impact.value_per_minute = 0;
    w.act_before = w.time;
    CHECK(sentence_of(w, by_trend()) ==
          "checkout: raise `db-1` connections now, or p95 latency < 300 ms is breached at about 09:44 (09:41 to 09:49, 80 %). "
          "From its trend alone: no demand is known that explains it. `db-1` is at 71 % and gains 2.6 points a minute.");
    w.resource.name.clear();
    CHECK(sentence_of(w, {}) ==
          "checkout: look at `checkout` now, or p95 latency < 300 ms is breached at about 09:44 (09:41 to 09:49, 80 %).");
}

TEST_CASE("sentence: before an announced campaign nothing is seen yet") {
    WarningRevision w = checkout();
    w.driver.kind = "other";
    w.resource.slope_per_min = 0;
    w.advice.clear();
    w.impact.value_per_minute = 0;
    SentenceFacts facts;
    facts.announced = "bf26";
    facts.announced_for = at(40);
    facts.announced_ratio = 2.7;
    CHECK(sentence_of(w, facts) ==
          "checkout: raise `db-1` connections before 09:41 (in 6 min), or p95 latency < 300 ms is breached at about 09:44 "
          "(09:41 to 09:49, 80 %). Campaign `bf26` is announced for 09:40, x2.7 expected. `db-1` is at 71 %.");
}

TEST_CASE("sentence: demand of another service is named") {
    WarningRevision w = checkout();
    w.driver.kind = "volume";
    w.driver.series = "web volume";
    CHECK(sentence_of(w, {}).find("Volume of `web` is x3.4 its usual for this hour") != std::string::npos);
}

TEST_CASE("sentence: broken") {
    WarningRevision w = checkout();
    w.breached = true;
    w.breach_at = at(33);
    w.act_before = w.time;
    w.driver.kind = "capacity_loss";
    w.advice.clear();
    w.impact.value_per_minute = 0;
    CHECK(sentence_of(w, {}) ==
          "checkout: p95 latency < 300 ms is broken since 09:33. Raise `db-1` connections now. Demand is as usual: the same work "
          "uses more of it than before. `db-1` is at 71 % and gains 2.6 points a minute.");
}

TEST_CASE("sentence: over") {
    WarningRevision w = checkout();
    w.state = WarningState::resolved;
    w.verdict = Verdict::came_true;
    CHECK(sentence_of(w, {}) == "checkout: over. p95 latency < 300 ms was broken since the warning of 09:35 and holds again.");
    w.verdict = Verdict::averted;
    CHECK(sentence_of(w, {}) == "checkout: over. p95 latency < 300 ms held; what was warned of at 09:35 was averted.");
    w.verdict = Verdict::false_alarm;
    CHECK(sentence_of(w, {}) == "checkout: over. p95 latency < 300 ms held; what was warned of at 09:35 did not come.");
}

TEST_CASE("sentence: a service without a promise") {
    WarningRevision w = checkout();
    w.slo = "capacity";
    w.slo_text = capacity_promise_text("disk-8", 0.9);
    w.resource.name = "disk-8";
    w.resource.kind = "other";
    CHECK(w.slo_text == "disk-8 below 90 % of its limit");
    CHECK(sentence_of(w, {}).rfind("checkout: relieve `disk-8` before 09:41 (in 6 min), or it passes 90 % of its limit at about 09:44 ", 0) == 0);
}

TEST_CASE("sentence: promises and numbers as people read them") {
    Slo s;
    s.below = 300;
    CHECK(promise_text(s) == "p95 latency < 300 ms");
    s.quantile = 0.999;
    CHECK(promise_text(s) == "p99.9 latency < 300 ms");
    s.indicator = Indicator::error_ratio;
    s.below = 0.005;
    CHECK(promise_text(s) == "error ratio < 0.5 %");
    s.indicator = Indicator::availability;
    CHECK(promise_text(s) == "availability > 99.5 %");
    s.objective = 0.99;
    CHECK(promise_text(s) == "availability > 99.5 %");
    s.below = 14.4 * (1 - 0.99);  // as nobody wrote it
    CHECK(promise_text(s) == "availability 99 % (error budget below x14.4)");
    s.indicator = Indicator::metric;
    s.resource = "notify-backlog";
    s.metric = "queue_age_s";
    s.below = 60;
    CHECK(promise_text(s) == "queue_age_s of notify-backlog < 60");
    CHECK(readable_number(4100) == "4,100");
    CHECK(readable_number(74888.7) == "74,900");
    CHECK(readable_number(8312345) == "8,310,000");
    CHECK(readable_number(0.354) == "0.35");
    CHECK(readable_number(42.04) == "42");
    CHECK(readable_number(999.6) == "1,000");
}
