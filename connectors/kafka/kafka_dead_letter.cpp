#include "connectors/kafka/kafka_dead_letter.h"

#include "connectors/format/dead_letter_json.h"

namespace foreshock {
namespace {

constexpr std::chrono::milliseconds kLastFlush{5000};

}  // namespace

Result<std::unique_ptr<KafkaDeadLetter>> KafkaDeadLetter::open(const KafkaSettings& settings, std::string topic) {
    Result<std::unique_ptr<KafkaProducer>> producer = KafkaProducer::open(settings);
    if (!producer) return producer.problems();
    return std::unique_ptr<KafkaDeadLetter>(new KafkaDeadLetter(std::move(producer.value()), std::move(topic)));
}

KafkaDeadLetter::~KafkaDeadLetter() {
    (void)flush(kLastFlush);
    if (producer_->kept_out()) producer_->hush();  // said by `failure`
}

bool KafkaDeadLetter::flush(std::chrono::milliseconds timeout) {
    // Once it has not taken them in time, nobody waits again until it does.
    away_ = !producer_->flush(away_ ? std::chrono::milliseconds{0} : timeout);
    return !away_;
}

std::string KafkaDeadLetter::failure() {
    rd_kafka_poll(producer_->client(), 0);
    return producer_->kept_out() ? "dead letters to topic " + topic_ + ": " + producer_->failure() : "";
}

void KafkaDeadLetter::write(std::string_view partition, const BadRecord& record) { send(partition, dead_letter_json(partition, record)); }
void KafkaDeadLetter::write(const UndeliveredWarning& warning) { send(warning.receiver, dead_letter_json(warning)); }

void KafkaDeadLetter::send(std::string_view key, const std::string& value) {
    const rd_kafka_resp_err_t error = producer_->put(topic_, {key, value}, std::chrono::milliseconds{0});
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || refused_.fetch_add(1, std::memory_order_relaxed) > 0) return;
    producer_->say(LogLevel::error, "dead letters are given up, the first to topic " + topic_ + ": " + kafka_text(error));
}

}  // namespace foreshock
