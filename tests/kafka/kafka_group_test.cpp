// The Kafka source against a real broker: a group of readers, over time.
#include "tests/kafka/ground.h"
#include "tests/support/catch.h"

using namespace foreshock;
using namespace foreshock::test;

TEST_CASE("a later run goes on where the group has committed") {
    const Ground g(3);
    write_numbers(g.broker.address(), g.topic, 3, 900);
    {
        KafkaReader first(g.settings());
        REQUIRE(first.opened().ok());
        first.join();
        REQUIRE(first.count() == 900);
        first.source.stored(first.positions());
    }
    write_numbers(g.broker.address(), g.topic, 3, 9);
    const bool until_end = GENERATE(true, false);
    KafkaReader second(g.settings(until_end));
    REQUIRE(second.opened().ok());
    REQUIRE(second.wait([](const KafkaReader& r) { return r.count() >= 9; }));
    CHECK(numbers({&second}) == up_to(9));
}

TEST_CASE("a second process of the group takes its share, and gives it back") {
    const Ground g(4);
    KafkaReader first(g.settings(false), {}, 1);
    REQUIRE(first.opened().ok());
    REQUIRE(first.wait([](const KafkaReader& r) { return r.notices().size() == 4; }));
    write_numbers(g.broker.address(), g.topic, 4, 1000);
    REQUIRE(first.wait([](const KafkaReader& r) { return r.count() == 1000; }));
    first.source.stored(first.positions());
    {
        KafkaReader second(g.settings(false), {}, 1);
        REQUIRE(second.opened().ok());
        REQUIRE(second.wait([](const KafkaReader& r) { return r.notices().size() == 2; }));
        write_numbers(g.broker.address(), g.topic, 4, 1000);
        REQUIRE(second.wait([&](const KafkaReader& r) { return first.count() + r.count() == 2000; }));
        CHECK(second.count() == 500);
        CHECK_FALSE(second.disordered());
        second.source.stored(second.positions());
    }
    write_numbers(g.broker.address(), g.topic, 4, 1000);
    REQUIRE(first.wait([](const KafkaReader& r) { return r.count() == 2500; }));
    CHECK_FALSE(first.disordered());
}

TEST_CASE("partitions that are given to a source at its end are asked about nowhere") {
    const Ground g(1);
    std::atomic<bool> over{false}, asked{false};
    {
        KafkaSource source(g.settings(false));
        const auto lanes = source.open(1, [&](const std::string&) -> std::optional<int64_t> {
            if (over) asked = true;
            return std::nullopt;
        });
        REQUIRE(lanes.ok());
        std::this_thread::sleep_for(2s);  // the group has given the partition, and nobody has polled
        over = true;
    }
    CHECK_FALSE(asked);
}

TEST_CASE("two lanes of one process share the partitions, nothing twice and nothing lost") {
    const Ground g(4);
    write_numbers(g.broker.address(), g.topic, 4, 20'000);
    KafkaReader reader(g.settings(false), {}, 2);
    REQUIRE(reader.opened().ok());
    REQUIRE(reader.opened().value().size() == 2);
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() >= 20'000; }));
    write_numbers(g.broker.address(), g.topic, 4, 20'000);
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() >= 40'000; }));
    CHECK_FALSE(reader.disordered());
    CHECK(reader.count() == 40'000);
}

TEST_CASE("a broker that restarts under way") {
    Broker broker("source");
    const std::string topic = Broker::fresh("restart");
    broker.topic(topic, 2);
    KafkaSourceSettings s = reading({broker.address(), {{"reconnect.backoff.max.ms", "200"}}, "test", {}}, {topic}, false);
    KafkaReader reader(s);
    REQUIRE(reader.opened().ok());
    write_numbers(broker.address(), topic, 2, 1000);
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() == 1000 && r.source.ready(); }));
    broker.stop();
    REQUIRE(reader.wait([](const KafkaReader& r) { return !r.source.ready(); }));
    broker.start();
    write_numbers(broker.address(), topic, 2, 1000);
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() >= 2000 && r.source.ready(); }, 120s));
    CHECK(reader.count() == 2000);
    CHECK_FALSE(reader.disordered());
    CHECK(reader.failure().empty());
}

TEST_CASE("partitions that are added are read by those who read the others") {
    const Ground g(1);
    write_numbers(g.broker.address(), g.topic, 1, 10);
    KafkaReader live(g.settings(false));
    REQUIRE(live.wait([](const KafkaReader& r) { return r.count() == 10; }));
    g.broker.admin("grow " + g.topic + ":3");
    REQUIRE(live.wait([](const KafkaReader& r) { return r.notices().size() >= 3; }));
    write_numbers(g.broker.address(), g.topic, 3, 30);
    REQUIRE(live.wait([](const KafkaReader& r) { return r.count() == 40; }));
    CHECK_FALSE(live.disordered());
    CHECK(live.values()[g.partition(2)].size() == 10);
}

TEST_CASE("partitions that were held back when the group shared them out anew are read on") {
    const Ground g(2);
    write_numbers(g.broker.address(), g.topic, 2, 100);
    KafkaSource source(g.settings(false));
    auto lanes = source.open(1, {});
    REQUIRE(lanes.ok());
    SourceLane& lane = *lanes.value().at(0);
    size_t records = 0;
    const auto poll = [&] {
        RecordBatch batch;
        REQUIRE(lane.poll(batch, 50ms) != PollResult::failed);
        records += batch.records.size();
    };
    while (records < 100) poll();
    source.stored(std::vector<PartitionOffset>{{g.partition(0), 50}, {g.partition(1), 50}});
    lane.hold_back({true, true});
    {
        KafkaReader second(g.settings(false), {}, 1);
        REQUIRE(second.opened().ok());
        REQUIRE(second.wait([&](const KafkaReader& r) { return poll(), !r.notices().empty(); }));
    }
    write_numbers(g.broker.address(), g.topic, 2, 100);
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (records < 200 && std::chrono::steady_clock::now() < deadline) poll();
    CHECK(records == 200);
}
