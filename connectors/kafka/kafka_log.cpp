#include "connectors/kafka/kafka_log.h"

#include <algorithm>
#include <utility>

namespace foreshock {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Message = std::unique_ptr<rd_kafka_message_t, KafkaDestroy<rd_kafka_message_destroy>>;

constexpr milliseconds kSlice{100};

}  // namespace

KafkaLog::KafkaLog(const KafkaSettings& settings, std::string topic, int32_t partition)
    : KafkaLink("Kafka log " + topic + "/" + std::to_string(partition), settings.log), topic_(std::move(topic)), partition_(partition) {}

Diagnostic KafkaLog::trouble(const std::string& what) const {
    return {{}, 0, 0, "Kafka: " + topic_ + "/" + std::to_string(partition_) + ": " + what, {}};
}

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
    if (Status s = out->assign(); !s) return s.problems();
    return out;
}

Status KafkaLog::assign() {
    const KafkaPartitions list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(), partition_)->offset = next_;
    const rd_kafka_resp_err_t error = rd_kafka_assign(client_.get(), list.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble(kafka_text(error));
    end_told_ = false;
    return Done{};
}

void KafkaLog::take(const rd_kafka_message_t& message) {
    answered();
    ++records_;
    next_ = message.offset + 1;
    end_told_ = false;
    std::string key(static_cast<const char*>(message.key), message.key_len);
    if (message.payload == nullptr) entries_.erase(key);
    else entries_[std::move(key)].assign(static_cast<const char*>(message.payload), message.len);
}

Result<KafkaLog::Step> KafkaLog::step(milliseconds patience) {
    const Message message(rd_kafka_consumer_poll(client_.get(), static_cast<int>(std::clamp(patience, milliseconds{0}, kSlice).count())));
    if (!failure().empty()) return Diagnostic{{}, 0, 0, failure(), {}};
    if (!message) return Step::nothing;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        take(*message);
        return Step::record;
    }
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        end_told_ = true;
        return Step::end;
    }
    if (is_final(message->err) || message->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
        message->err == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || message->err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) {
        Diagnostic d = trouble(kafka_text(message->err));
        d.hint = "make the internal topics by: foreshock topics create CONFIG";
        return d;
    }
    return Step::nothing;
}

Result<bool> KafkaLog::read(milliseconds patience) {
    if (end_told_)
        if (Status s = assign(); !s) return s.problems();
    for (const auto deadline = steady_clock::now() + patience;;) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        const auto step = this->step(left);
        if (!step) return step.problems();
        if (step.value() == Step::end) return true;
        if (step.value() == Step::nothing && left <= milliseconds{0}) return false;
    }
}

Status KafkaLog::follow(milliseconds patience) {
    for (const auto deadline = steady_clock::now() + patience; steady_clock::now() < deadline;) {
        const auto step = this->step(milliseconds{0});
        if (!step) return step.problems();
        if (step.value() != Step::record) break;
    }
    return Done{};
}

}  // namespace foreshock
