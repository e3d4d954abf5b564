#include "connectors/kafka/kafka_transactions.h"

#include <algorithm>

#include "engine/base/check.h"

namespace foreshock {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{50};  // whether a record was refused

int ms(milliseconds timeout) { return static_cast<int>(timeout.count()); }

TransactionResult again() { return {TransactionStep::again, RD_KAFKA_RESP_ERR__TIMED_OUT, kafka_text(RD_KAFKA_RESP_ERR__TIMED_OUT)}; }

TransactionStep step_of(const rd_kafka_error_t* error) {
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    if (code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED) return TransactionStep::fenced;
    if (rd_kafka_error_is_fatal(error) != 0) return TransactionStep::failed;
    if (rd_kafka_error_txn_requires_abort(error) != 0) return TransactionStep::abort;
    if (rd_kafka_error_is_retriable(error) != 0) return TransactionStep::again;
    return TransactionStep::failed;
}

// By its serialized form: there is no other way.
KafkaGroup copy_of(const rd_kafka_consumer_group_metadata_t& group) {
    void* bytes = nullptr;
    size_t size = 0;
    rd_kafka_consumer_group_metadata_t* copy = nullptr;
    rd_kafka_error_t* error = rd_kafka_consumer_group_metadata_write(&group, &bytes, &size);
    if (error == nullptr) error = rd_kafka_consumer_group_metadata_read(&copy, bytes, size);
    rd_kafka_mem_free(nullptr, bytes);
    check(error == nullptr, "a copy of what a group is known by");
    return KafkaGroup(copy);
}

}  // namespace

void KafkaTransactions::End::operator()(KafkaTransactions* transactions) const {
    if (!transactions->still_sends(milliseconds{0})) delete transactions;
    else transactions->hush();
}

Result<KafkaTransactions::Owner> KafkaTransactions::open(const KafkaSettings& settings, const std::string& transactional_id) {
    Owner out(new KafkaTransactions(settings.log));
    const KafkaProperties fixed{{"transactional.id", transactional_id}, {"enable.idempotence", "true"}};
    if (const Status connected = out->connect(settings, fixed); !connected) return connected.problems();
    return out;
}

TransactionResult KafkaTransactions::initialize(milliseconds timeout) {
    return result(rd_kafka_init_transactions(client(), ms(timeout)));
}

TransactionResult KafkaTransactions::begin() {
    refused_ = RD_KAFKA_RESP_ERR_NO_ERROR;
    return result(rd_kafka_begin_transaction(client()));
}

// librdkafka does not hold the time that it is given here, where a broker goes away meanwhile. So the call goes on by itself.
struct KafkaTransactions::Offsets {
    KafkaPartitions list;
    KafkaGroup group;
    TransactionResult result;
};

TransactionResult KafkaTransactions::send_offsets(const rd_kafka_topic_partition_list_t& offsets,
                                                  const rd_kafka_consumer_group_metadata_t& group, milliseconds timeout) {
    if (!sending_.valid()) {
        sent_.reset(new Offsets{KafkaPartitions(rd_kafka_topic_partition_list_copy(&offsets)), copy_of(group), {}});
        sending_ = apart([this, o = sent_, timeout] { o->result = result(rd_kafka_send_offsets_to_transaction(client(), o->list.get(), o->group.get(), ms(timeout))); });
    }
    if (still_sends(timeout)) return again();
    sending_ = {};
    return sent_->result;
}

bool KafkaTransactions::still_sends(milliseconds timeout) const {
    return sending_.valid() && sending_.wait_for(timeout) == std::future_status::timeout;
}

// Once a record was not taken librdkafka holds back the others until the transaction is aborted.
TransactionResult KafkaTransactions::deliver(milliseconds timeout) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    bool delivered = false;
    while (!delivered && refused_ == RD_KAFKA_RESP_ERR_NO_ERROR && std::chrono::steady_clock::now() < end) delivered = flush(std::min(timeout, kLook));
    if (delivered && refused_ == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    if (refused_ == RD_KAFKA_RESP_ERR_NO_ERROR) return {TransactionStep::again, RD_KAFKA_RESP_ERR__TIMED_OUT, last_error()};
    return {TransactionStep::abort, refused_, kafka_text(refused_)};
}

TransactionResult KafkaTransactions::commit(milliseconds timeout) {
    return result(rd_kafka_commit_transaction(client(), ms(timeout)));
}

TransactionResult KafkaTransactions::abort(milliseconds timeout) {
    if (still_sends(timeout)) return again();
    sending_ = {};
    return result(rd_kafka_abort_transaction(client(), ms(timeout)));
}

// librdkafka tells that records failed, and their reports tell why.
TransactionResult KafkaTransactions::result(rd_kafka_error_t* error) const {
    if (error == nullptr) return {};
    TransactionResult out{step_of(error), rd_kafka_error_code(error), rd_kafka_error_string(error)};
    rd_kafka_error_destroy(error);
    if (out.step == TransactionStep::abort && refused_ != RD_KAFKA_RESP_ERR_NO_ERROR) out.error = refused_;
    return out;
}

// Records of a transaction are given up with it, and sent again in another one.
void KafkaTransactions::given_up(const rd_kafka_message_t& message) {
    const bool aborted = message.err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || message.err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
    rd_kafka_resp_err_t none = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (!aborted) refused_.compare_exchange_strong(none, message.err);
}

}  // namespace foreshock
