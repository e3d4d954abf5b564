#include "connectors/kafka/kafka_sink.h"

#include "connectors/format/advice_event.h"
#include "connectors/format/suppression_event.h"

namespace foreshock {

Result<std::unique_ptr<KafkaSink>> KafkaSink::open(KafkaSettings settings, std::string topic,
                                                   CloudEventContext context) {
    if (topic.empty()) return Diagnostic{"", 0, 0, "Kafka output without a topic", "write topic: warnings"};
    // A warning is not given up because a broker is away for more than librdkafka's usual five minutes.
    settings.properties.emplace("message.timeout.ms", "0");
    auto producer = KafkaProducer::open(settings);
    if (!producer) return producer.problems();
    return std::unique_ptr<KafkaSink>(new KafkaSink(std::move(producer.value()), std::move(topic), std::move(context)));
}

void KafkaSink::deliver(std::span<const WarningRevision> revisions) {
    if (context_.advice) return;
    for (const auto& w : revisions) send(w.id, to_cloudevent(w, context_));
    rd_kafka_poll(producer_->client(), 0);
}

void KafkaSink::advise(std::span<const CapacityAdvice> advice) {
    if (!context_.advice) return;
    for (const auto& a : advice) send(a.id, to_cloudevent(a, context_));
    rd_kafka_poll(producer_->client(), 0);
}

void KafkaSink::keep(std::span<const SuppressedWarning> suppressed) {
    if (!context_.suppressed) return;
    for (const auto& w : suppressed) send(suppression_id(w, context_), to_cloudevent(w, context_));
    rd_kafka_poll(producer_->client(), 0);
}

void KafkaSink::send(const std::string& key, const std::string& event) {
    const rd_kafka_resp_err_t error = producer_->put(topic_, {key, event, -1, 0, kCloudEventContentType}, std::chrono::milliseconds{0});
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    if (refused_ == 0) refusal_ = kafka_text(error);
    ++refused_;
}

bool KafkaSink::flush(std::chrono::milliseconds timeout) { return producer_->flush(timeout) && lost() == 0; }

std::string KafkaSink::failure() const {
    rd_kafka_poll(producer_->client(), 0);
    if (lost() == 0) return producer_->failure();
    return name() + ": a warning was not taken: " + (refused_ > 0 ? refusal_ : producer_->loss());
}

bool KafkaSink::ready() const {
    return producer_->finds_broker() && producer_->failure().empty();
}

}  // namespace foreshock
