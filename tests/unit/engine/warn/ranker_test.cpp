#include "engine/warn/ranker.h"

#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;

namespace {

constexpr EventTime kNow{std::chrono::hours{24 * 20000 + 9}};

// web waits for payment, payment for ledger; payroll stands alone and has a day of its own.
Model company() {
    Model m;
    for (const char* name : {"web", "payment", "ledger", "payroll"}) m.services.emplace_back().name = name;
    m.services[0].calls.emplace_back().service = "payment";
    m.services[1].calls.emplace_back().service = "ledger";
    CalendarEntry& day = m.calendar.emplace_back();
    day.name = "payday";
    day.kind = CalendarKind::priority;
    day.services = {"payroll"};
    day.occurrences = {{kNow - std::chrono::hours{1}, kNow + std::chrono::hours{24 * 3}}};
    return m;
}

WarningRevision warning(const char* service, const char* resource, double value_per_minute, int minutes, const char* owner = "ops") {
    WarningRevision w;
    w.id = std::string("w-") + service + "-" + resource;
    w.service = service;
    w.slo = "latency";
    w.resource.name = resource;
    w.probability = 0.5;
    w.act_before = kNow + std::chrono::minutes{minutes};
    w.opened_at = kNow;
    w.impact.value_per_minute = value_per_minute;
    w.impact.at_risk = at_risk(value_per_minute);
    w.impact.currency = "EUR";
    w.owner = owner;
    w.sentence = "S.";
    return w;
}

struct Desk {
    Model model = company();
    Inventory inventory{model};
    Ranker ranker{inventory};
    std::vector<WarningRevision> open, said;

    // All of `now` is open, and said.
    void show(std::vector<WarningRevision> now) {
        open = now;
        said = std::move(now);
        ranker.rank(kNow, open, said);
    }
    const WarningRevision& said_of(const std::string& service) const {
        const auto found = std::ranges::find(said, service, &WarningRevision::service);
        REQUIRE(found != said.end());
        return *found;
    }
};

}  // namespace

TEST_CASE("rank: what is lost if nobody acts, and how soon") {
    Desk d;
    d.show({warning("web", "a", 100, 5), warning("ledger", "b", 1000, 5)});
    CHECK(d.open[0].service == "ledger");
    CHECK(d.open[0].rank == 1);
    CHECK(d.open[1].rank == 2);
    CHECK(d.open[0].priority == Approx(0.5 * 1000 * 0.5 * 15 * 5 / 10));
    CHECK(d.open[0].rank_reason == "EUR 7,500 at risk, 5 min left");
    d.show({warning("web", "a", 100, 0), warning("ledger", "b", 300, 25)});  // less money, but nearly over
    CHECK(d.open[0].service == "web");
    CHECK(d.open[0].rank_reason == "EUR 750 at risk, no time left");
}

TEST_CASE("rank: a promise that is broken has no time left") {
    Desk d;
    auto broken = warning("web", "a", 100, 20);
    broken.breached = true;
    d.show({warning("ledger", "b", 150, 20), broken});
    CHECK(d.open[0].service == "web");
    CHECK(d.open[0].rank_reason == "EUR 750 at risk, broken now");
}

TEST_CASE("rank: on its day payroll comes first, and says why") {
    Desk d;
    d.show({warning("web", "a", 50000, 0), warning("payroll", "server123", 900, 10)});
    CHECK(d.open[0].service == "payroll");
    CHECK(d.open[0].rank_reason == "EUR 6,750 at risk, 10 min left, payday");
    CHECK(d.said_of("web").after == d.said_of("payroll").id);
    CHECK(d.said_of("web").sentence == "S. Fix `server123` of payroll before this: EUR 6,750 at risk, 10 min left, payday.");
    CHECK(d.said_of("payroll").sentence == "S. Fix this before `a` of web.");
}

TEST_CASE("rank: other people's work is no reason to wait") {
    Desk d;
    d.show({warning("web", "a", 100, 5, "shop"), warning("ledger", "b", 1000, 5, "books")});
    CHECK(d.said_of("web").after.empty());
    CHECK(d.said_of("web").sentence == "S.");
}

TEST_CASE("rank: where no value is known the median of the others stands for it") {
    Desk d;
    d.show({warning("web", "a", 100, 5), warning("payment", "b", 0, 5), warning("ledger", "c", 300, 5), warning("payroll", "d", 200, 5)});
    CHECK(d.said_of("payment").priority == Approx(0.5 * 200 * 0.5 * 15 * 5 / 10));
    CHECK(d.said_of("payment").rank_reason == "value unknown, 5 min left");
}

TEST_CASE("incident: warnings of one resource are one, and the same money counts once") {
    Desk d;
    d.show({warning("ledger", "db", 0, 5), warning("payment", "db", 900, 5), warning("web", "db", 1000, 5)});
    REQUIRE(d.open.size() == 3);
    const WarningRevision& head = d.open[0];
    CHECK(head.service == "web");  // the most to lose
    CHECK(head.incident.parent.empty());
    CHECK(head.incident.services == std::vector<std::string>{"ledger", "payment", "web"});
    CHECK(head.incident.at_risk == Approx(7500));
    CHECK(head.sentence == "S. It takes ledger and payment with it.");
    for (const char* part : {"ledger", "payment"}) {
        CHECK(d.said_of(part).incident.parent == head.id);
        CHECK(d.said_of(part).incident.id == head.incident.id);
        CHECK(d.said_of(part).incident.quiet);
        CHECK(d.said_of(part).rank == 1);
        CHECK(d.said_of(part).sentence == "S. One story with `db` of web, where it is told.");
    }
}

TEST_CASE("incident: one that names no resource belongs to the nearest that it waits for") {
    Desk d;
    d.show({warning("web", "", 10, 5), warning("ledger", "db", 0, 5), warning("payroll", "", 10, 5)});
    CHECK(d.said_of("web").incident.id == d.said_of("ledger").incident.id);
    CHECK(d.said_of("payroll").incident.id != d.said_of("ledger").incident.id);
}

TEST_CASE("incident: who has spoken goes on to speak, and another takes over when it is over") {
    Desk d;
    d.show({warning("payment", "db", 100, 5)});
    const std::string first = d.said[0].id, incident = d.said[0].incident.id;
    d.show({warning("payment", "db", 100, 5), warning("web", "db", 1000, 5)});
    CHECK(d.open[0].id == first);
    CHECK(d.said_of("web").incident.quiet);
    // payment is over
    auto over = warning("payment", "db", 100, 5);
    over.state = WarningState::resolved;
    d.open = {warning("web", "db", 1000, 5)};
    d.said = {over, d.open[0]};
    d.ranker.rank(kNow, d.open, d.said);
    CHECK_FALSE(d.said_of("payment").incident.quiet);  // it has spoken: its end is told as well
    CHECK(d.said_of("payment").rank == 0);
    CHECK_FALSE(d.said_of("web").incident.quiet);
    CHECK(d.said_of("web").incident.id == incident);
}

TEST_CASE("incident: the end of one that never spoke is as quiet as its life") {
    Desk d;
    d.show({warning("payment", "db", 100, 5), warning("web", "db", 1000, 5)});
    auto over = warning("payment", "db", 100, 5);
    over.state = WarningState::resolved;
    d.open = {warning("web", "db", 1000, 5)};
    d.said = {over};
    d.ranker.rank(kNow, d.open, d.said);
    CHECK(d.said[0].incident.quiet);
    CHECK_FALSE(d.said[0].incident.id.empty());
}

TEST_CASE("incident: rules of the user's speak for themselves") {
    Desk d;
    auto rule = warning("web", "db", 1000, 5);
    rule.rule = "mine";
    rule.id = "w-mine";
    d.show({warning("payment", "db", 100, 5), rule});
    CHECK(d.said_of("web").incident.parent.empty());
    CHECK_FALSE(d.said_of("web").incident.quiet);
}

TEST_CASE("rank: what is known survives a restart") {
    Desk d;
    d.show({warning("payment", "db", 100, 5)});
    Archive save;
    save(d.ranker);
    const std::string bytes = save.take();
    Desk again;
    Archive restore(bytes);
    restore(again.ranker);
    REQUIRE(restore.ok());
    again.show({warning("web", "db", 1000, 5), warning("payment", "db", 100, 5)});
    CHECK(again.open[0].service == "payment");
    CHECK(again.said_of("web").incident.quiet);
}
