#include "engine/plan/renumbering.h"

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

Model model_of(std::initializer_list<const char*> services) {
    Model model;
    for (const char* name : services) {
        ServiceModel& s = model.services.emplace_back();
        s.name = name;
        s.slos.resize(2);
        s.slos[0].name = "latency";
        s.slos[1].name = "errors";
    }
    return model;
}

std::string saved(std::vector<int> by_service) {
    Archive a;
    a(by_service);
    return a.take();
}

}  // namespace

TEST_CASE("renumbering: what is kept by number follows its name; what is new starts anew, what is gone goes") {
    const Model before = model_of({"a", "b", "c"});
    Model after = model_of({"new", "c", "a"});
    after.services[2].slos.erase(after.services[2].slos.begin());  // a promises errors only
    const Inventory then(before), now(after);
    const Numbering before_numbers(then);
    Renumbering r(before_numbers);
    r.complete(Numbering(now));
    CHECK(r.services == Renumbering::Numbers{2, kNoIndex, 1});
    CHECK(r.promises == Renumbering::Numbers{kNoIndex, 4, kNoIndex, kNoIndex, 2, 3});
    CHECK(r.keys.at({0, 1}) == Renumbering::PromiseKey{2, 0});
    CHECK(r.keys.at({0, kNoIndex}) == Renumbering::PromiseKey{2, kNoIndex});
    CHECK_FALSE(r.keys.contains({0, 0}));
    CHECK_FALSE(r.keys.contains({1, kNoIndex}));

    const std::string bytes = saved({10, 20, 30});
    Archive a(bytes, &r);
    std::vector<int> kept;
    archive_numbered(a, kept, &Renumbering::services);
    CHECK(a.ok());
    CHECK(kept == std::vector<int>{0, 30, 10});

    const std::string more = saved({10, 20, 30, 40});  // of a service that nobody knows
    Archive b(more, &r);
    archive_numbered(b, kept, &Renumbering::services);
    CHECK_FALSE(b.ok());
}

TEST_CASE("renumbering: what the model named and names no more is forgotten, what was discovered stays") {
    Model before = model_of({"a", "b"}), after = model_of({"b"});
    before.resources.emplace_back().name = "db";
    before.resources[0].service = "a";
    Inventory then(before);
    const ServiceIndex found = then.service("found");
    then.gauge(then.resource("db", kNoIndex), "cpu");
    then.gauge(then.resource("disk", found), "used");
    then.gauge(then.resource("cache", then.find_service("a")), "used");
    Archive saving;
    then.archive(saving);
    const std::string bytes = saving.take();

    const Numbering numbers(then);
    Renumbering r(numbers);
    Inventory now(after);
    Archive restoring(bytes, &r);
    now.archive(restoring);
    r.complete(Numbering(now));
    CHECK(restoring.ok());
    CHECK(now.find_service("a") == kNoIndex);
    CHECK(now.find_service("found") == 1);
    CHECK(now.find_resource("db") == kNoIndex);
    CHECK(now.find_gauge("disk", "used") != kNoIndex);
    REQUIRE(now.find_resource("cache") != kNoIndex);
    CHECK(now.resources()[now.find_resource("cache")].service == kNoIndex);
    CHECK(r.services == Renumbering::Numbers{kNoIndex, 0, 1});
    CHECK(r.gauges[0] == kNoIndex);
    CHECK(r.gauges[1] != kNoIndex);
}
