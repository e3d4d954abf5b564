#include "engine/plan/inventory.h"

#include <cmath>

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

Model shop() {
    Model m;
    for (const char* name : {"web", "payment", "ledger", "notify", "island"}) m.services.emplace_back().name = name;
    m.services[0].calls = {{"payment"}, {"notify", true}};
    m.services[1].calls = {{"ledger"}, {"notify", true}, {"ledger"}};
    m.services[0].slos.emplace_back().name = "latency";
    Slo& age = m.services[0].slos.emplace_back();
    age.name = "age";
    age.indicator = Indicator::metric;
    age.resource = "backlog";
    age.metric = "queue_age_s";
    ResourceModel& conn = m.resources.emplace_back();
    conn.name = "payment-conn";
    conn.service = "payment";
    conn.kind = ResourceKind::connection_pool;
    conn.metrics = {{"connections_used", 600}, {"connections_waiting"}};
    m.resources.emplace_back().name = "backlog";
    m.resources.back().service = "notify";
    return m;
}

}  // namespace

TEST_CASE("the inventory numbers the model in the order of the file") {
    const Model model = shop();
    const Inventory inventory(model);
    REQUIRE(inventory.services().size() == 5);
    CHECK(inventory.find_service("web") == 0);
    CHECK(inventory.services()[1].modeled);
    CHECK(inventory.services()[1].model == &model.services[1]);
    CHECK(inventory.services()[1].waits_for == std::vector<ServiceIndex>{2});
    CHECK(inventory.services()[1].calls_async == std::vector<ServiceIndex>{3});
    CHECK(inventory.services()[2].waited_by == std::vector<ServiceIndex>{1});
    CHECK(inventory.services()[1].resources == std::vector<ResourceIndex>{0});
    CHECK(inventory.resources()[0].kind == ResourceKind::connection_pool);
    CHECK(inventory.gauges()[inventory.find_gauge("payment-conn", "connections_used")].model_limit == 600);
    CHECK(std::isnan(inventory.gauges()[inventory.find_gauge("payment-conn", "connections_waiting")].model_limit));
}

TEST_CASE("a metric that is promised has its gauge before the first event") {
    const Model model = shop();
    const Inventory inventory(model);
    const GaugeIndex age = inventory.find_gauge("backlog", "queue_age_s");
    REQUIRE(age != kNoIndex);
    CHECK(inventory.services()[inventory.resources()[inventory.gauges()[age].resource].service].name == "notify");
}

TEST_CASE("reach follows synchronous calls, nearest first") {
    const Model model = shop();
    const Inventory inventory(model);
    CHECK(inventory.reach(0) == std::vector<ServiceIndex>{0, 1, 2});
    CHECK(inventory.reach(2) == std::vector<ServiceIndex>{2});
}

TEST_CASE("a promise covers what its service waits for") {
    const Model model = shop();
    const Inventory inventory(model);
    CHECK(inventory.covered_by_promise(0));
    CHECK(inventory.covered_by_promise(2));
    CHECK_FALSE(inventory.covered_by_promise(3));  // called, but nobody waits for it
    CHECK_FALSE(inventory.covered_by_promise(4));
}

TEST_CASE("discovery adds at the end and finds again") {
    const Model model = shop();
    Inventory inventory(model);
    CHECK(inventory.find_service("search") == kNoIndex);
    const ServiceIndex search = inventory.service("search");
    CHECK(search == 5);
    CHECK(inventory.service("search") == search);
    CHECK_FALSE(inventory.services()[search].modeled);
    const ResourceIndex cpu = inventory.resource("search-cpu", kNoIndex);
    CHECK(inventory.resources()[cpu].service == kNoIndex);
    CHECK(inventory.resource("search-cpu", search) == cpu);
    CHECK(inventory.resources()[cpu].service == search);
    CHECK(inventory.resource("search-cpu", 0) == cpu);
    CHECK(inventory.resources()[cpu].service == search);
    CHECK(inventory.services()[search].resources == std::vector<ResourceIndex>{cpu});
    const GaugeIndex pct = inventory.gauge(cpu, "cpu_pct");
    CHECK(inventory.find_gauge("search-cpu", "cpu_pct") == pct);
}

TEST_CASE("a restored inventory has the same numbers") {
    const Model model = shop();
    Inventory before(model);
    const ServiceIndex search = before.service("search");
    const ResourceIndex cpu = before.resource("search-cpu", search);
    const GaugeIndex g1 = before.gauge(cpu, "cpu_pct");
    const GaugeIndex g2 = before.gauge(before.find_resource("payment-conn"), "connections_idle");
    Archive save;
    before.archive(save);
    const std::string bytes = save.take();

    Inventory after(model);
    Archive restore(bytes);
    after.archive(restore);
    CHECK(restore.ok());
    CHECK(restore.at_end());
    CHECK(after.find_service("search") == search);
    CHECK(after.find_resource("search-cpu") == cpu);
    CHECK(after.resources()[cpu].service == search);
    CHECK(after.find_gauge("search-cpu", "cpu_pct") == g1);
    CHECK(after.find_gauge("payment-conn", "connections_idle") == g2);
    CHECK(after.gauges().size() == before.gauges().size());
    CHECK(after.services()[0].model == &model.services[0]);

    Inventory broken(model);
    Archive cut(std::string_view(bytes).substr(0, bytes.size() / 2));
    broken.archive(cut);
    CHECK_FALSE(cut.ok());
    CHECK(broken.services().size() == 5);
}
