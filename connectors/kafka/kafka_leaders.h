// Which broker leads a partition, as librdkafka knows it.
#pragma once

#include <librdkafka/rdkafka.h>

#include <map>
#include <optional>
#include <string>

#include "connectors/kafka/fetch_connection.h"

namespace foreshock {

// One worker only.
class KafkaLeaders {
public:
    explicit KafkaLeaders(rd_kafka_t* client) : client_(client) {}

    // Asks the cluster about what is not known yet; may take up to a second.
    std::optional<KafkaHost> find(const std::string& topic, int32_t partition);
    void forget() { leaders_.clear(); }

private:
    void look_up();

    rd_kafka_t* client_;
    std::map<std::pair<std::string, int32_t>, KafkaHost> leaders_;
};

}  // namespace foreshock
