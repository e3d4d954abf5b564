// What touches each other stays together, the rest is spread, and every part of the model is in exactly one share.
#include "engine/plan/components.h"

#include <algorithm>
#include <set>

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

ServiceModel service(const std::string& name, const std::vector<std::string>& calls = {}) {
    ServiceModel s;
    s.name = name;
    for (const std::string& c : calls) s.calls.push_back({c});
    return s;
}

ResourceModel resource(const std::string& name, const std::string& service) {
    ResourceModel r;
    r.name = name;
    r.service = service;
    return r;
}

// web -> payment -> ledger (not in the model); search; mail and its queue, promised by news; disk of nobody.
Model model() {
    Model m;
    m.services = {service("web", {"payment"}), service("payment", {"ledger"}), service("search"), service("mail"), service("news")};
    m.resources = {resource("web-cpu", "web"), resource("search-cpu", "search"), resource("mail-queue", "mail"), resource("disk", "")};
    Slo age;
    age.indicator = Indicator::metric;
    age.resource = "mail-queue";
    m.services[4].slos.push_back(age);
    return m;
}

constexpr uint32_t kMany = 1000;  // so that components hardly meet in a share

}  // namespace

TEST_CASE("what calls each other, owns or promises each other is one component") {
    const Components c(model(), {}, kMany);
    CHECK(c.count() == 4);
    CHECK(c.names() == std::vector<std::string>{"disk", "ledger", "mail", "search"});
    CHECK(c.share_of_service("web") == c.share_of_service("ledger"));
    CHECK(c.share_of_service("web") == c.share_of_resource("web-cpu", {}));
    CHECK(c.share_of_service("news") == c.share_of_service("mail"));
    CHECK(c.share_of_service("web") != c.share_of_service("search"));
    CHECK(c.share_of_service("search") != c.share_of_service("mail"));
    CHECK(c.share_of_resource("disk", "search") == c.share_of_resource("disk", {}));  // the model knows better than the event
}

TEST_CASE("what the model does not know goes with the service that it names, or all together") {
    const Components c(model(), {}, kMany);
    CHECK(c.share_of_resource("new-pool", "search") == c.share_of_service("search"));
    CHECK(c.share_of_resource("new-pool", {}) == c.share_of_service("unheard-of"));
    CHECK(c.share_of_resource("new-pool", "unheard-of") == c.share_of_unknown());
}

TEST_CASE("composite promises tie, and rules that look at everything leave one share") {
    Model m = model();
    Slo both;
    both.indicator = Indicator::composite;
    both.parts = {{"search", "latency"}, {"mail", "latency"}};
    m.services[2].slos.push_back(both);
    CHECK(Components(m, {}, kMany).share_of_service("search") == Components(m, {}, kMany).share_of_service("news"));

    Rule everywhere;
    everywhere.name = "anything anywhere";
    RuleCondition seen;
    seen.on = Relation::anywhere;
    everywhere.when.parts = {RuleCondition{}, seen};
    const Components tied(model(), {{everywhere}, {}}, kMany);
    CHECK(tied.tied_by() == "anything anywhere");
    for (const char* name : {"web", "search", "mail", "unheard-of"}) CHECK(tied.share_of_service(name) == tied.share_of_unknown());

    Rule each;
    each.name = "each by itself";
    CHECK(Components(model(), {{each}, {}}, kMany).tied_by().empty());
}

TEST_CASE("shares make up the model, each part once, with the hash of the whole") {
    Model m = model();
    m.hash = "abc";
    m.calendar = {{"sale", CalendarKind::campaign, {"web", "search"}, {}, {}, {}, {}},
                  {"upgrade", CalendarKind::maintenance, {}, {"search-cpu"}, {}, {}, {}},
                  {"holiday", CalendarKind::holiday, {}, {}, {}, {}, {}}};
    m.views = {{"shop", {{"front", {{"web"}, {"payment"}}}}}, {"all", {{"top", {{"web"}, {"search"}}}}}};
    const Components c(m, {}, 7);
    std::multiset<std::string> services, resources;
    size_t sales = 0, shops = 0;
    for (uint32_t share = 0; share < 7; ++share) {
        const Model part = c.part(m, share);
        CHECK(part.hash == "abc");
        for (const auto& s : part.services) services.insert(s.name);
        for (const auto& r : part.resources) resources.insert(r.name);
        for (const auto& v : part.views) {
            CHECK(v.name == "shop");  // the other one lies in two shares
            ++shops;
        }
        bool holiday = false;
        for (const auto& e : part.calendar) {
            if (e.name == "sale") {
                ++sales;
                for (const std::string& s : e.services) CHECK(c.share_of_service(s) == share);
            }
            if (e.name == "upgrade") CHECK(share == c.share_of_service("search"));
            holiday = holiday || e.name == "holiday";
        }
        CHECK(holiday);  // it concerns all
    }
    CHECK(services == std::multiset<std::string>{"mail", "news", "payment", "search", "web"});
    CHECK(resources == std::multiset<std::string>{"disk", "mail-queue", "search-cpu", "web-cpu"});
    CHECK(sales == 2);
    CHECK(shops == 1);
}

TEST_CASE("a component that is added moves no other") {
    const Components before(model(), {}, 16);
    Model more = model();
    more.services.push_back(service("another"));
    const Components after(more, {}, 16);
    for (const char* name : {"web", "search", "mail"}) CHECK(after.share_of_service(name) == before.share_of_service(name));
}
