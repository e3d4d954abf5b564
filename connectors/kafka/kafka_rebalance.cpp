// What the consumer does when the group gives or takes partitions.
#include <algorithm>
#include <string_view>

#include "connectors/kafka/kafka_consumer.h"

namespace foreshock {
namespace {

constexpr int kLookUp_ms = 10'000;

std::string name_of(const rd_kafka_topic_partition_t& p) { return KafkaRange{p.topic, p.partition, 0, 0}.name(); }

KafkaConsumer& consumer_of(void* opaque) { return *static_cast<KafkaConsumer*>(static_cast<KafkaLink*>(opaque)); }

}  // namespace

void KafkaConsumer::on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* list,
                                 void* opaque) {
    KafkaConsumer& self = consumer_of(opaque);
    if (self.left_) {  // librdkafka tells even now what the group gives, and whom to ask about it may be there no more
        rd_kafka_assign(client, nullptr);
        return;
    }
    const char* const protocol = rd_kafka_rebalance_protocol(client);  // null while the client closes
    const bool by_steps = protocol != nullptr && std::string_view(protocol) == "COOPERATIVE";
    rd_kafka_error_t* error = nullptr;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        self.given(list);
        if (by_steps) error = rd_kafka_incremental_assign(client, list);
        else code = rd_kafka_assign(client, list);
        self.begin_direct();
    } else {
        self.taken(list);
        if (by_steps && what == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) error = rd_kafka_incremental_unassign(client, list);
        else code = rd_kafka_assign(client, nullptr);
    }
    if (error != nullptr) {
        self.say(LogLevel::error, std::string("rebalancing: ") + rd_kafka_error_string(error));
        rd_kafka_error_destroy(error);
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) self.say(LogLevel::error, "rebalancing: " + kafka_text(code));
}

void KafkaConsumer::given(rd_kafka_topic_partition_list_t* list) {
    if (settings_.before_given) {
        std::vector<std::string> names;
        for (int i = 0; i < list->cnt; ++i) names.push_back(name_of(list->elems[i]));
        settings_.before_given(names);
    }
    choose_offsets(list);
    for (int i = 0; i < list->cnt; ++i) {
        const rd_kafka_topic_partition_t& p = list->elems[i];
        const uint32_t number = open_partition(p.topic, p.partition, std::max<int64_t>(p.offset, 0), -1);
        partitions_[number].settled = p.offset >= 0;
    }
    had_partitions_ = had_partitions_ || list->cnt > 0;
    answered();
}

void KafkaConsumer::taken(const rd_kafka_topic_partition_list_t* list) {
    for (int i = 0; list != nullptr && i < list->cnt; ++i) {
        const auto is_it = [&](const Partition& p) {
            return p.open && p.id == list->elems[i].partition && p.topic == list->elems[i].topic;
        };
        const auto found = std::find_if(partitions_.begin(), partitions_.end(), is_it);
        if (found == partitions_.end()) continue;
        const auto number = static_cast<uint32_t>(found - partitions_.begin());
        found->open = false;
        // Otherwise it would still be paused when it is given to this consumer again.
        if (found->held || found->direct) rd_kafka_resume_partitions(client_.get(), list_of(*found).get());
        if (found->direct) direct_->drop(number);
        if (found->next > 0) positions_->keep(found->name, found->next);
        notices_.push_back({PartitionNotice::Kind::closed, number, found->name});
        const std::lock_guard lock(mutex_);
        owned_.erase(found->name);
    }
    last_topic_ = nullptr;
}

// The store's offset, or where this process was; else the start rule, but only at first: partitions that come later go on from
// what the group has committed.
void KafkaConsumer::choose_offsets(rd_kafka_topic_partition_list_t* list) {
    const KafkaBegin rule = had_partitions_ ? KafkaBegin::committed : settings_.start;
    if (rule == KafkaBegin::time) {
        const rd_kafka_resp_err_t error = offsets_at(client_.get(), list, settings_.start_time, kLookUp_ms);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail("offsets to start from: " + kafka_text(error));
    }
    const std::vector<int64_t> committed = committed_where_known(*list);
    for (int i = 0; i < list->cnt; ++i) {
        rd_kafka_topic_partition_t& p = list->elems[i];
        if (rule == KafkaBegin::committed) p.offset = RD_KAFKA_OFFSET_INVALID;
        if (rule == KafkaBegin::earliest) p.offset = RD_KAFKA_OFFSET_BEGINNING;
        if (rule == KafkaBegin::latest) p.offset = RD_KAFKA_OFFSET_END;
        const std::string name = name_of(p);
        const std::optional<int64_t> own = positions_->find(name), stored = resume_ ? resume_(name) : std::nullopt;
        if (own) p.offset = std::max(*own, committed[static_cast<size_t>(i)]);
        if (stored && stored != own) p.offset = *stored;  // what was read beyond it was given up
    }
}

// What the group has committed for partitions that this process once read: another one may have got further since.
std::vector<int64_t> KafkaConsumer::committed_where_known(const rd_kafka_topic_partition_list_t& list) {
    std::vector<int64_t> out(static_cast<size_t>(list.cnt), RD_KAFKA_OFFSET_INVALID);
    const bool any = std::any_of(list.elems, list.elems + list.cnt, [&](const auto& p) { return positions_->find(name_of(p)); });
    if (!any) return out;
    const KafkaPartitions asked(rd_kafka_topic_partition_list_copy(&list));
    if (rd_kafka_committed(client_.get(), asked.get(), kLookUp_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) return out;
    for (int i = 0; i < list.cnt; ++i) out[static_cast<size_t>(i)] = asked->elems[i].offset;
    return out;
}

}  // namespace foreshock
