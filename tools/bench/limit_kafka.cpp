#include <algorithm>
#include <thread>

#include "tools/bench/limit.h"

namespace bench {
namespace {

rd_kafka_t* consumer(const std::string& brokers) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char error[512];
    const auto set = [&](const char* name, const char* value) {
        if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) fail(error);
    };
    set("bootstrap.servers", brokers.c_str());
    set("group.id", "limit");
    set("enable.auto.commit", "false");
    set("enable.auto.offset.store", "false");
    set("fetch.message.max.bytes", "1000000");
    set("queued.min.messages", "50000");
    // A full queue stops fetching until something wakes the thread; 2.2 can be told how long.
    if (rd_kafka_version() >= 0x02020000) set("fetch.queue.backoff.ms", "2");
    else set("topic.metadata.refresh.interval.ms", "10");
    rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    if (client == nullptr) fail(error);
    rd_kafka_poll_set_consumer(client);
    return client;
}

void consume(const Share& share, Sums& sums) {
    constexpr size_t kBatch = 1000;
    rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(share.client);
    std::vector<rd_kafka_message_t*> messages(kBatch);
    for (int64_t left = share.records; left > 0;) {
        const ssize_t n = rd_kafka_consume_batch_queue(queue, 20, messages.data(), kBatch);
        for (ssize_t i = 0; i < n; ++i) {
            const rd_kafka_message_t* m = messages[static_cast<size_t>(i)];
            if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                if (!sums.add({static_cast<const char*>(m->payload), m->len}, false)) fail("a record is no event");
                --left;
            }
            rd_kafka_message_destroy(messages[static_cast<size_t>(i)]);
        }
    }
}

}  // namespace

std::vector<Share> share_out(const std::string& brokers, size_t threads, char** topics, int count) {
    std::vector<Share> shares(threads);
    for (Share& s : shares) s.client = consumer(brokers);
    std::vector<Share::Partition> all;
    for (int i = 0; i < count; ++i) {
        const rd_kafka_metadata_t* metadata = nullptr;
        rd_kafka_topic_t* topic = rd_kafka_topic_new(shares[0].client, topics[i], nullptr);
        if (rd_kafka_metadata(shares[0].client, 0, topic, &metadata, 10000) != RD_KAFKA_RESP_ERR_NO_ERROR || metadata->topic_cnt != 1) fail(std::string("no topic ") + topics[i]);
        for (int p = 0; p < metadata->topics[0].partition_cnt; ++p) {
            Share::Partition& found = all.emplace_back(topics[i], p);
            if (rd_kafka_query_watermark_offsets(shares[0].client, topics[i], p, &found.from, &found.to, 10000) != RD_KAFKA_RESP_ERR_NO_ERROR) fail("no offsets");
        }
        rd_kafka_metadata_destroy(metadata);
        rd_kafka_topic_destroy(topic);
    }
    const auto size = [](const Share::Partition& p) { return p.to - p.from; };
    std::ranges::sort(all, std::greater{}, size);
    for (const Share::Partition& p : all) {
        Share& least = *std::ranges::min_element(shares, {}, &Share::records);
        least.partitions.push_back(p);
        least.records += size(p);
    }
    return shares;
}

void consume(std::vector<Share>& shares) {
    Running running;
    std::vector<std::thread> threads;
    for (const Share& s : shares) {
        rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(16);
        for (const Share::Partition& p : s.partitions) rd_kafka_topic_partition_list_add(list, p.topic.c_str(), p.id)->offset = RD_KAFKA_OFFSET_BEGINNING;
        rd_kafka_assign(s.client, list);
        rd_kafka_topic_partition_list_destroy(list);
        threads.emplace_back([&s, &mine = running.add()] { consume(s, mine); });
    }
    for (std::thread& t : threads) t.join();
    running.print();
}

}  // namespace bench
