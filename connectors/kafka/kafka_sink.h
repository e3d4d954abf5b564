// Warnings, or capacity advice, to a Kafka topic: key = id of the warning or the resource, value = the structured CloudEvent, header `content-type`.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "connectors/format/cloudevents.h"
#include "connectors/kafka/kafka_producer.h"
#include "engine/run/sink.h"

namespace foreshock {

// One worker only, but for `ready` and `lost`. What is said of one of them goes to one partition, in order, and
// idempotently: a broker that is away for however long gets each once when it is back. Never waits. What the producer has no
// room for, or the broker does not take for good, is counted as lost and ends the run: no checkpoint is made, and the next start
// says it again.
class KafkaSink : public Sink {
public:
    // Does not wait for a broker. Problems: properties that are wrong, no topic.
    [[nodiscard]] static Result<std::unique_ptr<KafkaSink>> open(KafkaSettings settings, std::string topic,
                                                                 CloudEventContext context);

    void deliver(std::span<const WarningRevision> revisions) override;
    void advise(std::span<const CapacityAdvice> advice) override;
    void keep(std::span<const SuppressedWarning> suppressed) override;
    bool flush(std::chrono::milliseconds timeout) override;
    std::string failure() const override;
    bool ready() const override;
    std::string name() const override { return "kafka topic " + topic_; }

    uint64_t delivered() const { return producer_->delivered(); }
    uint64_t lost() const { return refused_.load(std::memory_order_relaxed) + producer_->lost(); }

private:
    KafkaSink(std::unique_ptr<KafkaProducer> producer, std::string topic, CloudEventContext context)
        : producer_(std::move(producer)), topic_(std::move(topic)), context_(std::move(context)) {}
    void send(const std::string& key, const std::string& event);

    std::unique_ptr<KafkaProducer> producer_;
    std::string topic_;
    CloudEventContext context_;
    std::atomic<uint64_t> refused_{0};
    std::string refusal_;  // why the first was refused; written before refused_
};

}  // namespace foreshock
