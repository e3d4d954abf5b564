// kafka-topics BROKERS NAME[:PARTITIONS]...  creates topics; one that exists already is left as it is.
#include <librdkafka/rdkafka.h>

#include <charconv>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

template <auto destroy>
struct Destroy {
    void operator()(auto* object) const { destroy(object); }
};

using Client = std::unique_ptr<rd_kafka_t, Destroy<rd_kafka_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroy<rd_kafka_event_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroy<rd_kafka_NewTopic_destroy>>;

constexpr int kTimeoutMs = 15'000;

Client connect(const char* brokers) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char error[512] = "";
    if (rd_kafka_conf_set(conf, "bootstrap.servers", brokers, error, sizeof error) == RD_KAFKA_CONF_OK) {
        if (Client client{rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error)}) return client;
    }
    std::fprintf(stderr, "kafka-topics: %s\n", error);
    rd_kafka_conf_destroy(conf);
    return nullptr;
}

NewTopic parse(std::string_view word) {
    const auto colon = word.rfind(':');
    const std::string name{word.substr(0, colon)};
    int partitions = 1;
    if (colon != std::string_view::npos) {
        const auto [end, code] = std::from_chars(word.data() + colon + 1, word.data() + word.size(), partitions);
        if (code != std::errc{} || end != word.data() + word.size() || partitions < 1) partitions = 0;
    }
    char error[512] = "needs the form NAME or NAME:PARTITIONS";
    NewTopic topic;
    if (partitions > 0) topic.reset(rd_kafka_NewTopic_new(name.c_str(), partitions, 1, error, sizeof error));
    if (!topic) std::fprintf(stderr, "kafka-topics: '%.*s': %s\n", int(word.size()), word.data(), error);
    return topic;
}

bool created(rd_kafka_event_t* event) {
    if (const auto code = rd_kafka_event_error(event)) {
        std::fprintf(stderr, "kafka-topics: %s: %s\n", rd_kafka_err2str(code), rd_kafka_event_error_string(event));
        return false;
    }
    size_t count = 0;
    const auto** topics = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    bool fine = true;
    for (size_t i = 0; i < count; ++i) {
        const auto code = rd_kafka_topic_result_error(topics[i]);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
        std::fprintf(stderr, "kafka-topics: %s: %s\n", rd_kafka_topic_result_name(topics[i]), rd_kafka_err2str(code));
        fine = false;
    }
    return fine;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fputs("usage: kafka-topics BROKERS NAME[:PARTITIONS]...\n", stderr);
        return 2;
    }
    std::vector<NewTopic> owned;
    std::vector<rd_kafka_NewTopic_t*> topics;
    for (int i = 2; i < argc; ++i) {
        owned.push_back(parse(argv[i]));
        if (!owned.back()) return 2;
        topics.push_back(owned.back().get());
    }
    const Client client = connect(argv[1]);
    if (!client) return 3;
    const Queue queue{rd_kafka_queue_new(client.get())};
    rd_kafka_CreateTopics(client.get(), topics.data(), topics.size(), nullptr, queue.get());
    const Event event{rd_kafka_queue_poll(queue.get(), kTimeoutMs)};
    if (!event) {
        std::fprintf(stderr, "kafka-topics: %s did not answer\n", argv[1]);
        return 3;
    }
    return created(event.get()) ? 0 : 3;
}
