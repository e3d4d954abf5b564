#include "connectors/kafka/mock_cluster.h"

#include "engine/base/check.h"

namespace foreshock {

MockCluster::MockCluster(int brokers) {
    KafkaConf conf(rd_kafka_conf_new());
    rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
    Result<KafkaHandle> host = kafka_client(RD_KAFKA_PRODUCER, std::move(conf));
    check(host.ok(), "no client for the mock cluster");
    host_ = std::move(host.value());
    cluster_ = rd_kafka_mock_cluster_new(host_.get(), brokers);
    check(cluster_ != nullptr, "no mock cluster");
}

MockCluster::~MockCluster() { rd_kafka_mock_cluster_destroy(cluster_); }

std::string MockCluster::brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }

bool MockCluster::create_topic(const std::string& name, int partitions) {
    return rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, 1) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

void MockCluster::move_leader(const std::string& topic, int partition, int broker) {
    rd_kafka_mock_partition_set_leader(cluster_, topic.c_str(), partition, broker);
}

void MockCluster::set_down(int broker) { rd_kafka_mock_broker_set_down(cluster_, broker); }
void MockCluster::set_up(int broker) { rd_kafka_mock_broker_set_up(cluster_, broker); }

void MockCluster::set_leader(const std::string& topic, int partition, int broker) {
    rd_kafka_mock_partition_set_leader(cluster_, topic.c_str(), partition, broker);
}

void MockCluster::set_versions(int16_t request, int16_t least, int16_t most) {
    rd_kafka_mock_set_apiversion(cluster_, request, least, most);
}

void MockCluster::fail_next(int16_t request, const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(cluster_, request, errors.size(), errors.data());
}

}  // namespace foreshock
