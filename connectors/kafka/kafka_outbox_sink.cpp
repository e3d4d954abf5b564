#include "connectors/kafka/kafka_outbox_sink.h"

#include "connectors/format/advice_event.h"
#include "connectors/format/suppression_event.h"

namespace foreshock {

Result<std::unique_ptr<KafkaOutboxSink>> KafkaOutboxSink::open(KafkaSenderOptions options, CloudEventContext context) {
    if (options.topic.empty()) return Diagnostic{"", 0, 0, "Kafka output without a topic", "write topic: warnings"};
    options.content_type = kCloudEventContentType;
    const std::string topic = options.topic;
    auto sender = KafkaSender::open(std::move(options));
    if (!sender) return sender.problems();
    return std::unique_ptr<KafkaOutboxSink>(new KafkaOutboxSink(std::move(sender.value()), topic, std::move(context)));
}

void KafkaOutboxSink::deliver(std::span<const WarningRevision> revisions) {
    if (context_.advice || revisions.empty()) return;
    sender_->with([&](KafkaOutbox& o) {
        for (const auto& w : revisions) o.add(w.id, to_cloudevent(w, context_));
    });
}

void KafkaOutboxSink::advise(std::span<const CapacityAdvice> advice) {
    if (!context_.advice || advice.empty()) return;
    sender_->with([&](KafkaOutbox& o) {
        for (const auto& a : advice) o.add(a.id, to_cloudevent(a, context_));
    });
}

void KafkaOutboxSink::keep(std::span<const SuppressedWarning> suppressed) {
    if (!context_.suppressed || suppressed.empty()) return;
    sender_->with([&](KafkaOutbox& o) {
        for (const auto& w : suppressed) o.add(suppression_id(w, context_), to_cloudevent(w, context_));
    });
}

// Before the first one, saved or restored, the outbox has no name that lasts.
void KafkaOutboxSink::archive(Archive& a) {
    sender_->with([&](KafkaOutbox& o) { o.archive(a); });
    sender_->start();
}

void KafkaOutboxSink::stored() {
    sender_->with([](KafkaOutbox& o) { o.stored(); });
}

bool KafkaOutboxSink::awaits_checkpoint() const {
    return sender_->with([](const KafkaOutbox& o) { return o.any_unstored(); });
}

bool KafkaOutboxSink::has_room() const {
    return sender_->with([](const KafkaOutbox& o) { return o.bytes() < kMostWaiting; });
}

}  // namespace foreshock
