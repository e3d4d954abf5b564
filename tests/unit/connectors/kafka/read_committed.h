// What has been committed to a topic. For tests.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/unit/connectors/kafka/kafka_reader.h"

namespace foreshock::test {

// What a reader of committed records finds in the one partition of a topic; throws when it cannot read.
inline std::vector<std::string> read_committed(const std::string& brokers, const std::string& topic, const std::string& group) {
    KafkaSourceSettings s = reading({brokers, {{"isolation.level", "read_committed"}}, "test", {}}, {topic});
    s.group = group;
    KafkaReader reader(s);
    if (!reader.opened().ok()) throw std::runtime_error(reader.opened().problems()[0].text());
    reader.join();
    if (!reader.failure().empty()) throw std::runtime_error(reader.failure());
    return reader.values()[topic + "/0"];
}

}  // namespace foreshock::test
