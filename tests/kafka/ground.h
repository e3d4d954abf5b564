// What tests of the Kafka source on a real broker stand on.
#pragma once

#include <initializer_list>
#include <set>
#include <string>

#include "tests/support/kafka.h"
#include "tests/unit/connectors/kafka/kafka_reader.h"

namespace foreshock::test {

// A topic of its own on the shared broker, read by a group of its own.
struct Ground {
    Broker broker = Broker::shared();
    std::string topic = Broker::fresh("source");
    explicit Ground(int partitions) { broker.topic(topic, partitions); }

    KafkaSourceSettings settings(bool until_end = true) const {
        KafkaSourceSettings s = reading({broker.address(), {}, "test", {}}, {topic}, until_end);
        s.group = topic;
        return s;
    }
    std::string partition(int i) const { return topic + "/" + std::to_string(i); }
};

// The numbers read by one or several readers, each once.
inline std::multiset<int> numbers(std::initializer_list<const KafkaReader*> readers) {
    std::multiset<int> out;
    for (const KafkaReader* r : readers) {
        for (const auto& [name, values] : r->values()) {
            for (const std::string& v : values) out.insert(std::stoi(v));
        }
    }
    return out;
}

inline std::multiset<int> up_to(int end) {
    std::multiset<int> out;
    for (int i = 0; i < end; ++i) out.insert(out.end(), i);
    return out;
}

}  // namespace foreshock::test
