#include "connectors/kafka/kafka_leaders.h"

namespace foreshock {

namespace {
constexpr int kLookUp_ms = 1000;
}

std::optional<KafkaHost> KafkaLeaders::find(const std::string& topic, int32_t partition) {
    const auto wanted = std::make_pair(topic, partition);
    if (leaders_.count(wanted) == 0) look_up();
    const auto found = leaders_.find(wanted);
    if (found == leaders_.end()) return {};
    return found->second;
}

void KafkaLeaders::look_up() {
    const rd_kafka_metadata_t* metadata = nullptr;
    if (rd_kafka_metadata(client_, 0, nullptr, &metadata, kLookUp_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    std::map<int32_t, KafkaHost> brokers;
    for (int i = 0; i < metadata->broker_cnt; ++i) {
        brokers[metadata->brokers[i].id] = {metadata->brokers[i].host, metadata->brokers[i].port};
    }
    leaders_.clear();
    for (int t = 0; t < metadata->topic_cnt; ++t) {
        const rd_kafka_metadata_topic_t& topic = metadata->topics[t];
        for (int p = 0; p < topic.partition_cnt; ++p) {
            const auto leader = brokers.find(topic.partitions[p].leader);
            if (leader != brokers.end()) leaders_[{topic.topic, topic.partitions[p].id}] = leader->second;
        }
    }
    rd_kafka_metadata_destroy(metadata);
}

}  // namespace foreshock
