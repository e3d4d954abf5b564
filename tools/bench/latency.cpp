// From the moment a slot may close until what it decides is out, on a live stream. Needs rules that say something in every slot.
//
//     latency BROKERS SECONDS SLOT_MS PARTITIONS WARNINGS TOPIC...
//
// Makes the topics, with times that the broker gives at appending, and says so by the line "ready". For SECONDS it reads warnings as a
// receiver does (read_committed) and notes when each arrives. Then it reads the events: a slot may close when the last partition has appended
// an event from the slot's end plus lateness on, which is the `time` of its warnings. Slots of the first tenth are left out. Prints one JSON
// object, in milliseconds of one clock, that of this machine.
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/kafka/kafka_topics.h"
#include "engine/base/time.h"

namespace {

using namespace foreshock;
using Milliseconds = int64_t;  // since the epoch

constexpr int kWait_ms = 10'000;

[[noreturn]] void fail(const std::string& why) {
    std::fprintf(stderr, "latency: %s\n", why.c_str());
    std::exit(3);
}

Milliseconds now() { return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count(); }

// The time behind `key` in a JSON text.
Milliseconds time_in(std::string_view json, std::string_view key) {
    const size_t at = json.find(key);
    const auto time = at == json.npos ? std::nullopt : parse_rfc3339(json.substr(at + key.size(), json.find('"', at + key.size()) - at - key.size()));
    if (!time) fail("no time in " + std::string(json));
    return time->time_since_epoch().count() / 1000;
}

rd_kafka_t* consumer(const std::string& brokers) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char error[512];
    for (const auto& [name, value] : {std::pair{"bootstrap.servers", brokers.c_str()}, {"group.id", "latency"}, {"enable.auto.commit", "false"}, {"auto.offset.reset", "earliest"},
                                      {"isolation.level", "read_committed"}, {"queued.min.messages", "1000000"}, {"fetch.wait.max.ms", "50"}})
        if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) fail(error);
    rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    if (client == nullptr) fail(error);
    rd_kafka_poll_set_consumer(client);
    return client;
}

void assign(rd_kafka_t* client, const std::vector<std::string>& topics, int partitions) {
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(16);
    for (const std::string& t : topics)
        for (int p = 0; p < partitions; ++p) rd_kafka_topic_partition_list_add(list, t.c_str(), p)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(client, list);
    rd_kafka_topic_partition_list_destroy(list);
}

// When the first warning of each slot arrived, by the slot's end plus lateness.
std::map<Milliseconds, Milliseconds> read_warnings(const std::string& brokers, const std::string& topic, Milliseconds until) {
    rd_kafka_t* client = consumer(brokers);
    assign(client, {topic}, 1);
    std::map<Milliseconds, Milliseconds> arrived;
    while (now() < until) {
        rd_kafka_message_t* m = rd_kafka_consumer_poll(client, 20);
        if (m == nullptr) continue;
        if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) arrived.try_emplace(time_in({static_cast<const char*>(m->payload), m->len}, "\"time\":\""), now());
        rd_kafka_message_destroy(m);
    }
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
    return arrived;
}

// When each of `slots` (ends plus lateness) might close: each partition has appended an event from then on.
std::map<Milliseconds, Milliseconds> read_events(const std::string& brokers, const std::vector<std::string>& topics, int partitions, const std::vector<Milliseconds>& slots) {
    struct Partition {
        Milliseconds clock = 0;
        size_t next = 0;  // of the slots
    };
    rd_kafka_t* client = consumer(brokers);
    std::map<std::pair<std::string, int>, Partition> seen;
    std::map<Milliseconds, Milliseconds> may_close;
    size_t left = 0;  // partitions
    for (const std::string& t : topics)
        for (int p = 0; p < partitions; ++p) {
            int64_t low = 0, high = 0;
            if (rd_kafka_query_watermark_offsets(client, t.c_str(), p, &low, &high, kWait_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) fail("no offsets of " + t);
            left += high > low ? 1 : 0;
        }
    assign(client, topics, partitions);
    while (left > 0) {
        rd_kafka_message_t* m = rd_kafka_consumer_poll(client, kWait_ms);
        if (m == nullptr || m->err != RD_KAFKA_RESP_ERR_NO_ERROR) fail("the events cannot be read back");
        rd_kafka_timestamp_type_t type{};
        const Milliseconds appended = rd_kafka_message_timestamp(m, &type);
        if (type != RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) fail("times of the broker are missing");
        Partition& p = seen[{rd_kafka_topic_name(m->rkt), m->partition}];
        p.clock = std::max(p.clock, time_in({static_cast<const char*>(m->payload), m->len}, "\"ts\":\""));
        for (; p.next < slots.size() && slots[p.next] <= p.clock; ++p.next) {
            may_close[slots[p.next]] = std::max(may_close[slots[p.next]], appended);
            left -= p.next + 1 == slots.size() ? 1 : 0;
        }
        rd_kafka_message_destroy(m);
    }
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
    return may_close;
}

}  // namespace

int main(int count, char** words) {
    if (count < 7) return std::fputs("latency BROKERS SECONDS SLOT_MS PARTITIONS WARNINGS TOPIC...\n", stderr), 2;
    const std::string brokers = words[1], warnings = words[5];
    const Milliseconds length = std::atoll(words[2]) * 1000, slot = std::atoll(words[3]);
    const int partitions = std::atoi(words[4]);
    const std::vector<std::string> topics(words + 6, words + count);
    std::vector<KafkaTopic> wanted{{.name = warnings, .config = {}}};
    for (const std::string& t : topics) wanted.push_back({.name = t, .partitions = partitions, .config = {{"message.timestamp.type", "LogAppendTime"}}});
    if (const auto made = make_topics({.brokers = brokers, .properties = {}, .client_id = "latency", .log = {}}, wanted); !made) fail(made.problems().front().text());
    std::puts("ready");
    std::fflush(stdout);
    const Milliseconds start = now();
    const auto arrived = read_warnings(brokers, warnings, start + length);
    std::vector<Milliseconds> slots;
    for (const auto& [time, at] : arrived)
        if (time >= start + length / 10 && time < start + length - 2 * slot) slots.push_back(time);
    if (slots.empty()) fail("no warnings came");
    for (size_t i = 1; i < slots.size(); ++i)
        if (slots[i] != slots[i - 1] + slot) fail("a slot said nothing");
    const auto may_close = read_events(brokers, topics, partitions, slots);
    std::vector<Milliseconds> waits;
    for (const Milliseconds s : slots) waits.push_back(arrived.at(s) - may_close.at(s));
    std::ranges::sort(waits);
    const auto quantile = [&](double q) { return static_cast<long long>(waits[std::min(waits.size() - 1, static_cast<size_t>(q * static_cast<double>(waits.size())))]); };
    std::printf("{\"slots\":%zu,\"p50_ms\":%lld,\"p90_ms\":%lld,\"p99_ms\":%lld,\"max_ms\":%lld}\n", waits.size(), quantile(0.5), quantile(0.9), quantile(0.99), quantile(1));
    return 0;
}
