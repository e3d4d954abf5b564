// Records and consumer-group offsets written all or nothing: a reader with isolation.level=read_committed sees what a
// transaction wrote when it is committed, and never anything of one that was aborted.
//
//     initialize   again and again while it says so; producers of the same transactional id are fenced from here on
//     begin, put…, send_offsets, commit        or abort, after which the same may be tried in another transaction
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "connectors/kafka/kafka_producer.h"

namespace foreshock {

// What came of one call.
enum class TransactionStep : uint8_t {
    done,
    again,   // not yet, or the cluster is not ready: make the same call again; what it began goes on meanwhile
    abort,   // this transaction cannot be committed any more
    fenced,  // a producer of the same transactional id took over, or the cluster gave up a transaction that took too long
    failed,  // this producer is of no use any more
};

struct TransactionResult {
    TransactionStep step = TransactionStep::done;
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    std::string why{};  // librdkafka's words

    bool done() const { return step == TransactionStep::done; }
};

// One worker only. `put` between `begin` and `commit`, by the same thread. Destroyed within a transaction it leaves that
// to the next `initialize` of the same transactional id, which aborts it, or to the cluster, after transaction.timeout.ms.
class KafkaTransactions : public KafkaProducer {
public:
    // Leaves one behind of which a call does not end.
    struct End {
        void operator()(KafkaTransactions* transactions) const;
    };
    using Owner = std::unique_ptr<KafkaTransactions, End>;

    // Does not wait for a broker. Problems: properties that are wrong.
    [[nodiscard]] static Result<Owner> open(const KafkaSettings& settings, const std::string& transactional_id);

    // Once, before all else: waits until what an earlier producer of this id began is committed or aborted.
    TransactionResult initialize(std::chrono::milliseconds timeout);
    TransactionResult begin();
    // The offsets become the group's with the commit. `group`: of the consumer that the records came from, so that one that has lost
    // its partitions cannot commit; or rd_kafka_consumer_group_metadata_new of a group that has no members.
    TransactionResult send_offsets(const rd_kafka_topic_partition_list_t& offsets, const rd_kafka_consumer_group_metadata_t& group,
                                   std::chrono::milliseconds timeout);
    // Waits for the delivery of all records put so far, as `commit` does, too.
    TransactionResult deliver(std::chrono::milliseconds timeout);
    // After `again` nobody knows whether it is committed until it is called again.
    TransactionResult commit(std::chrono::milliseconds timeout);
    TransactionResult abort(std::chrono::milliseconds timeout);

private:
    struct Offsets;
    explicit KafkaTransactions(const LogCallback& log) : KafkaProducer(log) {}
    TransactionResult result(rd_kafka_error_t* error) const;
    bool still_sends(std::chrono::milliseconds timeout) const;  // offsets
    void given_up(const rd_kafka_message_t& message) override;

    std::future<void> sending_;      // not valid: no offsets are under way
    std::shared_ptr<Offsets> sent_;  // what is under way, and what comes of it
    std::atomic<rd_kafka_resp_err_t> refused_{RD_KAFKA_RESP_ERR_NO_ERROR};  // why the first record of this transaction was not taken
};

using KafkaGroup =
    std::unique_ptr<rd_kafka_consumer_group_metadata_t, KafkaDestroy<rd_kafka_consumer_group_metadata_destroy>>;

}  // namespace foreshock
