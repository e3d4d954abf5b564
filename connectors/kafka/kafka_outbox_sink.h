// Warnings, or capacity advice, to a Kafka topic, exactly once: what KafkaSink does, by way of an outbox in the checkpoints.
#pragma once

#include <memory>
#include <string>

#include "connectors/format/cloudevents.h"
#include "connectors/kafka/kafka_sender.h"
#include "engine/run/sink.h"

namespace foreshock {

// One worker only, but for `ready`, `failure` and `counts`. What is said leaves when a checkpoint holds it. While the cluster is away
// it waits, and deciding with it when more than `kMostWaiting` do.
class KafkaOutboxSink : public Sink {
public:
    static constexpr size_t kMostWaiting = 64 << 20;  // bytes

    // `options.content_type` is set here. Does not wait for a broker. Problems: properties that are wrong, no topic.
    [[nodiscard]] static Result<std::unique_ptr<KafkaOutboxSink>> open(KafkaSenderOptions options, CloudEventContext context);

    void deliver(std::span<const WarningRevision> revisions) override;
    void advise(std::span<const CapacityAdvice> advice) override;
    void keep(std::span<const SuppressedWarning> suppressed) override;
    bool flush(std::chrono::milliseconds timeout) override { return sender_->flush(timeout); }
    std::string outbox() const override { return name(); }
    void archive(Archive& a) override;
    void stored() override;
    bool awaits_checkpoint() const override;
    bool has_room() const override;
    std::string failure() const override { return sender_->failure(); }
    bool ready() const override { return sender_->ready(); }
    std::string name() const override { return "kafka topic " + topic_; }

    OutboundCounts counts() const { return sender_->counts(); }

private:
    KafkaOutboxSink(std::unique_ptr<KafkaSender> sender, std::string topic, CloudEventContext context)
        : sender_(std::move(sender)), topic_(std::move(topic)), context_(std::move(context)) {}

    std::unique_ptr<KafkaSender> sender_;
    std::string topic_;
    CloudEventContext context_;
};

}  // namespace foreshock
