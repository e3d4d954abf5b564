#include "engine/window/windower.h"

#include <cmath>

#include "engine/run/shared_names.h"
#include "tests/support/catch.h"

using namespace foreshock;

namespace {

Model shop() {
    Model m;
    m.services.emplace_back().name = "shop";
    ResourceModel& cpu = m.resources.emplace_back();
    cpu.name = "web-cpu";
    cpu.service = "shop";
    MatchRule& rule = cpu.match.emplace_back();
    rule.host = "^web-";
    rule.metric = "^cpu";
    cpu.metrics = {{"cpu_pct", 100}};
    return m;
}

struct Window {
    Model model;
    Inventory inventory;
    EngineOptions options;
    Windower windower;
    SharedNames names{Bounds{}};
    SlotPartial sums;
    int64_t slot = 1000;

    explicit Window(Model m = {}, uint32_t most = Bounds{}.metric_instances) : model(std::move(m)), inventory(model), options(bounded(most)), windower(inventory, options) {}
    static EngineOptions bounded(uint32_t most) {
        EngineOptions o;
        o.bounds.metric_instances = most;
        return o;
    }

    void metric(std::string_view resource, std::string_view name, std::string_view host, double value, double limit = std::nan(""),
                std::string_view service = "") {
        std::string text;
        MetricInstanceName::join(text, {service, resource, name, host});
        const NameId id = names.intern(NameSpace::metric_instance, text);
        if (id >= sums.metrics.size()) sums.metrics.resize(id + 1);
        MetricPartial p;
        p.samples = 1;
        p.sum = to_fixed(value);
        p.max = p.last = value;
        p.limit = limit;
        sums.metrics[id].add(p);
    }
    const ClosedSlot& close() {
        const ClosedSlot& closed = windower.close({slot++}, sums, names);
        sums.clear();
        return closed;
    }
    const GaugeSlot* gauge(const ClosedSlot& s, std::string_view resource, std::string_view metric) {
        const GaugeIndex g = inventory.find_gauge(resource, metric);
        for (const GaugeSlot& x : s.gauges) if (x.gauge == g) return &x;
        return nullptr;
    }
};

}  // namespace

TEST_CASE("a slot knows its times") {
    Window w;
    const ClosedSlot& s = w.close();
    CHECK(s.start == EventTime{std::chrono::seconds{10'000}});
    CHECK(s.end == EventTime{std::chrono::seconds{10'010}});
    CHECK(s.decided_at == EventTime{std::chrono::seconds{10'015}});
    CHECK(s.services.empty());
    CHECK(s.gauges.empty());
}

TEST_CASE("ephemeral names are mapped to the resource that they belong to") {
    Window w(shop());
    w.metric("node-7", "cpu_pct", "web-a", 40);
    w.metric("node-9", "cpu_pct", "web-b", 60);
    w.metric("node-1", "cpu_pct", "db-1", 99);
    w.metric("node-7", "disk_pct", "web-a", 10);
    const ClosedSlot& s = w.close();
    const GaugeSlot* cpu = w.gauge(s, "web-cpu", "cpu_pct");
    REQUIRE(cpu != nullptr);
    CHECK(cpu->value == 100);
    CHECK(cpu->limit == 200);
    CHECK(cpu->utilization == 0.5);
    CHECK(cpu->worst == 0.6);
    CHECK(cpu->instances == 2);
    REQUIRE(w.gauge(s, "node-1", "cpu_pct") != nullptr);
    CHECK(std::isnan(w.gauge(s, "node-1", "cpu_pct")->limit));
    CHECK(w.gauge(s, "node-7", "disk_pct") != nullptr);
    CHECK(w.gauge(s, "node-7", "cpu_pct") == nullptr);
}

TEST_CASE("a discovered resource belongs to the service that its rows name") {
    Window w;
    w.metric("db-1", "used", "", 3, 10, "orders");
    w.close();
    const ResourceIndex r = w.inventory.find_resource("db-1");
    REQUIRE(r != kNoIndex);
    CHECK(w.inventory.services()[w.inventory.resources()[r].service].name == "orders");
}

TEST_CASE("between two reports an instance counts with its last value, after them it does not") {
    Window w;
    w.metric("r", "m", "slow", 10, 100);
    w.metric("r", "m", "fast", 1, 100);
    w.close();
    for (int i = 0; i < 2; ++i) { w.metric("r", "m", "fast", 1, 100); w.close(); }
    w.metric("r", "m", "slow", 20, 100);  // reports every three slots
    w.metric("r", "m", "fast", 1, 100);
    CHECK(w.gauge(w.close(), "r", "m")->value == 21);
    std::vector<double> values;
    for (int i = 0; i < 6; ++i) {
        w.metric("r", "m", "fast", 1, 100);
        values.push_back(w.gauge(w.close(), "r", "m")->value);
    }
    CHECK(values == std::vector<double>{21, 21, 21, 21, 1, 1});
}

TEST_CASE("a gauge that nobody reports in a slot is not in it") {
    Window w;
    w.metric("r", "m", "a", 10, 100);
    CHECK(w.gauge(w.close(), "r", "m") != nullptr);
    CHECK(w.gauge(w.close(), "r", "m") == nullptr);
}

TEST_CASE("services come in the order of the inventory, new ones by name") {
    Window w(shop());
    for (const char* name : {"zebra", "shop", "apple"}) {
        const NameId id = w.names.intern(NameSpace::service, name);
        if (id >= w.sums.services.size()) w.sums.services.resize(id + 1);
        w.sums.services[id].rows = w.sums.services[id].count = 1;
    }
    std::vector<std::string> order;
    for (const ServiceSlot& s : w.close().services) order.push_back(w.inventory.services()[s.service].name);
    CHECK(order == std::vector<std::string>{"shop", "apple", "zebra"});
}

TEST_CASE("a restored window goes on as the one that was saved") {
    Window a(shop()), b(shop());
    for (Window* w : {&a, &b}) {
        for (int i = 0; i < 5; ++i) {
            if (i % 3 == 0) w->metric("n", "cpu_pct", "web-1", 10 + i);
            w->metric("x", "used", "h", i, 50, "svc");
            w->close();
        }
    }
    Archive save;
    a.inventory.archive(save);
    a.windower.archive(save);
    const std::string bytes = save.take();
    Window c(shop());
    Archive load(bytes);
    c.inventory.archive(load);
    c.windower.archive(load);
    REQUIRE(load.ok());
    CHECK(load.at_end());
    c.slot = b.slot;
    for (int i = 0; i < 6; ++i) {
        for (Window* w : {&b, &c}) w->metric("x", "used", "h", 7, 50, "svc");
        const ClosedSlot &x = b.close(), &y = c.close();
        REQUIRE(x.gauges.size() == y.gauges.size());
        for (size_t g = 0; g < x.gauges.size(); ++g) {
            CHECK(x.gauges[g].gauge == y.gauges[g].gauge);
            CHECK(x.gauges[g].value == y.gauges[g].value);
            CHECK(x.gauges[g].instances == y.gauges[g].instances);
        }
    }
}

TEST_CASE("what is discovered lasts and is bounded, what the model names is not") {
    Window w(shop(), 2);
    for (const char* pod : {"pod-1", "pod-2", "pod-3"}) w.metric(pod, "mem", "h", 1);
    w.metric("node-7", "cpu_pct", "web-a", 40);
    const ClosedSlot& first = w.close();
    CHECK(first.gauges_refused == 1);
    CHECK(first.gauges.size() == 3);
    CHECK(w.inventory.find_resource("pod-3") == kNoIndex);
    w.metric("pod-1", "mem", "another", 1);
    w.metric("pod-3", "mem", "h", 1, std::nan(""), "unheard-of");
    const ClosedSlot& second = w.close();
    CHECK(second.gauges_refused == 1);
    CHECK(w.gauge(second, "pod-1", "mem")->instances == 2);
    CHECK(w.inventory.find_service("unheard-of") == kNoIndex);
}
