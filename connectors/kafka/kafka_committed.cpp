#include "connectors/kafka/kafka_committed.h"

namespace foreshock {
namespace {

void destroy_at_once(rd_kafka_t* client) { rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE); }

}  // namespace

KafkaCommitted kafka_committed(const KafkaSettings& cluster, const std::string& group, const std::string& topic, int32_t partition, bool stable,
                               std::chrono::milliseconds timeout) {
    using Options = std::unique_ptr<rd_kafka_AdminOptions_t, KafkaDestroy<rd_kafka_AdminOptions_destroy>>;
    using Request = std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t, KafkaDestroy<rd_kafka_ListConsumerGroupOffsets_destroy>>;
    using Event = std::unique_ptr<rd_kafka_event_t, KafkaDestroy<rd_kafka_event_destroy>>;

    KafkaLink link("reading what group " + group + " committed", nullptr);  // the caller says what comes of it
    auto conf = kafka_conf(cluster, {}, {{"group.id", group}}, link);
    if (!conf) return {RD_KAFKA_RESP_ERR__INVALID_ARG};
    auto made = kafka_client(RD_KAFKA_CONSUMER, std::move(conf.value()));
    if (!made) return {RD_KAFKA_RESP_ERR__INVALID_ARG};
    // It is no member of the group, and has nothing to wait for at its end.
    const std::unique_ptr<rd_kafka_t, KafkaDestroy<destroy_at_once>> owner(made.value().release());
    rd_kafka_t* const client = owner.get();

    const KafkaPartitions wanted(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(wanted.get(), topic.c_str(), partition);
    const Request request(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), wanted.get()));
    const Options options(rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS));
    char why[256] = "";
    const int ms = static_cast<int>(timeout.count());
    rd_kafka_AdminOptions_set_request_timeout(options.get(), ms, why, sizeof why);
    if (rd_kafka_error_t* error = rd_kafka_AdminOptions_set_require_stable_offsets(options.get(), stable ? 1 : 0)) rd_kafka_error_destroy(error);

    const KafkaQueue queue(rd_kafka_queue_new(client));
    rd_kafka_ListConsumerGroupOffsets_t* requests[] = {request.get()};
    rd_kafka_ListConsumerGroupOffsets(client, requests, 1, options.get(), queue.get());
    const Event event(rd_kafka_queue_poll(queue.get(), ms + 1000));
    if (!event) return {RD_KAFKA_RESP_ERR__TIMED_OUT};
    if (const auto error = rd_kafka_event_error(event.get())) return {error};
    size_t count = 0;
    const auto* result = rd_kafka_event_ListConsumerGroupOffsets_result(event.get());
    const rd_kafka_group_result_t** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
    if (count != 1) return {RD_KAFKA_RESP_ERR__BAD_MSG};
    if (const rd_kafka_error_t* error = rd_kafka_group_result_error(groups[0])) return {rd_kafka_error_code(error)};
    const rd_kafka_topic_partition_list_t* list = rd_kafka_group_result_partitions(groups[0]);
    if (list == nullptr || list->cnt != 1) return {RD_KAFKA_RESP_ERR__BAD_MSG};
    const rd_kafka_topic_partition_t& p = list->elems[0];
    if (p.err != RD_KAFKA_RESP_ERR_NO_ERROR) return {p.err};
    return {RD_KAFKA_RESP_ERR_NO_ERROR, p.offset, p.metadata == nullptr ? "" : std::string(static_cast<const char*>(p.metadata), p.metadata_size)};
}

}  // namespace foreshock
