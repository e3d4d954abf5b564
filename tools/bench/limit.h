// What the ways of reading share that the limit has. Whatever goes wrong ends the program: it is a measurement.
#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tools/bench/sums.h"

namespace bench {

[[noreturn]] void fail(const std::string& why);

// Sums of each thread, and when they began.
struct Running {
    std::vector<std::unique_ptr<Sums>> sums;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();

    Sums& add() { return *sums.emplace_back(std::make_unique<Sums>()); }
    void print() const;  // the sums of all and their pace, as one JSON object
};

// Partitions of one thread, and the client that found them.
struct Share {
    struct Partition {
        std::string topic;
        int32_t id = 0;
        int64_t from = 0, to = 0;  // offsets
    };
    rd_kafka_t* client = nullptr;
    std::vector<Partition> partitions;
    int64_t records = 0;
};

// Partitions to threads, the largest first to whoever has least.
std::vector<Share> share_out(const std::string& brokers, size_t threads, char** topics, int count);

// Events from Kafka through librdkafka: one consumer and one thread for each share.
void consume(std::vector<Share>& shares);
// … and in Kafka's own protocol, from one broker without TLS; batches are believed, their checksums not looked at.
void fetch(const std::string& broker, const std::vector<Share>& shares);
// … and from files: mapped into memory and shared out between threads, or, where they are compressed, one thread for each file
// that decompresses and one that does the rest.
void read(size_t threads, char** paths, int count);
void unpack(char** paths, int count);

}  // namespace bench
