// One consumer of the group with the partitions it has at the moment; a lane of the Kafka source.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "connectors/kafka/direct_fetch.h"
#include "connectors/kafka/kafka_conf.h"
#include "connectors/kafka/kafka_leaders.h"
#include "connectors/kafka/kafka_ranges.h"
#include "engine/event/source.h"

namespace foreshock {

// Up to 2.3, librdkafka aborts when a client that shares partitions by steps is destroyed before its first assignment (its issue 4312).
inline bool shares_by_steps() { return rd_kafka_version() >= 0x02030000; }

// Where each partition stands that this process has read and given back; shared by the consumers of a source. Any thread.
class KafkaPositions {
public:
    void keep(const std::string& partition, int64_t next);
    std::optional<int64_t> find(const std::string& partition) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, int64_t> next_;
};

// With KafkaFetch::direct, librdkafka begins to read each partition, unless its offset is known; from then on the partition is
// paused there and fetched directly. When that does not go, librdkafka takes it back where it stands, with everything that it
// knows about leaders, offsets out of range and errors; once it has read a record, direct fetching is tried again.
//
// One worker only, but for what says otherwise. Always in a shared_ptr: batches keep their consumer alive, since messages must
// be freed before their client is.
class KafkaConsumer : public KafkaLink, public std::enable_shared_from_this<KafkaConsumer> {
public:
    [[nodiscard]] static Result<std::shared_ptr<KafkaConsumer>> make(const KafkaSourceSettings& settings, unsigned number,
                                                                     ResumeOffset resume,
                                                                     std::shared_ptr<KafkaPositions> positions,
                                                                     std::shared_ptr<KafkaReadingCounts> reading);

    rd_kafka_t* client() const { return client_.get(); }
    [[nodiscard]] Status subscribe();                               // live
    [[nodiscard]] Status assign(const std::vector<KafkaRange>& ranges);  // until_end

    PollResult poll(RecordBatch& batch, std::chrono::milliseconds timeout);
    void hold_back(const std::vector<bool>& partitions);  // SourceLane::hold_back
    // Their groups, all at once; no poll after it. Within seconds: who cannot leave, as no broker answers, is left behind.
    static void leave(std::span<const std::shared_ptr<KafkaConsumer>> consumers);

    // From `subscribe` or `assign` on, records come by the queue, and `poll` hears.
    void hear(rd_kafka_t* client) const override {
        if (!reads_) KafkaLink::hear(client);
    }

    // Any thread.
    bool owns(const std::string& partition) const;
    void commit(const std::vector<PartitionOffset>& offsets);
    uint64_t tombstones() const { return tombstones_.load(std::memory_order_relaxed); }

private:
    // A partition from when it is given until it is taken; its place in `partitions_` is its number within the lane.
    struct Partition {
        std::string topic;
        int32_t id = 0;
        std::string name;
        int64_t next = 0;  // offsets below it have been handed over
        int64_t end = -1;  // until_end: where it ends; -1: never
        bool settled = false;  // `next` is where reading goes on, not just a lower bound
        bool open = true;
        bool ended = false;
        bool direct = false;   // paused at librdkafka
        bool held = false;     // paused wherever it is read
        unsigned setbacks = 0; // since it was last read directly
        std::chrono::steady_clock::time_point direct_from{};  // not before
    };
    struct Batch;  // the messages of one poll; keeps them alive

    KafkaConsumer(const KafkaSourceSettings& settings, unsigned number, ResumeOffset resume,
                  std::shared_ptr<KafkaPositions> positions, std::shared_ptr<KafkaReadingCounts> reading);
    [[nodiscard]] Status connect(unsigned number);
    static void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* list, void* opaque);
    static void on_commit(rd_kafka_t* client, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t* list, void* opaque);
    void given(rd_kafka_topic_partition_list_t* list);
    void taken(const rd_kafka_topic_partition_list_t* list);
    std::future<void> begin_to_leave();
    void choose_offsets(rd_kafka_topic_partition_list_t* list);
    std::vector<int64_t> committed_where_known(const rd_kafka_topic_partition_list_t& list);
    uint32_t open_partition(const std::string& topic, int32_t id, int64_t next, int64_t end);
    void end_partition(uint32_t number);
    static KafkaPartitions list_of(const Partition& p);

    void prepare_direct();
    void begin_direct();
    void begin_direct(uint32_t number);
    void take_over();
    void give_back(uint32_t number, DirectFallback reason, const std::string& what);
    bool fetch_direct();
    void hand_over_direct(RecordBatch& batch);

    size_t consume(std::chrono::milliseconds timeout);
    void hand_over(size_t count, RecordBatch& batch);
    void hand_over_one(const rd_kafka_message_t& message, RecordBatch& batch);
    void on_message_error(const rd_kafka_message_t& message);
    void on_old_record(const Partition& partition);
    uint32_t find(const rd_kafka_message_t& message);

    KafkaSourceSettings settings_;
    ResumeOffset resume_;
    std::shared_ptr<KafkaPositions> positions_;
    std::shared_ptr<KafkaReadingCounts> reading_;
    std::vector<Partition> partitions_;
    size_t unfinished_ = 0;                          // until_end: partitions that have not ended
    std::vector<PartitionNotice> notices_;           // of the batch to come
    const rd_kafka_topic_t* last_topic_ = nullptr;   // of the last message, to find its partition quickly
    int32_t last_id_ = -1;
    uint32_t last_number_ = 0;
    rd_kafka_resp_err_t said_ = RD_KAFKA_RESP_ERR_NO_ERROR;  // the last error said, since a record came
    bool reads_ = false;
    bool had_partitions_ = false;
    bool left_ = false;                              // before the thread that closes begins
    bool client_was_last_ = false;  // of the two ways of reading
    std::atomic<uint64_t> tombstones_{0};
    mutable std::mutex mutex_;                       // guards owned_
    std::set<std::string> owned_;
    std::unique_ptr<Batch> messages_;                // of the poll under way
    KafkaWaker waker_;
    KafkaHandle client_;
    KafkaQueue queue_;
    std::unique_ptr<DirectFetch> direct_;            // null: everything is read by librdkafka
    std::unique_ptr<KafkaLeaders> leaders_;
    std::vector<uint32_t> to_take_;                  // paused, leader not yet looked up
};

}  // namespace foreshock
