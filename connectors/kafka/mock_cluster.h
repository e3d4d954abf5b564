// A cluster inside this process: librdkafka's own mock brokers on loopback ports. For the demo and for tests.
// It keeps the last 4 to 5 MB of each partition only, and offsets committed in a transaction are not given back.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <memory>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_conf.h"

namespace foreshock {

// Any thread. Clients must be gone before it is, or they go on trying to reach it.
class MockCluster {
public:
    explicit MockCluster(int brokers = 1);
    ~MockCluster();
    MockCluster(const MockCluster&) = delete;
    MockCluster& operator=(const MockCluster&) = delete;

    std::string brokers() const;  // "127.0.0.1:port,…" as clients want it
    // Settings for clients of it. Its groups get stuck when a member joins again while another is joining: a live source must
    // be opened as one lane, and metadata, which makes members join again, is asked for rarely.
    KafkaSettings settings() const { return {brokers(), {{"topic.metadata.refresh.interval.ms", "300000"}}, "foreshock", {}}; }
    // False when it exists already. Topics that are not made spring up with four partitions when a client asks for them.
    bool create_topic(const std::string& name, int partitions);

    // Brokers are numbered from 1. One that is down cuts its connections and takes no new ones.
    void move_leader(const std::string& topic, int partition, int broker);
    void set_down(int broker);
    void set_up(int broker);
    // The partition's leader from now on; the former one answers that it is none any more.
    void set_leader(const std::string& topic, int partition, int broker);
    // The versions of a kind of request that brokers offer; both -1: none.
    void set_versions(int16_t request, int16_t least, int16_t most);
    // The next requests of a kind (protocol number: 0 produce, 1 fetch, 3 metadata, 8 commit) are answered by these errors.
    void fail_next(int16_t request, const std::vector<rd_kafka_resp_err_t>& errors);

private:
    KafkaHandle host_;  // the client that the mock brokers live in
    rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

}  // namespace foreshock
