// What any program could reach on this machine: events from Kafka or from files, parsed and summed, and nothing else. Prints one JSON object.
//
//     limit kafka BROKERS THREADS TOPIC...     one librdkafka consumer and one thread for each share of the partitions
//     limit file THREADS FILE...               mapped into memory, shared out between the threads
#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tools/bench/sums.h"

namespace {

using bench::Sums;

[[noreturn]] void fail(const std::string& why) {
    std::fprintf(stderr, "limit: %s\n", why.c_str());
    std::exit(3);
}

int print(const std::vector<std::unique_ptr<Sums>>& parts, double seconds) {
    Sums all;
    for (const auto& s : parts) all.merge(*s);
    std::printf("{\"events\":%llu,\"transactions\":%llu,\"errors\":%llu,\"value_micro\":%lld,\"service_slots\":%llu,\"seconds\":%.3f,\"events_per_second\":%.0f}\n",
                static_cast<unsigned long long>(all.events), static_cast<unsigned long long>(all.transactions), static_cast<unsigned long long>(all.errors),
                static_cast<long long>(all.value_micro), static_cast<unsigned long long>(all.service_slots()), seconds, static_cast<double>(all.events) / seconds);
    return 0;
}

struct Share {
    rd_kafka_t* client = nullptr;
    rd_kafka_topic_partition_list_t* partitions = rd_kafka_topic_partition_list_new(16);
    int64_t records = 0;
};

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

// Partitions to threads, the largest first to whoever has least.
std::vector<Share> share_out(const std::string& brokers, size_t threads, char** topics, int count) {
    std::vector<Share> shares(threads);
    for (Share& s : shares) s.client = consumer(brokers);
    std::vector<std::pair<int64_t, std::pair<std::string, int>>> sizes;
    for (int i = 0; i < count; ++i) {
        const rd_kafka_metadata_t* metadata = nullptr;
        rd_kafka_topic_t* topic = rd_kafka_topic_new(shares[0].client, topics[i], nullptr);
        if (rd_kafka_metadata(shares[0].client, 0, topic, &metadata, 10000) != RD_KAFKA_RESP_ERR_NO_ERROR || metadata->topic_cnt != 1) fail(std::string("no topic ") + topics[i]);
        for (int p = 0; p < metadata->topics[0].partition_cnt; ++p) {
            int64_t low = 0, high = 0;
            if (rd_kafka_query_watermark_offsets(shares[0].client, topics[i], p, &low, &high, 10000) != RD_KAFKA_RESP_ERR_NO_ERROR) fail("no offsets");
            sizes.push_back({high - low, {topics[i], p}});
        }
        rd_kafka_metadata_destroy(metadata);
        rd_kafka_topic_destroy(topic);
    }
    std::sort(sizes.rbegin(), sizes.rend());
    for (const auto& [size, partition] : sizes) {
        Share& least = *std::min_element(shares.begin(), shares.end(), [](const Share& a, const Share& b) { return a.records < b.records; });
        rd_kafka_topic_partition_list_add(least.partitions, partition.first.c_str(), partition.second)->offset = RD_KAFKA_OFFSET_BEGINNING;
        least.records += size;
    }
    return shares;
}

void consume(Share& share, Sums& sums) {
    constexpr size_t kBatch = 1000;
    rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(share.client);
    std::vector<rd_kafka_message_t*> messages(kBatch);
    for (int64_t left = share.records; left > 0;) {
        const ssize_t n = rd_kafka_consume_batch_queue(queue, 20, messages.data(), kBatch);
        for (ssize_t i = 0; i < n; ++i) {
            const rd_kafka_message_t* m = messages[static_cast<size_t>(i)];
            if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                if (!sums.add({static_cast<const char*>(m->payload), m->len})) fail("a record is no event");
                --left;
            }
            rd_kafka_message_destroy(messages[static_cast<size_t>(i)]);
        }
    }
}

int from_kafka(const std::string& brokers, size_t threads, char** topics, int count) {
    std::vector<Share> shares = share_out(brokers, threads, topics, count);
    std::vector<std::unique_ptr<Sums>> sums;
    std::vector<std::thread> running;
    const auto start = std::chrono::steady_clock::now();
    for (Share& s : shares) {
        rd_kafka_assign(s.client, s.partitions);
        sums.push_back(std::make_unique<Sums>());
        running.emplace_back([&s, mine = sums.back().get()] { consume(s, *mine); });
    }
    for (std::thread& t : running) t.join();
    print(sums, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    std::fflush(stdout);
    std::_Exit(0);  // closing the clients takes longer than the measurement
}

// Each thread takes the next piece of a file; a piece begins behind the first end of line in it, and ends with the line that its end is in.
int from_files(size_t threads, char** paths, int count) {
    constexpr size_t kPiece = 4 << 20;
    struct Mapped { const char* data; size_t size; };
    std::vector<Mapped> files;
    std::deque<std::pair<size_t, size_t>> pieces;  // file, offset
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) {
        const int file = open(paths[i], O_RDONLY);
        struct stat info{};
        if (file < 0 || fstat(file, &info) != 0) fail(std::string(paths[i]) + ": " + std::strerror(errno));
        const auto size = static_cast<size_t>(info.st_size);
        void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
        if (data == MAP_FAILED) fail(std::string(paths[i]) + ": " + std::strerror(errno));
        for (size_t at = 0; at < size; at += kPiece) pieces.emplace_back(files.size(), at);
        files.push_back({static_cast<const char*>(data), size});
    }
    std::atomic<size_t> next{0};
    std::vector<std::unique_ptr<Sums>> sums;
    std::vector<std::thread> running;
    for (size_t t = 0; t < threads; ++t) {
        sums.push_back(std::make_unique<Sums>());
        running.emplace_back([&, mine = sums.back().get()] {
            for (size_t k; (k = next++) < pieces.size();) {
                const Mapped& f = files[pieces[k].first];
                const char *at = f.data + pieces[k].second, *end = f.data + f.size, *stop = std::min(at + kPiece, end);
                if (at != f.data) at = static_cast<const char*>(std::memchr(at - 1, '\n', static_cast<size_t>(end - at + 1))) + 1;
                while (at < stop) {
                    const char* line = static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
                    if (line == nullptr) line = end;
                    if (!mine->add({at, static_cast<size_t>(line - at)})) fail("a line is no event");
                    at = line + 1;
                }
            }
        });
    }
    for (std::thread& t : running) t.join();
    return print(sums, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

}  // namespace

int main(int count, char** words) {
    const std::string mode = count > 1 ? words[1] : "";
    if (mode == "kafka" && count > 4) return from_kafka(words[2], std::strtoul(words[3], nullptr, 10), words + 4, count - 4);
    if (mode == "file" && count > 3) return from_files(std::strtoul(words[2], nullptr, 10), words + 3, count - 3);
    std::fputs("limit kafka BROKERS THREADS TOPIC... | limit file THREADS FILE...\n", stderr);
    return 2;
}
