// kafka-admin BROKERS create NAME[:PARTITIONS]...   topics; one that exists already is left as it is
//                     grow NAME:PARTITIONS          a topic has more partitions from now on
//                     delete NAME...                topics
//                     limit NAME:BYTES              a topic takes no batches of records that are larger
//                     deny USER TOPIC               a secured broker lets nobody use the topic any more, and this user not write to it
//                     undeny USER TOPIC             takes that back
#include <librdkafka/rdkafka.h>

#include <charconv>
#include <cstdio>
#include <functional>
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
using DeleteTopic = std::unique_ptr<rd_kafka_DeleteTopic_t, Destroy<rd_kafka_DeleteTopic_destroy>>;
using NewPartitions = std::unique_ptr<rd_kafka_NewPartitions_t, Destroy<rd_kafka_NewPartitions_destroy>>;
using Resource = std::unique_ptr<rd_kafka_ConfigResource_t, Destroy<rd_kafka_ConfigResource_destroy>>;
using Acl = std::unique_ptr<rd_kafka_AclBinding_t, Destroy<rd_kafka_AclBinding_destroy>>;

constexpr int kTimeoutMs = 15'000;
using Words = std::vector<std::string>;

// A word that is none of those that are understood.
struct Wrong {
    std::string what;
};

Client connect(const std::string& brokers) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char error[512] = "";
    if (rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), error, sizeof error) == RD_KAFKA_CONF_OK) {
        if (Client client{rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error)}) return client;
    }
    std::fprintf(stderr, "kafka-admin: %s\n", error);
    rd_kafka_conf_destroy(conf);
    return nullptr;
}

struct Topic {
    std::string name;
    int partitions = 1;
};

Topic parse(const std::string& word) {
    const auto colon = word.rfind(':');
    Topic topic{word.substr(0, colon)};
    if (colon == word.npos) return topic;
    const auto [end, code] = std::from_chars(word.data() + colon + 1, word.data() + word.size(), topic.partitions);
    if (code != std::errc{} || end != word.data() + word.size() || topic.partitions < 1) throw Wrong{word + " needs the form NAME or NAME:PARTITIONS"};
    return topic;
}

template <class Owned>
auto pointers(const std::vector<Owned>& owned) {
    std::vector<typename Owned::pointer> out;
    for (const auto& o : owned) out.push_back(o.get());
    return out;
}

// Does what `ask` asks, and tells of the errors that are not `fine`.
bool wait(rd_kafka_t* client, const std::function<void(rd_kafka_queue_t*)>& ask, rd_kafka_resp_err_t fine = RD_KAFKA_RESP_ERR_NO_ERROR) {
    const Queue queue{rd_kafka_queue_new(client)};
    ask(queue.get());
    const Event event{rd_kafka_queue_poll(queue.get(), kTimeoutMs)};
    if (!event) return std::fputs("kafka-admin: no answer\n", stderr), false;
    bool good = true;
    const auto judge = [&](const char* what, rd_kafka_resp_err_t code) {
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == fine) return;
        std::fprintf(stderr, "kafka-admin: %s: %s\n", what, rd_kafka_err2str(code));
        good = false;
    };
    judge("request", rd_kafka_event_error(event.get()));
    size_t count = 0;
    const rd_kafka_topic_result_t** topics = nullptr;
    if (const auto* r = rd_kafka_event_CreateTopics_result(event.get())) topics = rd_kafka_CreateTopics_result_topics(r, &count);
    if (const auto* r = rd_kafka_event_DeleteTopics_result(event.get())) topics = rd_kafka_DeleteTopics_result_topics(r, &count);
    if (const auto* r = rd_kafka_event_CreatePartitions_result(event.get())) topics = rd_kafka_CreatePartitions_result_topics(r, &count);
    for (size_t i = 0; topics != nullptr && i < count; ++i) judge(rd_kafka_topic_result_name(topics[i]), rd_kafka_topic_result_error(topics[i]));
    if (const auto* r = rd_kafka_event_AlterConfigs_result(event.get())) {
        const auto** resources = rd_kafka_AlterConfigs_result_resources(r, &count);
        for (size_t i = 0; i < count; ++i) judge(rd_kafka_ConfigResource_name(resources[i]), rd_kafka_ConfigResource_error(resources[i]));
    }
    if (const auto* r = rd_kafka_event_CreateAcls_result(event.get())) {
        const auto** acls = rd_kafka_CreateAcls_result_acls(r, &count);
        for (size_t i = 0; i < count; ++i) {
            if (const auto* error = rd_kafka_acl_result_error(acls[i])) judge("acl", rd_kafka_error_code(error));
        }
    }
    return good;
}

bool create(rd_kafka_t* client, const Words& words) {
    std::vector<NewTopic> topics;
    char error[512] = "";
    for (const std::string& word : words) {
        const Topic t = parse(word);
        topics.emplace_back(rd_kafka_NewTopic_new(t.name.c_str(), t.partitions, 1, error, sizeof error));
        if (!topics.back()) throw Wrong{word + ": " + error};
    }
    auto list = pointers(topics);
    return wait(client, [&](auto* queue) { rd_kafka_CreateTopics(client, list.data(), list.size(), nullptr, queue); },
                RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS);
}

bool remove(rd_kafka_t* client, const Words& words) {
    std::vector<DeleteTopic> topics;
    for (const std::string& word : words) topics.emplace_back(rd_kafka_DeleteTopic_new(word.c_str()));
    auto list = pointers(topics);
    return wait(client, [&](auto* queue) { rd_kafka_DeleteTopics(client, list.data(), list.size(), nullptr, queue); });
}

bool grow(rd_kafka_t* client, const Words& words) {
    const Topic t = parse(words.at(0));
    char error[512] = "";
    const NewPartitions more{rd_kafka_NewPartitions_new(t.name.c_str(), static_cast<size_t>(t.partitions), error, sizeof error)};
    if (!more) throw Wrong{error};
    rd_kafka_NewPartitions_t* list[] = {more.get()};
    return wait(client, [&](auto* queue) { rd_kafka_CreatePartitions(client, list, 1, nullptr, queue); });
}

bool limit(rd_kafka_t* client, const Words& words) {
    const Topic t = parse(words.at(0));
    const Resource resource{rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, t.name.c_str())};
    if (rd_kafka_ConfigResource_set_config(resource.get(), "max.message.bytes", std::to_string(t.partitions).c_str()) != RD_KAFKA_RESP_ERR_NO_ERROR)
        throw Wrong{words.at(0)};
    rd_kafka_ConfigResource_t* list[] = {resource.get()};
    return wait(client, [&](auto* queue) { rd_kafka_AlterConfigs(client, list, 1, nullptr, queue); });
}

bool deny(rd_kafka_t* client, const Words& words, bool denied) {
    char error[512] = "";
    const auto make = denied ? rd_kafka_AclBinding_new : rd_kafka_AclBindingFilter_new;
    const Acl acl{make(RD_KAFKA_RESOURCE_TOPIC, words.at(1).c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL, words.at(0).c_str(), "*",
                       RD_KAFKA_ACL_OPERATION_WRITE, RD_KAFKA_ACL_PERMISSION_TYPE_DENY, error, sizeof error)};
    if (!acl) throw Wrong{error};
    rd_kafka_AclBinding_t* list[] = {acl.get()};
    return wait(client, [&](auto* queue) {
        if (denied) rd_kafka_CreateAcls(client, list, 1, nullptr, queue);
        else rd_kafka_DeleteAcls(client, list, 1, nullptr, queue);
    });
}

bool run(rd_kafka_t* client, const std::string& command, const Words& words) {
    if (command == "create") return create(client, words);
    if (command == "delete") return remove(client, words);
    if (command == "grow") return grow(client, words);
    if (command == "limit") return limit(client, words);
    if (command == "deny" || command == "undeny") return deny(client, words, command == "deny");
    throw Wrong{"no command " + command};
}

}  // namespace

int main(int argc, char** argv) {
    const Words words(argv + 1, argv + argc);
    try {
        if (words.size() < 3) throw Wrong{"usage: kafka-admin BROKERS create|grow|delete|limit|deny|undeny WORD..."};
        const Client client = connect(words[0]);
        return client && run(client.get(), words[1], {words.begin() + 2, words.end()}) ? 0 : 3;
    } catch (const Wrong& wrong) {
        std::fprintf(stderr, "kafka-admin: %s\n", wrong.what.c_str());
    } catch (const std::exception&) {
        std::fprintf(stderr, "kafka-admin: %s: a word is missing\n", argv[2]);
    }
    return 2;
}
