// Transactions on a real broker.
#include "connectors/kafka/kafka_transactions.h"

#include <cstring>

#include "connectors/kafka/kafka_committed.h"
#include "tests/support/catch.h"
#include "tests/support/kafka.h"
#include "tests/unit/connectors/kafka/read_committed.h"

using namespace foreshock;
using namespace foreshock::test;

namespace {

constexpr auto kLong = 30s;

TransactionResult patiently(const std::function<TransactionResult()>& call) {
    const auto deadline = std::chrono::steady_clock::now() + kLong;
    TransactionResult r = call();
    while (r.step == TransactionStep::again && std::chrono::steady_clock::now() < deadline) r = call();
    return r;
}

struct Ground {
    Broker broker = Broker::shared();
    std::string topic = Broker::fresh("once");
    Ground() { broker.topic(topic, 1); }

    KafkaTransactions::Owner producer(std::map<std::string, std::string> properties = {}) const {
        auto made = KafkaTransactions::open({broker.address(), std::move(properties), "test", {}}, topic);
        REQUIRE(made.ok());
        const TransactionResult ready = patiently([&] { return made.value()->initialize(5s); });
        INFO(ready.why);
        REQUIRE(ready.done());
        return std::move(made.value());
    }
    TransactionResult send_offset(KafkaTransactions& producer, int64_t offset, const std::string& metadata) const {
        const KafkaPartitions list(rd_kafka_topic_partition_list_new(1));
        rd_kafka_topic_partition_t* p = rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), 0);
        p->offset = offset;
        p->metadata = strdup(metadata.c_str());  // the list frees it
        p->metadata_size = metadata.size();
        const KafkaGroup group(rd_kafka_consumer_group_metadata_new(topic.c_str()));
        return patiently([&] { return producer.send_offsets(*list, *group, 5s); });
    }
    KafkaSettings cluster() const { return {broker.address(), {}, "test", {}}; }
    KafkaCommitted committed() const {
        KafkaCommitted c;
        const auto deadline = std::chrono::steady_clock::now() + kLong;
        do c = kafka_committed(cluster(), topic, topic, 0, true, 5s);
        while (c.error == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT && std::chrono::steady_clock::now() < deadline);
        return c;
    }
    // What a reader of committed records sees.
    std::vector<std::string> read() const {
        return read_committed(broker.address(), topic, Broker::fresh("reader"));
    }
    bool put(KafkaTransactions& producer, std::string_view value) const {
        return producer.put(topic, {"k", value}, 5s) == RD_KAFKA_RESP_ERR_NO_ERROR;
    }
};

using Values = std::vector<std::string>;

}  // namespace

TEST_CASE("records and offsets of a transaction are seen with its commit, those of an aborted one never") {
    const Ground g;
    const auto producer = g.producer();
    CHECK(g.committed().offset == RD_KAFKA_OFFSET_INVALID);

    REQUIRE(producer->begin().done());
    REQUIRE(g.put(*producer, "given up"));
    REQUIRE(g.send_offset(*producer, 1, "given up").done());
    CHECK(kafka_committed(g.cluster(), g.topic, g.topic, 0, true, 5s).error == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT);
    REQUIRE(patiently([&] { return producer->abort(5s); }).done());
    CHECK(g.read().empty());
    CHECK(g.committed().offset == RD_KAFKA_OFFSET_INVALID);
    CHECK(producer->lost() == 0);

    REQUIRE(producer->begin().done());
    REQUIRE(g.put(*producer, "one"));
    REQUIRE(g.put(*producer, "two"));
    REQUIRE(g.send_offset(*producer, 2, "words").done());
    REQUIRE(patiently([&] { return producer->commit(5s); }).done());
    CHECK(g.read() == Values{"one", "two"});
    CHECK(g.committed().offset == 2);
    CHECK(g.committed().metadata == "words");
}

TEST_CASE("a producer that ends within a transaction leaves nothing to be seen") {
    const Ground g;
    {
        const auto first = g.producer();
        REQUIRE(first->begin().done());
        REQUIRE(g.put(*first, "not to be seen"));
        REQUIRE(first->flush(kLong));
        REQUIRE(g.send_offset(*first, 1, "").done());
    }
    const auto second = g.producer();
    CHECK(g.committed().offset == RD_KAFKA_OFFSET_INVALID);
    REQUIRE(second->begin().done());
    REQUIRE(g.put(*second, "seen"));
    REQUIRE(patiently([&] { return second->commit(5s); }).done());
    CHECK(g.read() == Values{"seen"});
}

TEST_CASE("the second producer of an id fences the first, which is told so") {
    const Ground g;
    const auto first = g.producer();
    REQUIRE(first->begin().done());
    REQUIRE(g.put(*first, "of the first"));
    const auto second = g.producer();
    const TransactionResult end = patiently([&] { return first->commit(5s); });
    INFO(end.why);
    CHECK(end.step == TransactionStep::fenced);
    CHECK_FALSE(first->failure().empty());
    REQUIRE(second->begin().done());
    REQUIRE(g.put(*second, "of the second"));
    REQUIRE(patiently([&] { return second->commit(5s); }).done());
    CHECK(g.read() == Values{"of the second"});
}

TEST_CASE("a record that the cluster does not take aborts the transaction, and says why") {
    const Ground g;
    const auto producer = g.producer({{"message.max.bytes", "3000000"}, {"compression.type", "none"}});
    REQUIRE(producer->begin().done());
    REQUIRE(g.put(*producer, std::string(2'000'000, 'x')));  // the broker takes about a million
    const TransactionResult end = patiently([&] { return producer->commit(5s); });
    CHECK(end.step == TransactionStep::abort);
    CHECK(end.error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    // librdkafka 2.0 leaves a gap in its sequence numbers behind such a record, which costs another abort.
    TransactionResult second = end;
    for (int i = 0; i < 3 && !second.done(); ++i) {
        REQUIRE(patiently([&] { return producer->abort(5s); }).done());
        REQUIRE(producer->begin().done());
        REQUIRE(g.put(*producer, "small"));
        second = patiently([&] { return producer->commit(5s); });
    }
    INFO(second.why);
    REQUIRE(second.done());
    CHECK(g.read() == Values{"small"});
}

TEST_CASE("a commit cut off by a restart of the broker is taken up again") {
    Broker broker("transactions");
    broker.topic("t", 1);
    auto producer = KafkaTransactions::open({broker.address(), {}, "test", {}}, "restarted");
    REQUIRE(producer.ok());
    REQUIRE(patiently([&] { return producer.value()->initialize(5s); }).done());
    REQUIRE(producer.value()->begin().done());
    REQUIRE(producer.value()->put("t", {"k", "one"}, 5s) == RD_KAFKA_RESP_ERR_NO_ERROR);
    broker.stop();
    CHECK(producer.value()->commit(1s).step == TransactionStep::again);
    broker.start();
    const TransactionResult end = patiently([&] { return producer.value()->commit(1s); });
    INFO(end.why);
    CHECK(end.done());
}
