// Writes records to Kafka topics: idempotent, so that each arrives once and in order however often it is sent again.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "connectors/kafka/kafka_conf.h"

namespace foreshock {

// A record to write. Equal keys go to the same partition.
struct KafkaRecord {
    std::string_view key;
    std::string_view value;
    int32_t partition = -1;          // -1: chosen by the key
    int64_t timestamp_ms = 0;        // 0: now
    std::string_view content_type{};  // header `content-type`; empty: none
};

// Any thread. Delivery goes on in the background; what comes of it is counted.
class KafkaProducer : public KafkaLink {
public:
    // Does not wait for a broker. Problems: properties that are wrong.
    [[nodiscard]] static Result<std::unique_ptr<KafkaProducer>> open(const KafkaSettings& settings);

    // Copies the record into the queue; waits for room for at most `patience`. False: no room, or `failure()` says why.
    bool send(const std::string& topic, const KafkaRecord& record, std::chrono::milliseconds patience);
    // The same, for those who go on after an error: RD_KAFKA_RESP_ERR__QUEUE_FULL, no room; others concern the record or the client.
    rd_kafka_resp_err_t put(const std::string& topic, const KafkaRecord& record, std::chrono::milliseconds patience);
    // Returns when everything sent so far has been delivered or given up, or false after the timeout.
    bool flush(std::chrono::milliseconds timeout);

    uint64_t delivered() const { return delivered_.load(std::memory_order_relaxed); }
    uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }  // taken by `send` but given up
    // Why the first record was given up; empty: none was.
    std::string loss() const;
    // Looks for one where needed; any thread.
    bool finds_broker();
    rd_kafka_t* client() const { return client_.get(); }

protected:
    explicit KafkaProducer(const LogCallback& log) : KafkaLink("Kafka producer", log) {}
    [[nodiscard]] Status connect(const KafkaSettings& settings, const KafkaProperties& fixed);
    // A record that was taken and will not arrive; called from within polls and flushes.
    virtual void given_up(const rd_kafka_message_t& message);

private:
    static void on_delivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);

    std::atomic<uint64_t> delivered_{0}, lost_{0};
    mutable std::mutex loss_mutex_;
    std::string loss_;
    KafkaHandle client_;
};

}  // namespace foreshock
