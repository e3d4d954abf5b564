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

TEST_CASE("rank: services without an owner are nobody's, so that none of them waits") {
    Desk d;
    d.show({warning("web", "a", 100, 5, ""), warning("ledger", "b", 1000, 5, "")});
    CHECK(d.said_of("web").after.empty());
    CHECK(d.said_of("web").sentence == "S.");
}

TEST_CASE("rank: who has to act is the owner of what runs out") {
    Desk d;
    d.model.services[1].owner = d.model.services[2].owner = "dba";
    d.inventory.resource("pool-1", d.inventory.find_service("payment"));
    d.inventory.resource("pool-2", d.inventory.find_service("ledger"));
    d.show({warning("web", "pool-1", 1000, 5, "shop"), warning("payroll", "pool-2", 1, 5, "people")});
    CHECK(d.said_of("web").sentence == "S. Fix `pool-2` of payroll before this: EUR 7.5 at risk, 5 min left, payday.");
}

TEST_CASE("rank: a campaign raises what it is for") {
    Desk d;
    CalendarEntry& campaign = d.model.calendar.emplace_back();
    campaign.name = "bf26";
    campaign.services = {"web"};
    campaign.occurrences = {{kNow - std::chrono::hours{1}, kNow + std::chrono::hours{1}}};
    d.show({warning("web", "a", 100, 5), warning("ledger", "b", 150, 5)});
    CHECK(d.open[0].service == "web");
    CHECK(d.open[0].rank_reason == "EUR 750 at risk, 5 min left, campaign bf26");
    d.model.calendar.back().expected_ratio = 0.5;  // fewer come than usual
    d.show({warning("web", "a", 100, 5), warning("ledger", "b", 150, 5)});
    CHECK(d.open[0].service == "ledger");
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
    CHECK(head.service == "ledger");  // it waits for none of the others
    CHECK(head.incident.parent.empty());
    CHECK(head.incident.services == std::vector<std::string>{"ledger", "payment", "web"});
    CHECK(head.incident.at_risk == Approx(7500));
    CHECK(head.sentence == "S. It takes payment and web with it. EUR 7,500 are at risk.");
    CHECK(head.rank_reason == "EUR 7,500 at risk, 5 min left");
    for (const char* part : {"payment", "web"}) {
        CHECK(d.said_of(part).incident.parent == head.id);
        CHECK(d.said_of(part).incident.id == head.incident.id);
        CHECK(d.said_of(part).incident.quiet);
        CHECK(d.said_of(part).rank == 1);
        CHECK(d.said_of(part).sentence == "S. One story with `db` of ledger, where it is told.");
    }
}

TEST_CASE("incident: the end of the calls speaks, whoever has more to lose; one that spoke before says whom it waits for") {
    Desk d;
    d.show({warning("web", "", 1000, 5), warning("payment", "", 900, 5), warning("ledger", "", 0, 5)});
    CHECK(d.open[0].service == "ledger");
    CHECK(d.said_of("web").sentence == "S. One story with ledger, where it is told.");

    Desk late;
    late.show({warning("payment", "", 900, 5)});
    late.show({warning("payment", "", 900, 5), warning("web", "", 1000, 5), warning("ledger", "", 0, 5)});
    CHECK(late.said_of("payment").sentence == "S. It waits for ledger. It takes web with it.");
}

TEST_CASE("incident: money of several currencies is said in each") {
    Desk d;
    auto dollars = warning("web", "db", 1000, 5);
    dollars.impact.currency = "USD";
    auto none = warning("ledger", "db", 0, 5);
    none.impact.currency = "";
    none.opened_at = kNow - std::chrono::minutes{1};
    d.show({warning("payroll", "db", 100, 5), dollars, none});
    CHECK(d.open[0].service == "ledger");
    CHECK(d.open[0].incident.at_risk == Approx(7500));
    CHECK(d.open[0].incident.currency == "USD");
    CHECK(d.open[0].rank_reason == "USD 7,500 and EUR 750 at risk, 5 min left, payday");
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
    auto over = warning("web", "db", 1000, 5);
    over.state = WarningState::resolved;
    d.open = {warning("payment", "db", 100, 5)};
    d.said = {over};
    d.ranker.rank(kNow, d.open, d.said);
    CHECK(d.said[0].incident.quiet);
    CHECK_FALSE(d.said[0].incident.id.empty());
}

namespace {

WarningRevision rule(const char* name, const char* service, const char* resource, double value_per_minute) {
    WarningRevision w = warning(service, resource, value_per_minute, 0);
    w.id = std::string("w-") + name;
    w.rule = name;
    w.slo = "";
    w.act_before = {};
    w.probability = std::numeric_limits<double>::quiet_NaN();
    return w;
}

}  // namespace

TEST_CASE("incident: a rule of the user's belongs to what it speaks of, and is heard all the same") {
    Desk d;
    d.show({rule("pool", "web", "db", 1000), rule("loud", "web", "", 1000)});
    REQUIRE(d.open[0].rule == "pool");
    CHECK(d.open[1].incident.parent == "w-pool");
    CHECK(d.open[0].incident.at_risk == Approx(7500));
    const std::string incident = d.open[0].incident.id;

    d.show({warning("web", "db", 1000, 5), rule("loud", "web", "", 1000), rule("pool", "web", "db", 1000)});
    REQUIRE(d.open[0].rule == "builtin");
    CHECK(d.open[0].incident.id == incident);
    CHECK(d.open[0].sentence == "S.");
    CHECK(d.open[0].rank_reason == "EUR 7,500 at risk, 5 min left");
    for (const WarningRevision& w : d.said) {
        CHECK(w.rank == 1);
        CHECK_FALSE(w.incident.quiet);
        CHECK(w.after.empty());
    }
    CHECK(d.said[1].sentence == "S. One story with `db` of web, where it is told.");
}

TEST_CASE("incident: a rule about another resource of the service is another story") {
    Desk d;
    d.show({warning("web", "db", 1000, 5), rule("pool", "web", "cache", 1000)});
    CHECK(d.said[1].incident.parent.empty());
    CHECK(d.said[1].sentence == "S. Fix `db` of web before this: EUR 7,500 at risk, 5 min left.");
}

TEST_CASE("rank: a rule without a deadline does not come before a breach, unless it is critical") {
    Desk d;
    auto critical = rule("down", "web", "", 300);
    critical.severity = Severity::critical;
    d.show({rule("loud", "ledger", "", 150), warning("payment", "", 100, 0), critical});
    CHECK(d.open[0].rule == "down");
    CHECK(d.open[0].rank_reason == "EUR 2,250 at risk, critical");
    CHECK(d.open[1].rule == "builtin");
    CHECK(d.open[2].rank_reason == "EUR 1,130 at risk, no deadline");
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
