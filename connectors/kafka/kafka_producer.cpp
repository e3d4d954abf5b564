#include "connectors/kafka/kafka_producer.h"

#include <algorithm>

namespace foreshock {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int64_t kLongestWait_ms = 100;  // for room, before looking again

rd_kafka_resp_err_t produce(rd_kafka_t* client, const std::string& topic, const KafkaRecord& r) {
    // librdkafka copies all of it; its interface is older than const.
    rd_kafka_headers_t* const headers = r.content_type.empty() ? nullptr : rd_kafka_headers_new(1);
    if (headers != nullptr)
        rd_kafka_header_add(headers, "content-type", -1, r.content_type.data(), static_cast<ssize_t>(r.content_type.size()));
    const rd_kafka_resp_err_t error =
        rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(r.partition),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_TIMESTAMP(r.timestamp_ms),
                          RD_KAFKA_V_KEY(r.key.data(), r.key.size()),
                          RD_KAFKA_V_VALUE(const_cast<char*>(r.value.data()), r.value.size()), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && headers != nullptr) rd_kafka_headers_destroy(headers);  // else the message owns them
    return error;
}

}  // namespace

Result<std::unique_ptr<KafkaProducer>> KafkaProducer::open(const KafkaSettings& settings) {
    std::unique_ptr<KafkaProducer> out(new KafkaProducer(settings.log));
    if (const Status connected = out->connect(settings, {}); !connected) return connected.problems();
    return out;
}

Status KafkaProducer::connect(const KafkaSettings& settings, const KafkaProperties& fixed) {
    const KafkaProperties defaults{
        {"enable.idempotence", "true"}, {"compression.type", "lz4"}, {"linger.ms", "5"}, {"partitioner", "murmur2_random"}};
    Result<KafkaConf> conf = kafka_conf(settings, defaults, fixed, *this);
    if (!conf) return conf.problems();
    rd_kafka_conf_set_dr_msg_cb(conf.value().get(), on_delivery);
    Result<KafkaHandle> client = kafka_client(RD_KAFKA_PRODUCER, std::move(conf.value()));
    if (!client) return client.problems();
    client_ = std::move(client.value());
    return Done{};
}

bool KafkaProducer::send(const std::string& topic, const KafkaRecord& record, milliseconds patience) {
    const rd_kafka_resp_err_t error = put(topic, record, patience);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && error != RD_KAFKA_RESP_ERR__QUEUE_FULL)
        fail("topic " + topic + ": " + kafka_text(error));
    return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t KafkaProducer::put(const std::string& topic, const KafkaRecord& record, milliseconds patience) {
    const auto deadline = steady_clock::now() + patience;
    for (;;) {
        const rd_kafka_resp_err_t error = produce(client_.get(), topic, record);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_poll(client_.get(), 0);
        if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return error;
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
        if (left <= 0) return error;
        rd_kafka_poll(client_.get(), static_cast<int>(std::min(left, kLongestWait_ms)));
    }
}

bool KafkaProducer::flush(milliseconds timeout) {
    return rd_kafka_flush(client_.get(), static_cast<int>(timeout.count())) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool KafkaProducer::finds_broker() {
    rd_kafka_poll(client_.get(), 0);  // hears of brokers that went or came
    look_for_broker(client_.get());
    return reachable();
}

void KafkaProducer::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto& self = *static_cast<KafkaProducer*>(static_cast<KafkaLink*>(opaque));
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        self.delivered_.fetch_add(1, std::memory_order_relaxed);
        self.answered();
    } else {
        self.given_up(*message);
    }
}

std::string KafkaProducer::loss() const {
    const std::lock_guard lock(loss_mutex_);
    return loss_;
}

void KafkaProducer::given_up(const rd_kafka_message_t& message) {
    {
        const std::lock_guard lock(loss_mutex_);
        if (loss_.empty()) loss_ = kafka_text(message.err);
    }
    if (lost_.fetch_add(1, std::memory_order_relaxed) != 0) return;
    say(LogLevel::error, std::string("records are given up, the first to topic ") + rd_kafka_topic_name(message.rkt) + ": " +
                             kafka_text(message.err));
}

}  // namespace foreshock
