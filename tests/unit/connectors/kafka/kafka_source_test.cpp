// The Kafka source against librdkafka's mock cluster: the ways of a run, and faults.
#include "connectors/kafka/kafka_source.h"

#include <algorithm>

#include "connectors/kafka/kafka_consumer.h"
#include "connectors/kafka/kafka_dead_letter.h"
#include "connectors/kafka/kafka_ranges.h"
#include "connectors/kafka/mock_cluster.h"
#include "tests/support/catch.h"
#include "tests/unit/connectors/kafka/kafka_reader.h"

using namespace foreshock;
using namespace foreshock::test;

namespace {

constexpr int16_t kFetch = 1, kMetadata = 3;

bool holds(const std::vector<std::string>& list, const std::string& x) {
    return std::find(list.begin(), list.end(), x) != list.end();
}

// Settings for a cluster whose faults should pass quickly.
KafkaSourceSettings hasty(KafkaSourceSettings s) {
    s.cluster.properties["reconnect.backoff.ms"] = "10";
    s.cluster.properties["reconnect.backoff.max.ms"] = "50";
    return s;
}

}  // namespace

TEST_CASE("until the end, every record comes once and in order, and every partition ends") {
    MockCluster cluster;
    cluster.create_topic("t", 3);
    write_numbers(cluster.brokers(), "t", 3, 1000);
    KafkaReader reader(reading(cluster.settings(), {"t"}));
    REQUIRE(reader.opened().ok());
    CHECK(reader.opened().value().size() == 2);
    reader.join();
    CHECK(reader.failure().empty());
    CHECK(reader.count() == 1000);
    CHECK_FALSE(reader.disordered());
    CHECK(reader.values()["t/1"].at(7) == "22");
    CHECK(reader.notices().size() == 6);
    for (const char* p : {"t/0", "t/1", "t/2"}) {
        CHECK(holds(reader.notices(), std::string("opened ") + p));
        CHECK(holds(reader.notices(), std::string("ended ") + p));
    }
    CHECK(reader.source.ready());
}

TEST_CASE("until the end of nothing") {
    MockCluster cluster;
    cluster.create_topic("t", 2);
    KafkaReader reader(reading(cluster.settings(), {"t"}));
    REQUIRE(reader.opened().ok());
    reader.join();
    CHECK(reader.count() == 0);
    CHECK(reader.notices().size() == 4);
}

TEST_CASE("what comes after the start is not read until the end") {
    MockCluster cluster;
    cluster.create_topic("t", 1);
    write_numbers(cluster.brokers(), "t", 1, 10);
    KafkaSource source(reading(cluster.settings(), {"t"}));
    auto lanes = source.open(1, {});
    REQUIRE(lanes.ok());
    write_numbers(cluster.brokers(), "t", 1, 10);
    size_t records = 0;
    RecordBatch batch;
    for (PollResult r = PollResult::nothing; r != PollResult::finished; r = lanes.value()[0]->poll(batch, 100ms)) {
        REQUIRE(r != PollResult::failed);
        records += batch.records.size();
        batch.clear();
    }
    CHECK(records == 10);
}

TEST_CASE("who waits for the cluster while records lie ready leaves them to the reader") {
    MockCluster cluster;
    cluster.create_topic("t", 1);
    write_numbers(cluster.brokers(), "t", 1, 100);
    KafkaSourceSettings settings = reading(cluster.settings(), {"t"});
    settings.fetch = KafkaFetch::client;
    settings.batch_records = 10;
    auto consumer = KafkaConsumer::make(settings, 1, {}, std::make_shared<KafkaPositions>(), std::make_shared<KafkaReadingCounts>());
    REQUIRE(consumer.ok());
    REQUIRE(consumer.value()->assign({{"t", 0, 0, 100}}).ok());
    size_t records = 0;
    RecordBatch batch;
    for (PollResult r = PollResult::nothing; r != PollResult::finished; r = consumer.value()->poll(batch, 100ms)) {
        REQUIRE(r != PollResult::failed);
        records += batch.records.size();
        batch.clear();
        consumer.value()->hear(consumer.value()->client());
    }
    CHECK(records == 100);
}

TEST_CASE("whether a source is reached may be asked while it opens") {
    MockCluster cluster;
    cluster.create_topic("t", 8);
    KafkaSource source(reading(cluster.settings(), {"t"}, false));
    CHECK_FALSE(source.ready());
    std::atomic<bool> opened{false};
    std::thread asker([&] { while (!opened) (void)source.ready(), (void)source.tombstones(); });
    const auto lanes = source.open(8, {});
    opened = true;
    asker.join();
    REQUIRE(lanes.ok());
    CHECK(lanes.value().size() == 8);
}

TEST_CASE("the store's offsets win") {
    MockCluster cluster;
    cluster.create_topic("t", 2);
    write_numbers(cluster.brokers(), "t", 2, 100);
    const bool until_end = GENERATE(true, false);
    KafkaReader reader(reading(cluster.settings(), {"t"}, until_end), [](const std::string& partition) {
        return partition == "t/0" ? std::optional<int64_t>(48) : std::nullopt;
    }, 1);
    REQUIRE(reader.opened().ok());
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() == 52; }));
    CHECK(reader.values()["t/0"] == std::vector<std::string>{"96", "98"});
}

TEST_CASE("committed offsets are where the next run goes on") {
    MockCluster cluster;
    cluster.create_topic("t", 2);
    write_numbers(cluster.brokers(), "t", 2, 100);
    {
        KafkaReader first(reading(cluster.settings(), {"t"}));
        REQUIRE(first.opened().ok());
        first.join();
        first.source.stored(first.positions());
    }
    write_numbers(cluster.brokers(), "t", 2, 6);
    KafkaReader second(reading(cluster.settings(), {"t"}));
    REQUIRE(second.opened().ok());
    second.join();
    CHECK(second.count() == 6);
}

TEST_CASE("live, a consumer reads everything and reports what it was given") {
    MockCluster cluster;
    cluster.create_topic("t", 4);
    KafkaReader reader(reading(cluster.settings(), {"t"}, false), {}, 1);
    REQUIRE(reader.opened().ok());
    write_numbers(cluster.brokers(), "t", 4, 1000);
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() == 1000; }));
    CHECK(reader.notices().size() == 4);
    CHECK_FALSE(reader.disordered());
    CHECK(reader.source.ready());
}

TEST_CASE("requests that fail in passing are asked again") {
    MockCluster cluster;
    cluster.create_topic("t", 2);
    write_numbers(cluster.brokers(), "t", 2, 500);
    cluster.fail_next(kFetch, {RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                               RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT});
    KafkaReader reader(hasty(reading(cluster.settings(), {"t"})));
    REQUIRE(reader.opened().ok());
    reader.join();
    CHECK(reader.failure().empty());
    CHECK(reader.count() == 500);
    CHECK_FALSE(reader.disordered());
}

TEST_CASE("a broker that goes away and comes back") {
    MockCluster cluster;
    cluster.create_topic("t", 2);
    KafkaReader reader(hasty(reading(cluster.settings(), {"t"}, false)), {}, 1);
    REQUIRE(reader.opened().ok());
    write_numbers(cluster.brokers(), "t", 2, 100);
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() == 100 && r.source.ready(); }));
    cluster.set_down(1);
    REQUIRE(reader.wait([](const KafkaReader& r) { return !r.source.ready(); }));
    cluster.set_up(1);
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.source.ready(); }));
    write_numbers(cluster.brokers(), "t", 2, 100);
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() == 200; }, 60s));
    CHECK(reader.failure().empty());
    CHECK_FALSE(reader.disordered());
}

// librdkafka by itself would not end before a broker answers.
TEST_CASE("a consumer ends though a commit is under way to a broker that is away") {
    MockCluster cluster;
    cluster.create_topic("t", 1);
    write_numbers(cluster.brokers(), "t", 1, 100);
    {
        KafkaReader reader(hasty(reading(cluster.settings(), {"t"}, false)), {}, 1);
        REQUIRE(reader.opened().ok());
        REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() == 100 && r.source.ready(); }));
        reader.source.stored(reader.positions());
        cluster.set_down(1);
    }
    cluster.set_up(1);
}

TEST_CASE("leaders move while records are written and read, and each comes once") {
    MockCluster cluster(3);
    cluster.create_topic("numbers", 2);
    KafkaReader reader(reading(cluster.settings(), {"numbers"}, false), {}, 1);
    REQUIRE(reader.opened().ok());
    for (int round = 0; round < 6; ++round) {
        write_numbers(cluster.brokers(), "numbers", 2, 500);
        REQUIRE(reader.wait([&](const KafkaReader& r) { return r.count() >= static_cast<size_t>(500 * round); }));
        for (int p = 0; p < 2; ++p) cluster.move_leader("numbers", p, (round + p) % 3 + 1);
    }
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() >= 3000; }));
    CHECK(reader.count() == 3000);
    CHECK_FALSE(reader.disordered());
    CHECK(reader.failure().empty());
}

TEST_CASE("a cluster that is not there") {
    std::string brokers;
    {
        MockCluster cluster;
        brokers = cluster.brokers();
    }
    KafkaSourceSettings settings = reading({brokers, {}, "test", {}}, {"t"});
    settings.patience = 300ms;
    KafkaSource source(settings);
    const auto opened = source.open(2, {});
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.problems()[0].message.find("Kafka: topic t: ") == 0);
    CHECK_FALSE(source.ready());

    settings.until_end = false;  // live, it may come yet
    KafkaSource live(settings);
    CHECK(live.open(2, {}).ok());
    CHECK_FALSE(live.ready());
}

TEST_CASE("settings that cannot be are problems") {
    const auto problem = [](KafkaSourceSettings s) {
        KafkaSource source(std::move(s));
        const auto opened = source.open(1, {});
        REQUIRE_FALSE(opened.ok());
        return opened.problems()[0].text();
    };
    KafkaSourceSettings s = reading({"127.0.0.1:1", {}, "test", {}}, {"t"});
    s.cluster.properties["fetch.wait.max.mss"] = "1";
    CHECK(problem(s).find("Kafka property fetch.wait.max.mss: No such configuration property") == 0);
    s.cluster.properties = {{"fetch.wait.max.ms", "soon"}};
    CHECK(problem(s).find("Kafka property fetch.wait.max.ms: ") == 0);
    s.cluster.properties = {{"enable.auto.commit", "true"}};
    CHECK(problem(s) == "Kafka property enable.auto.commit is set by the program (leave it out)");
    s = reading({"127.0.0.1:1", {}, "test", {}}, {});
    CHECK(problem(s).find("without topics") != std::string::npos);
    s = reading({"127.0.0.1:1", {}, "test", {}}, {"t"});
    s.group.clear();
    CHECK(problem(s).find("without a group") != std::string::npos);
}

TEST_CASE("missing rights end the run with a message") {
    MockCluster cluster;
    cluster.create_topic("t", 1);
    write_numbers(cluster.brokers(), "t", 1, 10);
    cluster.fail_next(kFetch, std::vector<rd_kafka_resp_err_t>(10, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED));
    KafkaReader reader(reading(cluster.settings(), {"t"}));
    REQUIRE(reader.opened().ok());
    reader.join();
    CHECK(reader.failure().find("Kafka consumer 1: ") == 0);
    CHECK(reader.failure().find("authorization failed") != std::string::npos);
}

TEST_CASE("metadata that is late at first") {
    MockCluster cluster;
    cluster.create_topic("t", 1);
    write_numbers(cluster.brokers(), "t", 1, 5);
    cluster.fail_next(kMetadata, {RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE});
    KafkaReader reader(hasty(reading(cluster.settings(), {"t"})));
    REQUIRE(reader.opened().ok());
    reader.join();
    CHECK(reader.count() == 5);
}

TEST_CASE("batches outlive their source") {
    MockCluster cluster;
    cluster.create_topic("t", 1);
    write_numbers(cluster.brokers(), "t", 1, 10);
    RecordBatch kept;
    {
        KafkaSource source(reading(cluster.settings(), {"t"}));
        auto lanes = source.open(1, {});
        REQUIRE(lanes.ok());
        while (kept.records.empty()) REQUIRE(lanes.value()[0]->poll(kept, 100ms) != PollResult::failed);
    }
    CHECK(kept.records[0].bytes() == "0");
    kept.clear();
}

TEST_CASE("ranges are shared out by size") {
    std::vector<KafkaRange> ranges;
    for (int i = 0; i < 8; ++i) ranges.push_back({"t", i, 0, i < 2 ? 1000 : 100});
    const auto shares = share_out(ranges, 2);
    REQUIRE(shares.size() == 2);
    CHECK(shares[0].size() == 4);
    CHECK(shares[1].size() == 4);
    CHECK(share_out({{"t", 0, 0, 5}}, 4).size() == 1);
    CHECK(share_out({}, 4).size() == 1);
    const auto empty = share_out({{"t", 0, 5, 5}, {"t", 1, 9, 5}}, 2);
    CHECK(empty[0].size() == 1);
    CHECK(empty[1].size() == 1);
}

TEST_CASE("dead letters go to a topic, keyed by where they come from") {
    MockCluster cluster;
    cluster.create_topic("dead", 1);
    {
        auto dead = KafkaDeadLetter::open({cluster.brokers(), {}, "test", {}}, "dead");
        REQUIRE(dead.ok());
        dead.value()->write("t/3", {0, 7, DropReason::broken_json, "{", "no complete object"});
        CHECK(dead.value()->flush(10s));
        CHECK(dead.value()->lost() == 0);
        CHECK(dead.value()->ready());
    }
    KafkaReader reader(reading(cluster.settings(), {"dead"}));
    REQUIRE(reader.opened().ok());
    reader.join();
    CHECK(reader.values()["dead/0"] ==
          std::vector<std::string>{
              R"({"partition":"t/3","offset":7,"reason":"broken_json","what":"no complete object","record":"{"})"});
}

TEST_CASE("a producer without a broker takes what it has room for and says what it lost") {
    std::string brokers;
    {
        MockCluster cluster;
        brokers = cluster.brokers();
    }
    auto producer = KafkaProducer::open({brokers, {{"queue.buffering.max.messages", "10"}, {"message.timeout.ms", "100"}}, "test", {}});
    REQUIRE(producer.ok());
    int taken = 0;
    while (taken < 100 && producer.value()->send("t", {"k", "v"}, 0ms)) ++taken;
    CHECK(taken >= 1);
    CHECK(taken <= 11);
    CHECK(producer.value()->flush(30s));
    CHECK(producer.value()->delivered() == 0);
    CHECK(producer.value()->lost() == static_cast<uint64_t>(taken));
    CHECK_FALSE(producer.value()->reachable());
}
