// Records that could not be used, to a Kafka topic (connectors/format/dead_letter_json.h); the key is the partition they are from,
// or the receiver that did not take them.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "connectors/kafka/kafka_producer.h"
#include "engine/run/dead_letter.h"

namespace foreshock {

// Any thread. Never waits: what the producer has no room for is counted as lost.
class KafkaDeadLetter : public DeadLetterOutput {
public:
    // Problems: properties that are wrong.
    [[nodiscard]] static Result<std::unique_ptr<KafkaDeadLetter>> open(const KafkaSettings& settings, std::string topic);
    ~KafkaDeadLetter() override;  // waits some seconds for what is under way

    void write(std::string_view partition, const BadRecord& record) override;
    void write(const UndeliveredWarning& warning) override;
    bool flush(std::chrono::milliseconds timeout) override;
    std::string failure() override;
    uint64_t lost() const { return refused_.load(std::memory_order_relaxed) + producer_->lost(); }
    bool ready() const { return producer_->reachable(); }

private:
    KafkaDeadLetter(std::unique_ptr<KafkaProducer> producer, std::string topic)
        : producer_(std::move(producer)), topic_(std::move(topic)) {}
    void send(std::string_view key, const std::string& value);

    std::unique_ptr<KafkaProducer> producer_;
    std::string topic_;
    std::atomic<uint64_t> refused_{0};
    std::atomic<bool> away_{false};
};

}  // namespace foreshock
