// Making topics. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_conf.h"

namespace foreshock {

struct KafkaTopic {
    std::string name;
    int32_t partitions = 1;
    int32_t replication = -1;  // copies of each partition; -1: as the cluster has it
    std::map<std::string, std::string> config;  // settings of the topic (cleanup.policy, ...)
};

enum class KafkaTopicMade : uint8_t { made, there_already };

// Makes topics that are not there; what came of each, in order. Problems: brokers that do not answer, rights, settings that the cluster refuses.
[[nodiscard]] Result<std::vector<KafkaTopicMade>> make_topics(const KafkaSettings& settings, const std::vector<KafkaTopic>& topics);

}  // namespace foreshock
