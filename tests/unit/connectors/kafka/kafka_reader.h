// Reads a Kafka source as a pipeline would: one thread for each lane. For tests.
#pragma once

#include <atomic>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "connectors/kafka/kafka_producer.h"
#include "connectors/kafka/kafka_source.h"

namespace foreshock::test {

using namespace std::chrono_literals;

// Every test of the source holds for both ways of fetching: ctest runs them with FORESHOCK_FETCH=direct as well.
inline KafkaFetch fetch_of_this_run() {
    const char* const way = std::getenv("FORESHOCK_FETCH");
    return way != nullptr && std::string_view(way) == "direct" ? KafkaFetch::direct : KafkaFetch::client;
}

inline KafkaSourceSettings reading(KafkaSettings cluster, std::vector<std::string> topics, bool until_end = true) {
    KafkaSourceSettings s;
    s.cluster = std::move(cluster);
    s.topics = std::move(topics);
    s.group = "test";
    s.until_end = until_end;
    s.fetch = fetch_of_this_run();
    return s;
}

// Writes values "0" .. "count-1"; partition i % partitions.
inline void write_numbers(const std::string& brokers, const std::string& topic, int partitions, int count,
                          std::map<std::string, std::string> properties = {}) {
    auto producer = KafkaProducer::open({brokers, std::move(properties), "test", {}});
    if (!producer) throw std::runtime_error(producer.problems()[0].text());
    for (int i = 0; i < count; ++i) {
        const std::string value = std::to_string(i);
        if (!producer.value()->send(topic, {{}, value, i % partitions, 0}, 10s)) throw std::runtime_error("no room");
    }
    if (!producer.value()->flush(30s) || producer.value()->lost() > 0) throw std::runtime_error("not delivered");
}

class KafkaReader {
public:
    using Waited = std::function<bool(const KafkaReader&)>;

    explicit KafkaReader(KafkaSourceSettings settings, ResumeOffset resume = {}, unsigned lanes = 2)
        : source(std::move(settings)), opened_(source.open(lanes, std::move(resume))) {
        if (!opened_) return;
        for (auto& lane : opened_.value()) threads_.emplace_back([this, l = lane.get()] { read(*l); });
    }
    ~KafkaReader() {
        stopped_ = true;
        join();
    }
    KafkaReader(const KafkaReader&) = delete;
    KafkaReader& operator=(const KafkaReader&) = delete;

    const Result<std::vector<std::unique_ptr<SourceLane>>>& opened() const { return opened_; }
    void join() {
        for (std::thread& t : threads_) t.join();
        threads_.clear();
    }
    // Waits for something to become true; false when it takes too long.
    bool wait(const Waited& condition, std::chrono::seconds patience = 30s) const {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (!condition(*this)) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::yield();
            std::this_thread::sleep_for(1ms);
        }
        return true;
    }
    std::map<std::string, std::vector<std::string>> values() const { return locked(values_); }
    std::map<std::string, int64_t> next() const { return locked(next_); }
    std::vector<std::string> notices() const { return locked(notices_); }
    std::string failure() const { return locked(failure_); }
    size_t count() const {
        const std::lock_guard lock(mutex_);
        size_t n = 0;
        for (const auto& [name, v] : values_) n += v.size();
        return n;
    }
    std::vector<PartitionOffset> positions() const {
        std::vector<PartitionOffset> out;
        for (const auto& [name, next] : next_) out.push_back({name, next});
        return out;
    }
    bool disordered() const { return disordered_; }

    KafkaSource source;

private:
    template <class T>
    T locked(const T& x) const {
        const std::lock_guard lock(mutex_);
        return x;
    }
    void read(SourceLane& lane) {
        RecordBatch batch;
        std::map<uint32_t, std::string> names;
        while (!stopped_) {
            const PollResult result = lane.poll(batch, 100ms);
            const std::lock_guard lock(mutex_);
            if (result == PollResult::finished) return;
            if (result == PollResult::failed) {
                failure_ = lane.failure();
                return;
            }
            for (const PartitionNotice& n : batch.notices) take(n, names);
            for (const RawRecord& r : batch.records) take(r, names.at(r.partition));
        }
    }
    void take(const PartitionNotice& n, std::map<uint32_t, std::string>& names) {
        const char* const kinds[] = {"opened ", "ended ", "closed "};
        notices_.push_back(kinds[static_cast<int>(n.kind)] + n.name);
        if (n.kind == PartitionNotice::Kind::opened) names[n.partition] = n.name;
        else if (names.at(n.partition) != n.name) disordered_ = true;
        if (n.kind == PartitionNotice::Kind::closed) names.erase(n.partition);
    }
    void take(const RawRecord& r, const std::string& partition) {
        if (r.offset < next_[partition]) disordered_ = true;  // twice
        next_[partition] = r.offset + 1;
        values_[partition].emplace_back(r.bytes());
    }

    Result<std::vector<std::unique_ptr<SourceLane>>> opened_;
    std::vector<std::thread> threads_;
    std::atomic<bool> stopped_{false};
    std::atomic<bool> disordered_{false};
    mutable std::mutex mutex_;
    std::map<std::string, std::vector<std::string>> values_;
    std::map<std::string, int64_t> next_;
    std::vector<std::string> notices_;
    std::string failure_;
};

}  // namespace foreshock::test
