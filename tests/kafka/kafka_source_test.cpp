// The Kafka source against a real broker.
#include "connectors/kafka/kafka_source.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "connectors/kafka/kafka_dead_letter.h"
#include "tests/support/catch.h"
#include "tests/support/kafka.h"
#include "tests/unit/connectors/kafka/kafka_reader.h"

using namespace foreshock;
using namespace foreshock::test;

namespace {

// A topic of its own on the shared broker, read by a group of its own.
struct Ground {
    Broker broker = Broker::shared();
    std::string topic = Broker::fresh("source");
    explicit Ground(int partitions) { broker.topic(topic, partitions); }

    KafkaSourceSettings settings(bool until_end = true) const {
        KafkaSourceSettings s = reading({broker.address(), {}, "test", {}}, {topic}, until_end);
        s.group = topic;
        return s;
    }
    std::string partition(int i) const { return topic + "/" + std::to_string(i); }
};

// The numbers read by one or several readers, each once.
std::multiset<int> numbers(std::initializer_list<const KafkaReader*> readers) {
    std::multiset<int> out;
    for (const KafkaReader* r : readers) {
        for (const auto& [name, values] : r->values()) {
            for (const std::string& v : values) out.insert(std::stoi(v));
        }
    }
    return out;
}

// What lies before an offset of partition 0.
void delete_records(const std::string& brokers, const std::string& topic, int64_t before) {
    auto producer = KafkaProducer::open({brokers, {}, "test", {}});
    REQUIRE(producer.ok());
    rd_kafka_t* const client = producer.value()->client();
    const KafkaPartitions offsets(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(offsets.get(), topic.c_str(), 0)->offset = before;
    rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(offsets.get());
    const KafkaQueue queue(rd_kafka_queue_new(client));
    rd_kafka_DeleteRecords(client, &request, 1, nullptr, queue.get());
    rd_kafka_event_t* const answer = rd_kafka_queue_poll(queue.get(), 30'000);
    REQUIRE(answer != nullptr);
    CHECK(rd_kafka_event_error(answer) == RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(answer);
    rd_kafka_DeleteRecords_destroy(request);
}

std::multiset<int> up_to(int end) {
    std::multiset<int> out;
    for (int i = 0; i < end; ++i) out.insert(out.end(), i);
    return out;
}

}  // namespace

TEST_CASE("three partitions until their end") {
    const Ground g(3);
    write_numbers(g.broker.address(), g.topic, 3, 30'000);
    KafkaReader reader(g.settings());
    REQUIRE(reader.opened().ok());
    CHECK(reader.opened().value().size() == 2);
    reader.join();
    CHECK(reader.failure().empty());
    CHECK_FALSE(reader.disordered());
    CHECK(numbers({&reader}) == up_to(30'000));
    CHECK(reader.notices().size() == 6);
}

TEST_CASE("every compression is read") {
    const Ground g(1);
    const std::string codec = GENERATE("none", "gzip", "snappy", "lz4", "zstd");
    write_numbers(g.broker.address(), g.topic, 1, 5000, {{"compression.type", codec}, {"linger.ms", "50"}});
    KafkaReader reader(g.settings());
    REQUIRE(reader.opened().ok());
    reader.join();
    CHECK(numbers({&reader}) == up_to(5000));
}

TEST_CASE("over TLS") {
    const Ground g(2);
    write_numbers(g.broker.address(), g.topic, 2, 100'000, {{"compression.type", "lz4"}, {"linger.ms", "50"}});
    KafkaSourceSettings s = g.settings();
    s.cluster.brokers = g.broker.tls_address();
    s.cluster.properties = g.broker.tls_properties();
    s.cluster.properties["security.protocol"] = "ssl";
    const bool direct = fetch_of_this_run() == KafkaFetch::direct;
    SECTION("with a certificate on both sides") {
        KafkaReader reader(s);
        REQUIRE(reader.opened().ok());
        reader.join();
        CHECK(reader.failure().empty());
        CHECK(numbers({&reader}) == up_to(100'000));
        CHECK(reader.source.reading().records.get(KafkaFetch::direct) == (direct ? 100'000 : 0));
    }
    SECTION("without looking at the broker's certificate") {
        s.cluster.properties.erase("ssl.ca.location");
        s.cluster.properties["enable.ssl.certificate.verification"] = "false";
        KafkaReader reader(s);
        REQUIRE(reader.opened().ok());
        reader.join();
        CHECK(numbers({&reader}) == up_to(100'000));
        CHECK(reader.source.reading().records.get(KafkaFetch::direct) == (direct ? 100'000 : 0));
    }
    SECTION("a property that is for librdkafka alone") {
        s.cluster.properties["ssl.providers"] = "default";
        KafkaReader reader(s);
        REQUIRE(reader.opened().ok());
        reader.join();
        CHECK(numbers({&reader}) == up_to(100'000));
        CHECK(reader.source.reading().records.get(KafkaFetch::direct) == 0);
        CHECK(reader.source.reading().fallbacks.get(DirectFallback::security) == (direct ? 2 : 0));
    }
}

TEST_CASE("partitions that hold nothing but the marks of a transaction end too") {
    const Ground g(1);
    const bool commit = GENERATE(true, false);
    auto producer = KafkaProducer::open({g.broker.address(), {{"transactional.id", g.topic}}, "test", {}});
    REQUIRE(producer.ok());
    rd_kafka_t* const client = producer.value()->client();
    REQUIRE(rd_kafka_init_transactions(client, 30'000) == nullptr);
    REQUIRE(rd_kafka_begin_transaction(client) == nullptr);
    REQUIRE(producer.value()->send(g.topic, {"k", "1", 0, 0}, 10s));
    REQUIRE(producer.value()->flush(30s));
    rd_kafka_error_t* const ended = commit ? rd_kafka_commit_transaction(client, 30'000) : rd_kafka_abort_transaction(client, 30'000);
    REQUIRE(ended == nullptr);
    int64_t low = 0, high = 0;
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (high < 2 && std::chrono::steady_clock::now() < deadline) {  // the mark follows the answer
        rd_kafka_query_watermark_offsets(client, g.topic.c_str(), 0, &low, &high, 5000);
    }
    REQUIRE(high == 2);
    KafkaReader reader(g.settings());
    REQUIRE(reader.opened().ok());
    reader.join();
    CHECK(reader.count() == (commit ? 1 : 0));
    CHECK(reader.notices().back() == "ended " + g.partition(0));
}

TEST_CASE("what transactions gave up is left out, between what they committed and what needs none") {
    const Ground g(1);
    const std::string codec = GENERATE("none", "lz4");
    const auto open_producer = [&](const std::string& id) {
        auto made = KafkaProducer::open({g.broker.address(), {{"transactional.id", id}, {"compression.type", codec}}, "test", {}});
        REQUIRE(made.ok());
        REQUIRE(rd_kafka_init_transactions(made.value()->client(), 30'000) == nullptr);
        return std::move(made.value());
    };
    auto commits = open_producer(g.topic + "-a"), aborts = open_producer(g.topic + "-b");
    std::multiset<int> expected;
    for (int round = 0, n = 0; round < 5; ++round) {
        REQUIRE(rd_kafka_begin_transaction(commits->client()) == nullptr);
        REQUIRE(rd_kafka_begin_transaction(aborts->client()) == nullptr);
        for (int i = 0; i < 20; ++i, ++n) {
            KafkaProducer& producer = i % 2 == 0 ? *commits : *aborts;
            if (i % 2 == 0) expected.insert(n);
            REQUIRE(producer.send(g.topic, {"k", std::to_string(n), 0, 0}, 10s));
            if (i % 5 == 0) REQUIRE(producer.flush(30s));  // so that their batches alternate
        }
        REQUIRE(rd_kafka_abort_transaction(aborts->client(), 30'000) == nullptr);
        REQUIRE(rd_kafka_commit_transaction(commits->client(), 30'000) == nullptr);
        write_numbers(g.broker.address(), g.topic, 1, 3, {{"compression.type", codec}});
        for (int i = 0; i < 3; ++i) expected.insert(i);
    }
    const bool until_end = GENERATE(true, false);
    KafkaReader reader(g.settings(until_end));
    REQUIRE(reader.opened().ok());
    REQUIRE(reader.wait([&](const KafkaReader& r) { return r.count() >= expected.size(); }));
    CHECK(numbers({&reader}) == expected);
    CHECK_FALSE(reader.disordered());
}

TEST_CASE("records that were deleted before they could be read") {
    const Ground g(1);
    write_numbers(g.broker.address(), g.topic, 1, 1000);
    delete_records(g.broker.address(), g.topic, 600);
    KafkaReader reader(g.settings(false), [](const std::string&) { return std::optional<int64_t>(100); }, 1);
    REQUIRE(reader.opened().ok());
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() >= 400; }));
    write_numbers(g.broker.address(), g.topic, 1, 1000);
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() >= 1400; }));
    CHECK(reader.values()[g.partition(0)].front() == "600");
    CHECK(reader.count() == 1400);
    CHECK_FALSE(reader.disordered());
    const bool direct = fetch_of_this_run() == KafkaFetch::direct;
    CHECK(reader.source.reading().fallbacks.get(DirectFallback::offset) == (direct ? 1 : 0));
    CHECK((reader.source.reading().records.get(KafkaFetch::direct) > 0) == direct);
}

TEST_CASE("records without a value are passed over and counted") {
    const Ground g(1);
    auto producer = KafkaProducer::open({g.broker.address(), {}, "test", {}});
    REQUIRE(producer.ok());
    REQUIRE(producer.value()->send(g.topic, {"k", "1", 0, 0}, 10s));
    REQUIRE(producer.value()->send(g.topic, {"k", {}, 0, 0}, 10s));
    REQUIRE(producer.value()->flush(30s));
    KafkaReader reader(g.settings());
    REQUIRE(reader.opened().ok());
    reader.join();
    CHECK(reader.count() == 1);
    CHECK(reader.source.tombstones() == 1);
}

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

TEST_CASE("the start rules, until the end and live") {
    const Ground g(1);
    const int64_t first = 1'700'000'000'000;
    auto producer = KafkaProducer::open({g.broker.address(), {}, "test", {}});
    REQUIRE(producer.ok());
    for (int i = 0; i < 100; ++i) {
        const std::string value = std::to_string(i);
        REQUIRE(producer.value()->send(g.topic, {"k", value, 0, first + i * 1000}, 10s));
    }
    REQUIRE(producer.value()->flush(30s));
    const bool until_end = GENERATE(true, false);
    KafkaSourceSettings s = g.settings(until_end);
    SECTION("a time") {
        s.start = KafkaBegin::time;
        s.start_time = EventTime{Micros{(first + 90'001) * 1000}};
        KafkaReader reader(s);
        REQUIRE(reader.opened().ok());
        REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() >= 9; }));
        CHECK(reader.values()[g.partition(0)].front() == "91");
        CHECK(reader.count() == 9);
    }
    SECTION("the earliest") {
        s.start = KafkaBegin::earliest;
        KafkaReader reader(s);
        REQUIRE(reader.opened().ok());
        REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() >= 100; }));
        CHECK(numbers({&reader}) == up_to(100));
    }
    SECTION("the latest") {
        s.start = KafkaBegin::latest;
        KafkaReader reader(s);
        REQUIRE(reader.opened().ok());
        if (until_end) {
            reader.join();
            CHECK(reader.count() == 0);
        } else {
            REQUIRE(reader.wait([](const KafkaReader& r) { return !r.notices().empty(); }));
            // The consumer asks for the end after it was given the partition, so write until something arrives.
            REQUIRE(reader.wait([&](const KafkaReader& r) {
                write_numbers(g.broker.address(), g.topic, 1, 1);
                return r.count() > 0;
            }));
            CHECK(reader.values()[g.partition(0)].front() == "0");
            CHECK(reader.next()[g.partition(0)] > 100);
        }
    }
    SECTION("a time to end at") {
        if (!until_end) return;
        s.end_time = EventTime{Micros{(first + 10'000) * 1000}};
        KafkaReader reader(s);
        REQUIRE(reader.opened().ok());
        reader.join();
        CHECK(numbers({&reader}) == up_to(10));
    }
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

TEST_CASE("a topic that is not there") {
    const Broker broker = Broker::shared();
    KafkaSourceSettings s =
        reading({broker.address(), {{"allow.auto.create.topics", "false"}}, "test", {}}, {Broker::fresh("none")});
    s.patience = std::chrono::milliseconds{500};
    KafkaSource source(s);
    const auto opened = source.open(2, {});
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.problems()[0].message.find("Unknown topic") != std::string::npos);
}

TEST_CASE("dead letters arrive in their topic") {
    const Ground g(1);
    {
        auto dead = KafkaDeadLetter::open({g.broker.address(), {}, "test", {}}, g.topic);
        REQUIRE(dead.ok());
        for (int i = 0; i < 100; ++i) dead.value()->write("t/0", {0, i, DropReason::broken_json, "\xff", "not UTF-8"});
    }
    KafkaReader reader(g.settings());
    REQUIRE(reader.opened().ok());
    reader.join();
    const auto values = reader.values()[g.partition(0)];
    REQUIRE(values.size() == 100);
    CHECK(values[7] == R"({"partition":"t/0","offset":7,"reason":"broken_json","what":"not UTF-8","record_base64":"/w=="})");
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

TEST_CASE("a topic that was deleted and made anew is not taken for the one that was read") {
    const Ground g(1);
    write_numbers(g.broker.address(), g.topic, 1, 100);
    g.broker.admin("delete " + g.topic);
    g.broker.topic(g.topic, 1);
    write_numbers(g.broker.address(), g.topic, 1, 10);
    const KafkaReader reader(g.settings(), [](const std::string&) { return std::optional<int64_t>(100); });
    REQUIRE_FALSE(reader.opened().ok());
    CHECK(reader.opened().problems().front().message ==
          "Kafka: " + g.partition(0) + " ends at offset 10, and 100 is where to go on: the topic was deleted and made anew, or lost its end");
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
