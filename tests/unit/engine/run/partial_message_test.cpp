// What an ingest instance says arrives as it was said, or not at all.
#include "engine/run/partial_message.h"

#include "engine/run/shared_names.h"
#include "tests/support/catch.h"

using namespace foreshock;

namespace {

PartialMessage sample(SharedNames& names) {
    PartialMessage m;
    m.layout = "layout";
    m.sources["events/0"] = {EventTime{Micros{5'000'000}}, EventTime{Micros{6'000'000}}, false};
    m.sources["events/1"] = {kBeginningOfTime, kBeginningOfTime, true};
    m.all = {"events/0", "events/1", "events/2"};
    m.slots[7];  // others got something there
    SlotPartial& s = m.slots[8];
    s.events = 6;
    const NameId web = names.intern(NameSpace::service, "web"), api = names.intern(NameSpace::service, "api");
    s.services.resize(std::max(web, api) + 1);
    s.services[web].rows = s.services[web].count = 3;
    s.services[web].value_micro = 42;
    s.services[web].latency.add(Histogram::bucket_of(12.0F));
    s.services[api].rows = s.services[api].count = 1;
    const NameId cpu = names.intern(NameSpace::metric_instance, "web\x1fpod\x1f" "cpu\x1fh1");
    s.metrics.resize(cpu + 1);
    s.metrics[cpu].add({1, to_fixed(0.5), 0.5, 9, 0.5, 1, 0});
    const NameId deploy = names.intern(NameSpace::occurrence, "deploy\x1fweb\x1f");
    s.occurrences.resize(deploy + 1);
    s.occurrences[deploy].add({1, 3, 4});
    s.dimensions.add(web, names.intern(NameSpace::dimension_value, "0\x1f" "bf26"), 2, 30);
    const NameId partition = names.intern(NameSpace::partition, "events/0");
    s.inputs.resize(partition + 1);
    s.inputs[partition].add({17, 23});
    return m;
}

}  // namespace

TEST_CASE("a message says the same to an instance that numbers names in another way") {
    SharedNames here{Bounds{}}, there{Bounds{}};
    (void)there.intern(NameSpace::service, "something else first");
    PartialMessage said = sample(here);
    const std::string bytes = encode(said, here);
    uint64_t refused = 0;
    auto heard = decode_partial(bytes, there, refused);
    REQUIRE(heard.ok());
    CHECK(refused == 0);
    CHECK(heard.value().layout == "layout");
    CHECK(heard.value().sources == said.sources);
    CHECK(heard.value().all == said.all);
    CHECK(heard.value().slots.size() == 2);
    CHECK(heard.value().slots[8].services[there.intern(NameSpace::service, "web")].value_micro == 42);
    CHECK(heard.value().slots[8].inputs[there.intern(NameSpace::partition, "events/0")].next == 23);
    CHECK(encode(heard.value(), there) == bytes);
}

TEST_CASE("damaged bytes are refused, wherever the damage is") {
    SharedNames names{Bounds{}};
    PartialMessage said = sample(names);
    const std::string bytes = encode(said, names);
    uint64_t refused = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
        std::string wrong = bytes;
        wrong[i] = static_cast<char>(wrong[i] ^ 0x20);
        CAPTURE(i);
        CHECK_FALSE(decode_partial(wrong, names, refused).ok());
        CHECK_FALSE(decode_partial(std::string_view(bytes).substr(0, i), names, refused).ok());
    }
    CHECK_FALSE(decode_partial(bytes + "x", names, refused).ok());
    std::string later = bytes;
    later[0] = 9;
    CHECK(decode_partial(later, names, refused).problems().front().message.find("format 9") != std::string::npos);
}

TEST_CASE("names beyond the bound are left out and counted") {
    SharedNames here{Bounds{}};
    Bounds narrow;
    narrow.services = 1;
    narrow.metric_instances = 1;
    SharedNames there{narrow};
    (void)there.intern(NameSpace::metric_instance, "its own");
    PartialMessage said = sample(here);
    uint64_t refused = 0;
    auto heard = decode_partial(encode(said, here), there, refused);
    REQUIRE(heard.ok());
    CHECK(refused == 2);  // one of two services, and the metric
    CHECK(heard.value().slots[8].metrics.empty());
}

TEST_CASE("halves hold together what the whole held") {
    SharedNames names{Bounds{}};
    PartialMessage whole = sample(names);
    std::vector<SlotPartial> parts{whole.slots[8]}, done;
    while (!parts.empty()) {
        SlotPartial first, second, next = std::move(parts.back());
        parts.pop_back();
        if (!halve(next, first, second)) {
            done.push_back(std::move(next));
            continue;
        }
        parts.push_back(std::move(first));
        parts.push_back(std::move(second));
    }
    CHECK(done.size() == 5);
    PartialMessage again = sample(names);
    again.slots[8] = {};
    for (const SlotPartial& p : done) again.slots[8].merge(p);
    CHECK(encode(again, names) == encode(whole, names));
}
