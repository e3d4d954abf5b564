// What a consumer group has committed. Asked by a client of its own that is a consumer: librdkafka up to 2.10 crashes when a producer asks
// and the broker answers that it does not coordinate the group (yet) (its issue 5040).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "connectors/kafka/kafka_conf.h"

namespace foreshock {

struct KafkaCommitted {
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    int64_t offset = RD_KAFKA_OFFSET_INVALID;  // nothing committed
    std::string metadata{};
};

// Any thread. `stable`: while a transaction that commits this offset is undecided the error is
// RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT; else the offset is the one before it.
KafkaCommitted kafka_committed(const KafkaSettings& cluster, const std::string& group, const std::string& topic, int32_t partition, bool stable,
                               std::chrono::milliseconds timeout);

}  // namespace foreshock
