#include "connectors/kafka/kafka_log.h"

#include <algorithm>

namespace foreshock {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Message = std::unique_ptr<rd_kafka_message_t, KafkaDestroy<rd_kafka_message_destroy>>;

constexpr milliseconds kSlice{100};

}  // namespace

KafkaLog::KafkaLog(const KafkaSettings& settings, const std::string& topic, int32_t partition)
    : KafkaLink("Kafka log " + topic + "/" + std::to_string(partition), settings.log), name_(topic + "/" + std::to_string(partition)) {}

Result<std::unique_ptr<KafkaLog>> KafkaLog::open(const KafkaSettings& settings, const std::string& topic, int32_t partition) {
    std::unique_ptr<KafkaLog> out(new KafkaLog(settings, topic, partition));
    // The group is needed to assign, and never joined.
    const KafkaProperties fixed{{"group.id", settings.client_id},   {"enable.auto.commit", "false"},    {"enable.partition.eof", "true"},
                                {"isolation.level", "read_committed"}, {"auto.offset.reset", "earliest"}, {"fetch.wait.max.ms", "20"}};
    Result<KafkaConf> conf = kafka_conf(settings, {}, fixed, *out);
    if (!conf) return conf.problems();
    Result<KafkaHandle> client = kafka_client(RD_KAFKA_CONSUMER, std::move(conf.value()));
    if (!client) return client.problems();
    out->client_ = std::move(client.value());
    rd_kafka_poll_set_consumer(out->client_.get());
    const KafkaPartitions list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
    const rd_kafka_resp_err_t error = rd_kafka_assign(out->client_.get(), list.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Diagnostic{{}, 0, 0, "Kafka: " + out->name_ + ": " + kafka_text(error), {}};
    return out;
}

Result<bool> KafkaLog::read(milliseconds patience) {
    const auto deadline = steady_clock::now() + patience;
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        const Message message(rd_kafka_consumer_poll(client_.get(), static_cast<int>(std::clamp(left, milliseconds{0}, kSlice).count())));
        if (!failure().empty()) return Diagnostic{{}, 0, 0, failure(), {}};
        if (!message) {
            if (left <= milliseconds{0}) return false;
            continue;
        }
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return true;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            answered();
            ++records_;
            std::string key(static_cast<const char*>(message->key), message->key_len);
            if (message->payload == nullptr) entries_.erase(key);
            else entries_[std::move(key)].assign(static_cast<const char*>(message->payload), message->len);
        } else if (is_final(message->err) || message->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
                   message->err == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || message->err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) {
            return Diagnostic{{}, 0, 0, "Kafka: " + name_ + ": " + kafka_text(message->err), "make the internal topics by: foreshock topics create CONFIG"};
        }
    }
}

}  // namespace foreshock
