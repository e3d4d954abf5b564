#include "connectors/kafka/kafka_sink.h"

#include <thread>

#include "connectors/format/suppression_event.h"
#include "connectors/kafka/mock_cluster.h"
#include "tests/support/catch.h"
#include "tests/unit/connectors/sample_warning.h"

using namespace foreshock;
using namespace std::chrono_literals;

namespace {

constexpr auto kLong = 30s;

struct Got {
    std::string key, value, content_type;
};

// The first `n` messages of the topic's only partition.
std::vector<Got> consume(const MockCluster& cluster, const std::string& topic, size_t n) {
    KafkaLink link("test", {});
    KafkaSettings settings;
    settings.brokers = cluster.brokers();
    auto conf = kafka_conf(settings, {{"group.id", "test"}}, {}, link);
    REQUIRE(conf.ok());
    auto client = kafka_client(RD_KAFKA_CONSUMER, std::move(conf.value()));
    REQUIRE(client.ok());
    rd_kafka_poll_set_consumer(client.value().get());
    const KafkaPartitions partitions(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(partitions.get(), topic.c_str(), 0)->offset = 0;
    rd_kafka_assign(client.value().get(), partitions.get());
    std::vector<Got> out;
    const auto deadline = std::chrono::steady_clock::now() + kLong;
    while (out.size() < n && std::chrono::steady_clock::now() < deadline) {
        rd_kafka_message_t* m = rd_kafka_consumer_poll(client.value().get(), 200);
        if (m == nullptr) continue;
        if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            Got got{{static_cast<const char*>(m->key), m->key_len}, {static_cast<const char*>(m->payload), m->len}, {}};
            rd_kafka_headers_t* headers = nullptr;
            const void* value = nullptr;
            size_t size = 0;
            if (rd_kafka_message_headers(m, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
                rd_kafka_header_get_last(headers, "content-type", &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR) {
                got.content_type.assign(static_cast<const char*>(value), size);
            }
            out.push_back(std::move(got));
        }
        rd_kafka_message_destroy(m);
    }
    rd_kafka_consumer_close(client.value().get());
    return out;
}

std::unique_ptr<KafkaSink> open(const MockCluster& cluster) {
    KafkaSettings settings;
    settings.brokers = cluster.brokers();
    auto sink = KafkaSink::open(settings, "warnings", {"shop", "", {}});
    REQUIRE(sink.ok());
    return std::move(sink.value());
}

std::vector<WarningRevision> revisions(uint32_t n) {
    std::vector<WarningRevision> out(n, sample_warning());
    for (uint32_t i = 0; i < n; ++i) out[i].revision = i + 1;
    return out;
}

}  // namespace

TEST_CASE("warnings reach the topic in order, keyed by their id, as structured CloudEvents") {
    MockCluster cluster;
    cluster.create_topic("warnings", 1);
    const auto sink = open(cluster);
    const auto said = revisions(3);
    sink->deliver(said);
    REQUIRE(sink->flush(kLong));
    CHECK(sink->ready());
    CHECK(sink->delivered() == 3);
    const auto got = consume(cluster, "warnings", 3);
    REQUIRE(got.size() == 3);
    for (size_t i = 0; i < 3; ++i) {
        CHECK(got[i].key == said[i].id);
        CHECK(got[i].value == to_cloudevent(said[i], {"shop", "", {}}));
        CHECK(got[i].content_type == "application/cloudevents+json; charset=UTF-8");
    }
}

TEST_CASE("what maintenance kept back reaches the topic where it is asked for, keyed by what it is") {
    MockCluster cluster;
    cluster.create_topic("warnings", 1);
    KafkaSettings settings;
    settings.brokers = cluster.brokers();
    CloudEventContext context;
    context.suppressed = true;
    auto asked = KafkaSink::open(settings, "warnings", context);
    REQUIRE(asked.ok());
    SuppressedWarning w;
    w.time = EventTime{std::chrono::seconds{1795269720}};
    w.service = "shop";
    w.slo = "latency";
    open(cluster)->keep(std::vector{w});
    asked.value()->keep(std::vector{w});
    REQUIRE(asked.value()->flush(kLong));
    asked.value()->deliver(revisions(1));
    REQUIRE(asked.value()->flush(kLong));
    const auto got = consume(cluster, "warnings", 2);
    REQUIRE(got.size() == 2);
    CHECK(got[0].key == suppression_id(w, context));
    CHECK(got[0].value == to_cloudevent(w, context));
    CHECK(got[1].key == sample_warning().id);
}

TEST_CASE("a broker that is away gets each warning once when it is back") {
    MockCluster cluster;
    cluster.create_topic("warnings", 1);
    const auto sink = open(cluster);
    sink->deliver(revisions(1));
    REQUIRE(sink->flush(kLong));
    cluster.set_down(1);
    sink->deliver(revisions(2));
    CHECK_FALSE(sink->flush(200ms));
    const auto deadline = std::chrono::steady_clock::now() + kLong;
    while (sink->ready() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(10ms);
    CHECK_FALSE(sink->ready());
    cluster.set_up(1);
    REQUIRE(sink->flush(kLong));
    CHECK(sink->ready());
    CHECK(sink->lost() == 0);
    CHECK(consume(cluster, "warnings", 3).size() == 3);
}

TEST_CASE("a wrong property or a missing topic is a problem") {
    KafkaSettings settings;
    settings.brokers = "localhost:1";
    CHECK_FALSE(KafkaSink::open(settings, "", {}).ok());
    settings.properties["no.such.property"] = "1";
    CHECK_FALSE(KafkaSink::open(settings, "warnings", {}).ok());
}
