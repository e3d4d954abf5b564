#include "connectors/kafka/kafka_topics.h"

namespace foreshock {
namespace {

using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, KafkaDestroy<rd_kafka_NewTopic_destroy>>;
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, KafkaDestroy<rd_kafka_AdminOptions_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, KafkaDestroy<rd_kafka_event_destroy>>;

constexpr int kTimeout_ms = 15'000, kLook_ms = 100;
constexpr size_t kErrorBytes = 512;

Diagnostic trouble(const std::string& what, const std::string& why) { return {{}, 0, 0, "Kafka: " + what + ": " + why, {}}; }

Result<NewTopic> described(const KafkaTopic& t) {
    char error[kErrorBytes] = "";
    NewTopic topic(rd_kafka_NewTopic_new(t.name.c_str(), t.partitions, t.replication, error, sizeof error));
    if (!topic) return trouble("topic " + t.name, error);
    for (const auto& [name, value] : t.config) {
        const rd_kafka_resp_err_t code = rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble("topic " + t.name, kafka_text(code));
    }
    return topic;
}

Result<std::vector<KafkaTopicMade>> outcome(rd_kafka_event_t* event) {
    if (event == nullptr) return trouble("making topics", "no broker answered in time");
    if (const auto code = rd_kafka_event_error(event)) return trouble("making topics", std::string(kafka_text(code)) + ": " + rd_kafka_event_error_string(event));
    size_t count = 0;
    const auto** results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    std::vector<KafkaTopicMade> made;
    Diagnostics problems;
    for (size_t i = 0; i < count; ++i) {
        const auto code = rd_kafka_topic_result_error(results[i]);
        const bool there = code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS;
        made.push_back(there ? KafkaTopicMade::there_already : KafkaTopicMade::made);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR || there) continue;
        const char* text = rd_kafka_topic_result_error_string(results[i]);
        problems.push_back(trouble(std::string("topic ") + rd_kafka_topic_result_name(results[i]), text != nullptr ? text : kafka_text(code)));
    }
    if (!problems.empty()) return problems;
    return made;
}

}  // namespace

Result<std::vector<KafkaTopicMade>> make_topics(const KafkaSettings& settings, const std::vector<KafkaTopic>& topics) {
    std::vector<NewTopic> owned;
    std::vector<rd_kafka_NewTopic_t*> list;
    for (const KafkaTopic& t : topics) {
        auto topic = described(t);
        if (!topic) return topic.problems();
        list.push_back(topic.value().get());
        owned.push_back(std::move(topic.value()));
    }
    KafkaLink link("Kafka", settings.log);
    auto conf = kafka_conf(settings, {}, {}, link);
    if (!conf) return conf.problems();
    const auto client = kafka_client(RD_KAFKA_PRODUCER, std::move(conf.value()));
    if (!client) return client.problems();
    const KafkaQueue queue(rd_kafka_queue_new(client.value().get()));
    const Options options(rd_kafka_AdminOptions_new(client.value().get(), RD_KAFKA_ADMIN_OP_CREATETOPICS));
    char error[kErrorBytes] = "";
    (void)rd_kafka_AdminOptions_set_request_timeout(options.get(), kTimeout_ms, error, sizeof error);
    rd_kafka_CreateTopics(client.value().get(), list.data(), list.size(), options.get(), queue.get());
    for (int waited_ms = 0;; waited_ms += kLook_ms) {
        const Event event(rd_kafka_queue_poll(queue.get(), kLook_ms));
        rd_kafka_poll(client.value().get(), 0);  // hears why
        if (!link.failure().empty()) return Diagnostic{{}, 0, 0, link.failure(), {}};
        if (event || waited_ms > 2 * kTimeout_ms) return outcome(event.get());
    }
}

}  // namespace foreshock
