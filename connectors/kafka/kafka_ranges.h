// What there is to read in a cluster: the partitions of topics, with the offsets to begin and to end at.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_source.h"

namespace foreshock {

// Offsets from `begin` on and before `end` of one partition.
struct KafkaRange {
    std::string topic;
    int32_t partition = 0;
    int64_t begin = 0;
    int64_t end = 0;

    std::string name() const { return topic + "/" + std::to_string(partition); }
    int64_t size() const { return end > begin ? end - begin : 0; }
};

using KafkaDeadline = std::chrono::steady_clock::time_point;

// The partitions of `topics` with their begin and end as of now; asks again until the deadline where a broker is not ready.
// Problems: no broker answers, a topic is not there, rights are missing.
[[nodiscard]] Result<std::vector<KafkaRange>> kafka_ranges(rd_kafka_t* client, const KafkaSourceSettings& settings,
                                                           const ResumeOffset& resume, const KafkaLink& link,
                                                           KafkaDeadline deadline);

// The number of partitions of `topics` that are there, or a problem when no broker answers in time.
[[nodiscard]] Result<size_t> kafka_partition_count(rd_kafka_t* client, const std::vector<std::string>& topics,
                                                   const KafkaLink& link, KafkaDeadline deadline);

// Their partitions by name. Problems: no broker answers in time, a topic is not there.
[[nodiscard]] Result<std::vector<std::string>> kafka_partition_names(rd_kafka_t* client, const std::vector<std::string>& topics,
                                                                     const KafkaLink& link, KafkaDeadline deadline);

// A list for librdkafka of partitions by their lasting names, each with its offset.
KafkaPartitions kafka_partitions(const std::vector<PartitionOffset>& offsets);

// Replaces the offset of every partition of the list by the first one stamped at or after `t`, RD_KAFKA_OFFSET_END where none is.
rd_kafka_resp_err_t offsets_at(rd_kafka_t* client, rd_kafka_topic_partition_list_t* list, EventTime t, int timeout_ms);

// What to say, and to do, where a partition ends before the offset at which reading goes on: nothing after its end can be trusted to
// follow what was read.
std::string lost_end(const std::string& partition, int64_t next, int64_t end);
inline constexpr const char* kBeginAnew = "to begin anew with it, name an empty folder in state.directory and another app or group";

// Shares ranges out so that each share has about as much to read; no share is empty unless there are fewer ranges than shares.
std::vector<std::vector<KafkaRange>> share_out(std::vector<KafkaRange> ranges, unsigned shares);

}  // namespace foreshock
