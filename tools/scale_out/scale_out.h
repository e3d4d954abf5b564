// A run in several processes (scale_out: kafka): what all its parts have in common. DESIGN of it: engine/README.md, "Several processes".
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_source.h"
#include "connectors/kafka/kafka_topics.h"
#include "rules/config.h"

namespace foreshock {

// Topics between the instances; each has as many partitions as there are shares.
struct InternalTopics {
    explicit InternalTopics(const std::string& app) : partials(app + ".partials"), changelog(app + ".changelog"), clocks(app + ".clocks") {}

    std::string partials;   // sums and watermarks; partition = share
    std::string changelog;  // state of the shares, compacted; partition = share
    std::string clocks;     // positions and clocks of source partitions, compacted, keyed by their names
};
// With the settings that each needs. `replication`: -1 as the cluster has it.
std::vector<KafkaTopic> internal_topics(const Config& config, int32_t replication);

// The one source of the configuration, and clients of its cluster.
const KafkaSourceConfig& source_of(const Config& config);
// How partitions move when an instance comes or goes: all of them, or, where librdkafka can, those alone that change hands.
enum class Moved : uint8_t { together, one_by_one };
KafkaSourceSettings group_settings(const Config& config, std::vector<std::string> topics, std::string group, Moved moved);
KafkaSettings producer_settings(const Config& config);  // its access to the cluster; what concerns consumers is left out

// Takes part until it is told to stop or cannot go on. Problems: what failed outside.
[[nodiscard]] Status run_scaled_out(const Config& config, unsigned workers, std::atomic<bool>& stop);

}  // namespace foreshock
