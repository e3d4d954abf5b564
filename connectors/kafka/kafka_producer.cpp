#include "connectors/kafka/kafka_producer.h"

#include <algorithm>

namespace foreshock {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int64_t kLongestWait_ms = 100;  // for room, before looking again

rd_kafka_resp_err_t produce(rd_kafka_t* client, const std::string& topic, const KafkaRecord& r) {
    // librdkafka copies both; its interface is older than const.
    return rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(r.partition),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_TIMESTAMP(r.timestamp_ms),
                             RD_KAFKA_V_KEY(r.key.data(), r.key.size()),
                             RD_KAFKA_V_VALUE(const_cast<char*>(r.value.data()), r.value.size()), RD_KAFKA_V_END);
}

}  // namespace

Result<std::unique_ptr<KafkaProducer>> KafkaProducer::open(const KafkaSettings& settings) {
    std::unique_ptr<KafkaProducer> out(new KafkaProducer(settings.log));
    const KafkaProperties defaults{
        {"enable.idempotence", "true"}, {"compression.type", "lz4"}, {"linger.ms", "5"}, {"partitioner", "murmur2_random"}};
    Result<KafkaConf> conf = kafka_conf(settings, defaults, {}, *out);
    if (!conf) return conf.problems();
    rd_kafka_conf_set_dr_msg_cb(conf.value().get(), on_delivery);
    Result<KafkaHandle> client = kafka_client(RD_KAFKA_PRODUCER, std::move(conf.value()));
    if (!client) return client.problems();
    out->client_ = std::move(client.value());
    return out;
}

bool KafkaProducer::send(const std::string& topic, const KafkaRecord& record, milliseconds patience) {
    const auto deadline = steady_clock::now() + patience;
    for (;;) {
        const rd_kafka_resp_err_t error = produce(client_.get(), topic, record);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
            rd_kafka_poll(client_.get(), 0);
            return true;
        }
        if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            fail("topic " + topic + ": " + kafka_text(error));
            return false;
        }
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
        if (left <= 0) return false;
        rd_kafka_poll(client_.get(), static_cast<int>(std::min(left, kLongestWait_ms)));
    }
}

bool KafkaProducer::flush(milliseconds timeout) {
    return rd_kafka_flush(client_.get(), static_cast<int>(timeout.count())) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

void KafkaProducer::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto& self = *static_cast<KafkaProducer*>(static_cast<KafkaLink*>(opaque));
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        self.delivered_.fetch_add(1, std::memory_order_relaxed);
        self.answered();
    } else if (self.lost_.fetch_add(1, std::memory_order_relaxed) == 0) {
        self.say(LogLevel::error, std::string("records are given up, the first to topic ") +
                                      rd_kafka_topic_name(message->rkt) + ": " + kafka_text(message->err));
    }
}

}  // namespace foreshock
