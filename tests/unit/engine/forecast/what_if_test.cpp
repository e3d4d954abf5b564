#include "engine/forecast/what_if.h"

#include "engine/forecast/demand_share.h"
#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;
using namespace std::chrono_literals;

namespace {

constexpr EventTime kNow{24h * 20000};

// web and app call db; db has one pool, and web a cpu of its own. Every number is set by hand.
struct Shop {
    Shop() : inventory(model()) {
        signals.end = kNow;
        signals.services.resize(inventory.services().size());
        for (ServiceIndex s = 0; s < signals.services.size(); ++s) signals.services[s].service = s;
        signals.gauges.resize(inventory.gauges().size());
        correlation.outlooks.resize(inventory.gauges().size());
        for (GaugeIndex g = 0; g < signals.gauges.size(); ++g) signals.gauges[g].gauge = correlation.outlooks[g].gauge = g;
        for (ServiceIndex s = 0; s < inventory.services().size(); ++s) {
            const ServiceModel* m = inventory.services()[s].model;
            for (uint32_t k = 0; k < m->slos.size(); ++k) {
                SloState state;
                state.service = s;
                state.slo = k;
                signals.slos.push_back(state);
            }
        }
        demand("web", 10);
        demand("app", 0);
        demand("db", 20);
        GaugeState& pool = signals.gauges[gauge("pool")];
        pool.level = 0.5;
        pool.limit = 100;
        pool.instances = 1;
        Outlook& o = correlation.outlooks[gauge("pool")];
        o.knee = 0.9;
        o.demand_of = service("db");
        o.response.known = true;
        o.response.idle = 0.1;
        o.response.per_volume = 0.02;  // 0.1 + 0.02 * 20 = 0.5
        GaugeState& cpu = signals.gauges[gauge("cpu")];
        cpu.level = 0.4;
        cpu.limit = 200;
        cpu.instances = 2;
        correlation.outlooks[gauge("cpu")].knee = 0.92;
        correlation.outlooks[gauge("cpu")].demand_of = service("web");
    }

    static const Model& model() {
        static const Model m = [] {
            Model made;
            ServiceModel web, app, db;
            web.name = "web";
            web.calls.push_back({.service = "db"});
            Slo latency;
            latency.name = "latency";
            latency.below = 300;
            web.slos = {latency};
            app.name = "app";
            app.calls.push_back({.service = "db"});
            app.slos = {latency};
            db.name = "db";
            ResourceModel pool, cpu;
            pool.name = "pool";
            pool.service = "db";
            pool.kind = ResourceKind::connection_pool;
            pool.metrics.push_back({"used"});
            ScalingModel connections;
            connections.unit = "connection";
            connections.step = 10;
            connections.max = 200;
            connections.lead_time = 10min;
            connections.cost_per_hour = 0.5;
            pool.scaling = connections;
            cpu.name = "cpu";
            cpu.service = "web";
            cpu.kind = ResourceKind::cpu;
            cpu.metrics.push_back({"cores"});
            ScalingModel nodes;
            nodes.unit = "node";
            cpu.scaling = nodes;
            made.services = {web, app, db};
            made.resources = {pool, cpu};
            return made;
        }();
        return m;
    }

    ServiceIndex service(const char* name) const { return inventory.find_service(name); }
    GaugeIndex gauge(const std::string& resource) const { return inventory.find_gauge(resource, resource == "pool" ? "used" : "cores"); }
    void demand(const char* name, double volume) {
        DemandState& d = signals.services[service(name)].volume;
        d.level = d.baseline = volume;
    }

    WhatIfQuestion question(double ratio) const {
        WhatIfQuestion q;
        q.services = {service("web")};
        q.ratio = ratio;
        q.until = kNow + 2h;
        return q;
    }
    WhatIf ask(const WhatIfQuestion& q) const { return what_if(inventory, signals, correlation, demand_ahead(signals, q.until), q); }
    static const GaugeOutcome& of(const WhatIf& w, GaugeIndex g) {
        for (const GaugeOutcome& o : w.gauges) if (o.gauge == g) return o;
        FAIL("the gauge is not among the affected ones");
        return w.gauges.front();
    }

    Inventory inventory;
    Signals signals;
    Correlation correlation;
};

// Twice as much from the second hour on.
struct Step : UsualDemand {
    double at(ServiceIndex, Measure m, EventTime t) const override { return m == Measure::value ? kUnknown : t < kNow + 1h ? 20 : 40; }
};

}  // namespace

TEST_CASE("what if: a learned response foretells what demand will make of a resource") {
    Shop shop;
    const GaugeOutcome pool = Shop::of(shop.ask(shop.question(3)), shop.gauge("pool"));
    CHECK(pool.basis == Basis::learned);
    CHECK(pool.share == 1);  // app has no demand
    CHECK(pool.peak == Approx(0.1 + 0.4 * 3));
    CHECK(pool.outcome == Prospect::breaks);
    CHECK(pool.breaks_now);
    CHECK(pool.holds_to == Approx(2));            // (0.9 - 0.1) / 0.4
    CHECK(pool.headroom == Approx(0.9 - 1.3));
    CHECK(pool.units.have == 100);
    CHECK(pool.units.needed == 150);              // 100 * 1.3 / 0.9 = 144.4, in tens
    CHECK(pool.units.cost_per_hour == Approx(25));
    CHECK(pool.units.cost == Approx(50));         // two hours
    CHECK(pool.units.order_by == kNow);
    REQUIRE(pool.promises.size() == 2);           // of both that call it
    CHECK(pool.promises[0].service == shop.service("web"));
    CHECK(pool.promises[1].service == shop.service("app"));

    const GaugeOutcome holds = Shop::of(shop.ask(shop.question(1.5)), shop.gauge("pool"));
    CHECK(holds.outcome == Prospect::holds);
    CHECK(holds.breaks_at == EventTime{});
    CHECK(holds.peak == Approx(0.7));
    CHECK(holds.peak_high == Approx(0.7 + 0.7 * 0.2));
    CHECK(holds.units.cost == Approx(0));
}

TEST_CASE("what if: the interval comes from the fit and from how surges differ from ordinary days, and what reaches the knee with it only may break") {
    Shop shop;
    Response& r = shop.correlation.outlooks[shop.gauge("pool")].response;
    r.scatter = 0.03;
    r.covariance = {0, 0, 0, 1e-6, 0, 0};  // slope 0.02 +- 0.001
    const GaugeOutcome pool = Shop::of(shop.ask(shop.question(1.9)), shop.gauge("pool"));
    const double fit = 1.2816 * std::hypot(0.03, 0.001 * 38), rise = 0.4 * 0.9;
    CHECK(pool.peak_high == Approx(0.86 + std::hypot(fit, 0.7 * rise)).epsilon(1e-4));
    CHECK(pool.peak_low == Approx(0.86 - std::hypot(fit, 0.12 * rise)).epsilon(1e-4));
    CHECK(pool.outcome == Prospect::may_break);
    CHECK(pool.units.needed == 100);
    CHECK(pool.units.needed_high == 130);  // 100 * 1.119 / 0.9, in tens
    // Nothing beyond the usual: the fit alone.
    const GaugeOutcome usual = Shop::of(shop.ask(shop.question(1)), shop.gauge("pool"));
    CHECK(usual.peak_high == Approx(0.5 + 1.2816 * std::hypot(0.03, 0.001 * 20)).epsilon(1e-4));
}

TEST_CASE("what if: without a learned response nothing is said to hold") {
    Shop shop;
    const GaugeOutcome cpu = Shop::of(shop.ask(shop.question(2)), shop.gauge("cpu"));
    CHECK(cpu.basis == Basis::proportional);
    CHECK(cpu.peak == Approx(0.8));
    CHECK(cpu.peak_low == Approx(0.4));
    CHECK(cpu.outcome == Prospect::unknown);
    CHECK(Shop::of(shop.ask(shop.question(2.4)), shop.gauge("cpu")).outcome == Prospect::may_break);
    shop.signals.gauges[shop.gauge("cpu")].level = kUnknown;
    const GaugeOutcome silent = Shop::of(shop.ask(shop.question(2.4)), shop.gauge("cpu"));
    CHECK(silent.basis == Basis::none);
    CHECK(silent.outcome == Prospect::unknown);
    CHECK(std::isnan(silent.peak));
}

TEST_CASE("what if: the shape of the day says when") {
    Shop shop;
    const Step usual;
    shop.signals.usual = &usual;
    const WhatIf w = shop.ask(shop.question(1.5));
    const GaugeOutcome pool = Shop::of(w, shop.gauge("pool"));
    CHECK(w.shaped);
    CHECK(pool.at_once == Approx(0.1 + 0.6));
    CHECK(pool.peak == Approx(0.1 + 0.02 * 40 * 1.5));
    CHECK_FALSE(pool.breaks_now);
    CHECK(pool.breaks_at == kNow + 1h);
    CHECK(pool.units.order_by == kNow + 50min);
    CHECK(pool.units.cost_per_hour == Approx(25));               // 100 * 1.3 / 0.9, in tens
    CHECK(pool.units.cost == Approx(25 * 70 / 60.0));
    CHECK(pool.holds_to == Approx(1));                           // 0.1 + 0.8 at its busiest
    shop.signals.usual = nullptr;
    CHECK_FALSE(shop.ask(shop.question(1.5)).shaped);
}

TEST_CASE("what if: today's level is carried on, and fades") {
    Shop shop;
    const Step usual;
    shop.signals.usual = &usual;
    shop.demand("db", 30);  // half as much again as usual
    const DemandAhead ahead = demand_ahead(shop.signals, kNow + 24h);
    const ServiceIndex db = shop.service("db");
    CHECK(ahead.volume(db, kNow) == Approx(30));
    CHECK(ahead.volume(db, kNow + 6h) == Approx(40 * 1.25));
    CHECK(ahead.volume(db, kNow + 12h) == Approx(40 * 1.125));
    CHECK(ahead.volume(db, kNow + 48h) == ahead.volume(db, kNow + 24h));
    CHECK(std::isnan(ahead.value(db, kNow)));
}

TEST_CASE("what if: a campaign counts while it lasts") {
    Shop shop;
    WhatIfQuestion q = shop.question(3);
    q.from = kNow + 33min;
    q.to = kNow + 57min;
    const GaugeOutcome pool = Shop::of(shop.ask(q), shop.gauge("pool"));
    CHECK(pool.at_once == Approx(0.5));
    CHECK(pool.breaks_at == kNow + 33min);
    CHECK(pool.peak_at == kNow + 33min);
    CHECK(pool.units.order_by == kNow + 23min);
    q.from = kNow + 3h;  // beyond what is looked at
    q.to = kEndOfTime;
    CHECK(Shop::of(shop.ask(q), shop.gauge("pool")).peak == Approx(0.5));
}

TEST_CASE("what if: fewer units") {
    Shop shop;
    WhatIfQuestion q;
    q.until = kNow + 1h;
    q.resource = shop.inventory.find_resource("cpu");
    q.units = -1;
    SECTION("of instances: each of those that are left takes more demand, and idles as before") {
        Outlook& o = shop.correlation.outlooks[shop.gauge("cpu")];
        o.response.known = true;
        o.response.idle = 0.05;
        o.response.per_volume = 0.035;
        const WhatIf w = shop.ask(q);
        REQUIRE(w.gauges.size() == 1);
        CHECK(w.gauges[0].peak == Approx(0.05 + 0.7));
        CHECK(w.gauges[0].outcome == Prospect::holds);
        q.units = -2;
        CHECK(shop.ask(q).gauges[0].breaks_now);
    }
    SECTION("of what the limit counts") {
        q.resource = shop.inventory.find_resource("pool");
        q.units = -50;
        CHECK(shop.ask(q).gauges[0].peak == Approx(1));
        q.units = 50;
        CHECK(shop.ask(q).gauges[0].peak == Approx(0.5 / 1.5));
    }
}

TEST_CASE("what if: shares of demand follow the calls, by volume where several call") {
    Shop shop;
    const auto share = [&](const char* of) { return demand_shares(shop.inventory, shop.signals, {shop.service("web")})[shop.service(of)]; };
    CHECK(share("web").share == 1);
    CHECK(share("app").share == 0);
    shop.demand("app", 30);
    CHECK(share("db").share == Approx(0.25));
    CHECK(share("db").guessed);
    const GaugeOutcome pool = Shop::of(shop.ask(shop.question(5)), shop.gauge("pool"));
    CHECK(pool.peak == Approx(0.1 + 0.4 * 2));   // a quarter of it, five times
    CHECK(pool.peak_low == Approx(0.1 + 0.4 * 1.5 - 0.12 * 0.4 * 0.5));
    CHECK(pool.peak_high == Approx(0.1 + 0.4 * 2.5 + 0.7 * 0.4 * 1.5));
    CHECK(pool.holds_to == Approx(5));
    CHECK_FALSE(demand_shares(shop.inventory, shop.signals, {shop.service("web"), shop.service("app")})[shop.service("db")].guessed);
}

TEST_CASE("what if: what fills is stepped forward by its balance") {
    Shop shop;
    Outlook& o = shop.correlation.outlooks[shop.gauge("pool")];
    o.response = {};
    o.fills = true;
    o.level = 0.5;
    o.fill_rate = 0;
    o.fill_per_demand = 0.4 / 3600;  // an hour of twice the demand fills 0.4
    const GaugeOutcome pool = Shop::of(shop.ask(shop.question(2)), shop.gauge("pool"));
    CHECK(pool.basis == Basis::balance);
    CHECK(pool.peak == Approx(1.3));
    CHECK(pool.breaks_at == kNow + 1h);
    CHECK(pool.outcome == Prospect::breaks);
    CHECK(Shop::of(shop.ask(shop.question(1)), shop.gauge("pool")).outcome == Prospect::holds);
}

TEST_CASE("what if: what breaks comes first, in the order of breaking, then what may, is unknown, and holds") {
    Shop shop;
    Outlook& o = shop.correlation.outlooks[shop.gauge("cpu")];
    o.response.known = true;
    o.response.per_volume = 0.04;
    const WhatIf both = shop.ask(shop.question(3));  // cpu 1.2 of 0.92 holds to 2.3, pool to 2
    REQUIRE(both.gauges.size() == 2);
    CHECK(both.gauges[0].gauge == shop.gauge("pool"));
    const WhatIf one = shop.ask(shop.question(2.1));
    CHECK(one.gauges[0].gauge == shop.gauge("pool"));
    CHECK(one.gauges[1].outcome == Prospect::may_break);
    CHECK(shop.ask(shop.question(1.2)).gauges[0].outcome == Prospect::holds);
    o.response = {};
    CHECK(shop.ask(shop.question(1.2)).gauges[0].gauge == shop.gauge("cpu"));  // unknown comes before what holds
}
