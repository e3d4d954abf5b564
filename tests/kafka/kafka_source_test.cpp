// The Kafka source against a real broker.
#include "connectors/kafka/kafka_source.h"

#include <algorithm>
#include <numeric>

#include "connectors/kafka/kafka_dead_letter.h"
#include "tests/kafka/ground.h"
#include "tests/support/catch.h"

using namespace foreshock;
using namespace foreshock::test;

namespace {

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

TEST_CASE("of a partition that is held back nothing more comes until it is wanted again, and then all of it") {
    const Ground g(2);
    constexpr int kCount = 600'000;  // more than is fetched ahead
    write_numbers(g.broker.address(), g.topic, 2, kCount, {{"linger.ms", "50"}});
    KafkaSource source(g.settings());
    auto lanes = source.open(1, {});
    REQUIRE(lanes.ok());
    SourceLane& lane = *lanes.value().at(0);
    std::map<uint32_t, std::vector<int64_t>> offsets;
    std::map<uint32_t, std::string> names;
    const auto read_until = [&](const auto& enough) {
        for (;;) {
            RecordBatch batch;
            const PollResult result = lane.poll(batch, 100ms);
            REQUIRE(result != PollResult::failed);
            for (const PartitionNotice& n : batch.notices) names[n.partition] = n.name;
            for (const RawRecord& r : batch.records) offsets[r.partition].push_back(r.offset);
            if (result == PollResult::finished || enough()) return;
        }
    };
    read_until([&] { return names.size() == 2 && !offsets[0].empty() && !offsets[1].empty(); });
    lane.hold_back({true, false});
    read_until([&] { return offsets[1].size() == kCount / 2; });
    const size_t held_at = offsets[0].size();
    CHECK(held_at < kCount / 2);
    lane.hold_back({false, false});
    read_until([] { return false; });
    for (const uint32_t n : {0u, 1u}) {
        std::vector<int64_t> all(kCount / 2);
        std::iota(all.begin(), all.end(), 0);
        CHECK(offsets[n] == all);
    }
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

TEST_CASE("a topic that is not there") {
    const Broker broker = Broker::shared();
    KafkaSourceSettings s =
        reading({broker.address(), {{"allow.auto.create.topics", "false"}}, "test", {}}, {Broker::fresh("none")});
    s.patience = 2s;
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
