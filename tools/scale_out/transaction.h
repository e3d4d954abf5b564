// One transaction, tried until it is in or it is clear that it never will be. One worker only.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_transactions.h"
#include "engine/base/result.h"
#include "engine/event/record.h"

namespace foreshock {

struct TransactionRecord {
    std::string topic;
    int32_t partition = -1;  // -1: chosen by the key
    std::string key;
    std::optional<std::string> value;  // none: the key is deleted, in a compacted topic
    std::string content_type{};
};

struct TransactionContent {
    std::vector<TransactionRecord> records;
    std::vector<PartitionOffset> offsets;  // of the group; "topic/number"
};

// How long is waited for a cluster that does not answer: for a minute, and for seconds from when the run is asked to end.
class Patience {
public:
    explicit Patience(const std::atomic<bool>& stop);
    bool over();

private:
    const std::atomic<bool>& stop_;
    std::chrono::steady_clock::time_point end_;
    bool stopping_ = false;
};

enum class Transacted : uint8_t {
    done,
    lost,  // others have what was ours: nothing of it was written
};

// A producer of this id, after whatever an earlier one of the same id began has been aborted. Problems: it cannot be had.
[[nodiscard]] Result<KafkaTransactions::Owner> begin_producing(const KafkaSettings& settings, const std::string& transactional_id,
                                                                                 Patience patience);

// Problems: the cluster refuses for good, or does not take it in time.
[[nodiscard]] Result<Transacted> transact(KafkaTransactions& producer, const TransactionContent& content,
                                          const rd_kafka_consumer_group_metadata_t& group, Patience patience);

}  // namespace foreshock
