// Direct fetching against librdkafka's mock cluster: that it is direct, and when it is not. That what is read is the same
// whoever reads is shown by kafka_source_test.cpp, which runs both ways.
#include "connectors/kafka/direct_fetch.h"

#include "connectors/kafka/kafka_source.h"
#include "connectors/kafka/mock_cluster.h"
#include "tests/support/catch.h"
#include "tests/unit/connectors/kafka/kafka_reader.h"

using namespace foreshock;
using namespace foreshock::test;

namespace {

constexpr int16_t kFetch = 1;

// A topic "t" with numbers in it, and a reader of it.
struct Ground {
    MockCluster cluster;
    explicit Ground(int partitions = 1, int brokers = 1) : cluster(brokers) { cluster.create_topic("t", partitions); }

    KafkaSourceSettings settings(bool until_end = true) const {
        KafkaSourceSettings s = reading(cluster.settings(), {"t"}, until_end);
        s.fetch = KafkaFetch::direct;
        s.cluster.properties["reconnect.backoff.ms"] = "10";
        s.cluster.properties["reconnect.backoff.max.ms"] = "50";
        return s;
    }
};

uint64_t all_fallbacks(const KafkaSource& source) {
    uint64_t sum = 0;
    for (size_t i = 0; i < kDirectFallbacks; ++i) sum += source.reading().fallbacks.get(static_cast<DirectFallback>(i));
    return sum;
}

}  // namespace

TEST_CASE("until the end, everything is fetched directly") {
    Ground g(4, 3);
    write_numbers(g.cluster.brokers(), "t", 4, 10'000);
    KafkaReader reader(g.settings());
    REQUIRE(reader.opened().ok());
    reader.join();
    CHECK(reader.count() == 10'000);
    CHECK(reader.source.reading().records.get(KafkaFetch::direct) == 10'000);
    CHECK(reader.source.reading().records.get(KafkaFetch::client) == 0);
    CHECK(all_fallbacks(reader.source) == 0);
}

TEST_CASE("live, librdkafka finds where to begin, and the rest is fetched directly") {
    Ground g(2);
    write_numbers(g.cluster.brokers(), "t", 2, 10);
    KafkaReader reader(g.settings(false), {}, 1);
    REQUIRE(reader.opened().ok());
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() == 10; }));
    write_numbers(g.cluster.brokers(), "t", 2, 10'000);
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() == 10'010; }));
    CHECK(reader.source.reading().records.get(KafkaFetch::direct) >= 10'000);
    CHECK_FALSE(reader.disordered());
    CHECK(all_fallbacks(reader.source) == 0);
}

TEST_CASE("live, a partition whose offset the store knows is fetched directly at once") {
    Ground g;
    write_numbers(g.cluster.brokers(), "t", 1, 100);
    KafkaReader reader(g.settings(false), [](const std::string&) { return std::optional<int64_t>(40); }, 1);
    REQUIRE(reader.opened().ok());
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() == 60; }));
    CHECK(reader.source.reading().records.get(KafkaFetch::client) == 0);
}

TEST_CASE("a leader that changes") {
    Ground g(1, 3);
    g.cluster.set_leader("t", 0, 1);
    write_numbers(g.cluster.brokers(), "t", 1, 100);
    KafkaReader reader(g.settings(false), {}, 1);
    REQUIRE(reader.opened().ok());
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() == 100; }));
    size_t written = 100;
    REQUIRE(reader.wait([&](const KafkaReader& r) {
        write_numbers(g.cluster.brokers(), "t", 1, 1);
        ++written;
        return r.source.reading().records.get(KafkaFetch::direct) > 0;
    }));
    for (int broker : {2, 3, 1}) {
        g.cluster.set_leader("t", 0, broker);
        const uint64_t left = reader.source.reading().fallbacks.get(DirectFallback::leader);
        REQUIRE(reader.wait([&](const KafkaReader& r) { return r.source.reading().fallbacks.get(DirectFallback::leader) > left; }));
        // Librdkafka finds the new one, and after its first record that is fetched from directly.
        const uint64_t direct = reader.source.reading().records.get(KafkaFetch::direct);
        REQUIRE(reader.wait([&](const KafkaReader& r) {
            write_numbers(g.cluster.brokers(), "t", 1, 10);
            written += 10;
            return r.source.reading().records.get(KafkaFetch::direct) > direct;
        }, 60s));
    }
    REQUIRE(reader.wait([&](const KafkaReader& r) { return r.count() == written; }));
    CHECK_FALSE(reader.disordered());
    CHECK(reader.failure().empty());
}

TEST_CASE("errors of epochs, storage and connections pass, and nothing is lost or doubled") {
    const auto error = GENERATE(RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH,
                                RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_UNKNOWN, RD_KAFKA_RESP_ERR__TRANSPORT);
    Ground g(2);
    write_numbers(g.cluster.brokers(), "t", 2, 10);
    KafkaReader reader(g.settings(false), {}, 1);
    REQUIRE(reader.opened().ok());
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.count() == 10; }));
    size_t written = 10;
    for (int i = 0; i < 3; ++i) {
        g.cluster.fail_next(kFetch, {error});
        const uint64_t direct = reader.source.reading().records.get(KafkaFetch::direct);
        REQUIRE(reader.wait([&](const KafkaReader& r) {
            write_numbers(g.cluster.brokers(), "t", 2, 100);
            written += 100;
            return r.source.reading().records.get(KafkaFetch::direct) > direct;
        }, 60s));
    }
    REQUIRE(reader.wait([&](const KafkaReader& r) { return r.count() == written; }));
    CHECK_FALSE(reader.disordered());
    CHECK(all_fallbacks(reader.source) > 0);
    CHECK(reader.failure().empty());
}

TEST_CASE("a broker that does not offer the Fetch that we speak is read by librdkafka") {
    Ground g(2);
    g.cluster.set_versions(kFetch, 4, 10);
    write_numbers(g.cluster.brokers(), "t", 2, 1000);
    std::vector<std::string> said;
    std::mutex mutex;
    KafkaSourceSettings s = g.settings();
    s.cluster.log = [&](LogLevel level, std::string_view text) {
        const std::lock_guard lock(mutex);
        if (level == LogLevel::warning) said.emplace_back(text);
    };
    KafkaReader reader(s, {}, 1);
    REQUIRE(reader.opened().ok());
    reader.join();
    CHECK(reader.count() == 1000);
    CHECK(reader.source.reading().records.get(KafkaFetch::direct) == 0);
    CHECK(reader.source.reading().fallbacks.get(DirectFallback::api_version) == 2);
    REQUIRE(said.size() == 2);
    CHECK(said[0].find("is read by librdkafka from offset 0 on: ") != std::string::npos);
    CHECK(said[0].find("does not offer Fetch 11") != std::string::npos);
}

TEST_CASE("settings that only librdkafka can follow") {
    Ground g;
    write_numbers(g.cluster.brokers(), "t", 1, 10);
    KafkaSourceSettings s = g.settings();
    s.cluster.properties["client.rack"] = "east";
    KafkaReader reader(s);
    REQUIRE(reader.opened().ok());
    reader.join();
    CHECK(reader.count() == 10);
    CHECK(reader.source.reading().records.get(KafkaFetch::client) == 10);
    CHECK(reader.source.reading().fallbacks.get(DirectFallback::rack) == 1);
}

TEST_CASE("an offset that is gone is for librdkafka to decide") {
    Ground g;
    write_numbers(g.cluster.brokers(), "t", 1, 10);
    const std::string reset = GENERATE("earliest", "latest");
    KafkaSourceSettings s = g.settings(false);
    s.cluster.properties["auto.offset.reset"] = reset;
    KafkaReader reader(s, [](const std::string&) { return std::optional<int64_t>(1'000'000); }, 1);
    REQUIRE(reader.opened().ok());
    REQUIRE(reader.wait([](const KafkaReader& r) { return r.source.reading().fallbacks.get(DirectFallback::offset) == 1; }));
    CHECK(reader.failure().empty());
}
