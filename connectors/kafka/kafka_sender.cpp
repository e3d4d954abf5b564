#include "connectors/kafka/kafka_sender.h"

#include <algorithm>
#include <cstring>

#include "connectors/kafka/kafka_committed.h"
#include "engine/base/kill_point.h"

namespace foreshock {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kStep{1000};  // longest single wait for the cluster, before looking whether to stop
constexpr milliseconds kLook{5000};  // whether we are still the one that sends
constexpr milliseconds kRest{1000};  // between attempts that failed
constexpr milliseconds kLastAbort{2000};
constexpr milliseconds kSettle{20'000};  // transactions of earlier producers

size_t size_of(const KafkaOutbox::Record& r) { return r.key.size() + r.value.size(); }

// Of the record itself: no other record suffers from it, and no retry helps.
bool is_refusal(rd_kafka_resp_err_t error) {
    return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || error == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

}  // namespace

Result<std::unique_ptr<KafkaSender>> KafkaSender::open(KafkaSenderOptions options) {
    std::unique_ptr<KafkaSender> out(new KafkaSender(std::move(options)));
    auto producer = out->make_producer();
    if (!producer) return producer.problems();
    out->producer_ = std::move(producer.value());
    out->thread_ = std::thread([s = out.get()] { s->run(); });
    return out;
}

KafkaSender::~KafkaSender() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    if (producer_ && in_transaction_) producer_->abort(kLastAbort);  // else readers wait for transaction.timeout.ms
}

Result<KafkaTransactions::Owner> KafkaSender::make_producer() const {
    KafkaSettings cluster = options_.cluster;
    if (one_by_one_) cluster.properties["batch.num.messages"] = "1";
    return KafkaTransactions::open(cluster, options_.transactional_id);
}

void KafkaSender::start() {
    const std::lock_guard lock(mutex_);
    started_ = true;
    changed_.notify_all();
}

bool KafkaSender::flush(milliseconds timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return !failure_.empty() || !outbox_.any_sendable(); });
    return outbox_.size() == 0;
}

std::string KafkaSender::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
}

OutboundCounts KafkaSender::counts() const {
    const std::lock_guard lock(mutex_);
    OutboundCounts out = counts_;
    out.waiting = outbox_.size();
    return out;
}

// To look for a broker takes its time, for which nobody else has to wait.
bool KafkaSender::ready() const {
    std::unique_lock lock(mutex_);
    if (!connected_ || !failure_.empty() || !counts_.reached) return false;
    const std::shared_ptr<KafkaTransactions> producer = producer_;
    lock.unlock();
    return producer == nullptr || producer->finds_broker();
}

void KafkaSender::run() {
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return started_ || stopping_; });
    }
    bool connected = false;
    while (!stopping() && failure().empty()) {
        if (!connected) {
            connected = connect();
            if (!connected) rest();
            continue;
        }
        std::unique_lock lock(mutex_);
        const bool woken = changed_.wait_for(lock, kLook, [this] { return stopping_ || outbox_.any_sendable(); });
        if (stopping_) return;
        if (!woken) {  // nothing to say, by which it would show that another instance has taken over
            lock.unlock();
            if (look_at_committed(false)) reached();
            continue;
        }
        const Batch batch = next_batch();
        const uint64_t first = outbox_.first();
        lock.unlock();
        take(send(batch, first), batch);
        connected = producer_ != nullptr;
    }
}

// A producer that works, the outbox without what had arrived, and the group's offset in our name. False: not now.
bool KafkaSender::connect() {
    if (!producer_) {
        auto made = make_producer();
        if (!made) return fail(made.problems().front().message), false;
        const std::lock_guard lock(mutex_);
        producer_ = std::move(made.value());
    }
    if (!topic_is_there()) return false;
    if (claimed_ && !look_at_committed(false)) return false;  // before a living successor is fenced
    const TransactionResult ready = patiently([&] { return producer_->initialize(kStep); });
    if (!ready.done()) return trouble(ready), false;
    if (!look_at_committed(true)) return false;
    const TransactionResult claimed = claim();
    if (!claimed.done()) return trouble(claimed), false;
    kill_point("kafka/claimed");
    claimed_ = true;
    reached();
    return true;
}

// Asks for the topic, which makes it where brokers make topics by themselves.
bool KafkaSender::topic_is_there() {
    using Topic = std::unique_ptr<rd_kafka_topic_t, KafkaDestroy<rd_kafka_topic_destroy>>;
    const Topic topic(rd_kafka_topic_new(producer_->client(), options_.topic.c_str(), nullptr));
    const rd_kafka_metadata_t* metadata = nullptr;
    rd_kafka_resp_err_t error = rd_kafka_metadata(producer_->client(), 0, topic.get(), &metadata, static_cast<int>(kStep.count()));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (metadata->topic_cnt == 1) error = metadata->topics[0].err;
        rd_kafka_metadata_destroy(metadata);
    }
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return true;
    rd_kafka_poll(producer_->client(), 0);  // hears why
    if (producer_->kept_out()) return fail(producer_->failure()), false;
    const std::string reason = producer_->last_error();
    trouble({TransactionStep::again, error, kafka_text(error) + (reason.empty() ? "" : ", " + reason)});
    return false;
}

// `stable`: as of after all transactions. Once our producer is initialized, what is still open of an earlier one can only be given up: where
// the cluster does not come to know of that in time, what was committed before is what counts. False: another instance has taken over, or
// no answer.
bool KafkaSender::look_at_committed(bool stable) {
    const auto settled = steady_clock::now() + kSettle;
    KafkaCommitted last;
    do last = kafka_committed(options_.cluster, options_.transactional_id, options_.topic, 0, stable && steady_clock::now() < settled, kStep);
    while (last.error == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT && !stopping());
    if (last.error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return trouble({TransactionStep::again, last.error, "reading what group " + options_.transactional_id + " committed: " + kafka_text(last.error)}), false;
    if (claimed_ && last.metadata != claim_text())
        return fail("another instance of this app has taken over (transactional id " + options_.transactional_id + ")"), false;
    const std::lock_guard lock(mutex_);
    if (stable && last.offset >= 0 && last.metadata.starts_with(outbox_.state_name() + " ")) outbox_.arrived(static_cast<uint64_t>(last.offset));
    return true;
}

TransactionResult KafkaSender::claim() { return send({}, with([](const KafkaOutbox& o) { return o.first(); })); }

// One transaction, aborted where it cannot be committed.
TransactionResult KafkaSender::send(const Batch& batch, uint64_t first) {
    if (const TransactionResult begun = producer_->begin(); !begun.done()) return begun;
    in_transaction_ = true;
    kill_point("kafka/begun");
    TransactionResult r = put_all(batch);
    if (r.done()) r = commit_number(first + batch.size());
    if (r.step == TransactionStep::abort) {
        const TransactionResult aborted = patiently([&] { return producer_->abort(kStep); });
        if (!aborted.done() && !is_final(r.error)) r = aborted;
    }
    in_transaction_ = r.step == TransactionStep::again;  // stopping in the middle of it
    return r;
}

TransactionResult KafkaSender::put_all(const Batch& batch) {
    for (const KafkaOutbox::Record* record : batch) {
        rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__QUEUE_FULL;
        while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL && !stopping())
            error = producer_->put(options_.topic, {record->key, record->value, -1, 0, options_.content_type}, kStep);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return {TransactionStep::abort, error, kafka_text(error)};
    }
    TransactionResult delivered = patiently([&] { return producer_->deliver(kStep); });
    if (delivered.done()) kill_point("kafka/delivered");
    return delivered;
}

TransactionResult KafkaSender::commit_number(uint64_t next) {
    const KafkaPartitions list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_t* p = rd_kafka_topic_partition_list_add(list.get(), options_.topic.c_str(), 0);
    p->offset = static_cast<int64_t>(next);
    p->metadata = strdup(claim_text().c_str());  // the list frees it
    p->metadata_size = claim_text().size();
    const KafkaGroup group(rd_kafka_consumer_group_metadata_new(options_.transactional_id.c_str()));
    const TransactionResult sent = patiently([&] { return producer_->send_offsets(*list, *group, kStep); });
    if (!sent.done()) return sent;
    kill_point("kafka/offsets");
    TransactionResult committed = patiently([&] { return producer_->commit(kStep); });
    if (committed.done()) kill_point("kafka/committed");
    return committed;
}

// Until it is no matter of time any more; that the cluster is away is said once.
template <class Call>
TransactionResult KafkaSender::patiently(Call&& call) {
    for (;;) {
        TransactionResult r = call();
        if (r.step != TransactionStep::again || stopping()) return r;
        not_reached(r.why);
    }
}

void KafkaSender::take(const TransactionResult& result, const Batch& batch) {
    if (result.step == TransactionStep::again) return;
    const bool refused = result.step == TransactionStep::abort && is_refusal(result.error);
    {
        const std::lock_guard lock(mutex_);
        if (result.done()) counts_.delivered += batch.size();
        else ++counts_.retried;
        if (result.done()) outbox_.arrived(outbox_.first() + batch.size());
    }
    changed_.notify_all();
    if (result.done() || refused) reached();
    if (refused) return look_for_culprit(result.why, batch);
    if (!result.done()) return trouble(result), rest();
    if (batch.size() == 1 && size_of(*batch.front()) >= alone_from_) alone_from_ = size_of(*batch.front()) + 1;
}

// A limit of the topic concerns what librdkafka joins into one batch: at first each record is made one of its own, then the largest is it.
// The broker misses the number of what it refused, which fails the next transaction of this producer: another one takes over.
void KafkaSender::look_for_culprit(const std::string& why, const Batch& batch) {
    if (batch.size() == 1 || one_by_one_) alone_from_ = size_of(**std::ranges::max_element(batch, {}, [](const auto* r) { return size_of(*r); }));
    if (batch.size() == 1) refuse(*batch.front(), why);
    one_by_one_ = true;
    const std::lock_guard lock(mutex_);
    producer_.reset();
}

// What is next, in order; what may be too large goes alone.
KafkaSender::Batch KafkaSender::next_batch() const {
    Batch batch = outbox_.sendable(options_.records_at_once);
    const auto large = std::ranges::find_if(batch, [this](const auto* r) { return size_of(*r) >= alone_from_; });
    if (large != batch.end()) batch.erase(large == batch.begin() ? large + 1 : large, batch.end());
    return batch;
}

// What no retry mends ends the sender; a producer that is of no use is opened anew.
void KafkaSender::trouble(const TransactionResult& result) {
    if (stopping()) return;
    if (is_final(result.error) && result.error != RD_KAFKA_RESP_ERR__FATAL) return fail(result.why);
    if (result.step != TransactionStep::fenced) not_reached(result.why);  // by whom shows when it connects again
    if (result.step != TransactionStep::fenced && result.step != TransactionStep::failed) return;
    const std::lock_guard lock(mutex_);
    producer_.reset();
}

void KafkaSender::refuse(const KafkaOutbox::Record& record, const std::string& why) {
    say(LogLevel::error, "a record of " + std::to_string(record.value.size()) + " bytes is refused and left behind: " + why);
    const std::string receiver = "kafka topic " + options_.topic;
    if (options_.dead_letters != nullptr) options_.dead_letters->write({receiver, "refused", why, record.value});
    const std::lock_guard lock(mutex_);
    ++counts_.rejected;
    outbox_.arrived(outbox_.first() + 1);
}

void KafkaSender::reached() {
    producer_->answered();
    const std::lock_guard lock(mutex_);
    connected_ = true;
    if (!counts_.reached) say(LogLevel::info, "reached again, " + std::to_string(outbox_.size()) + " waiting");
    counts_.reached = true;
}

void KafkaSender::not_reached(const std::string& why) {
    const std::lock_guard lock(mutex_);
    if (counts_.reached) say(LogLevel::warning, "not reached (" + why + "); what is to be said waits and is tried again");
    counts_.reached = false;
}

void KafkaSender::fail(const std::string& why) {
    const std::lock_guard lock(mutex_);
    failure_ = "kafka topic " + options_.topic + ": " + why;
    changed_.notify_all();
}

void KafkaSender::rest() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kRest, [this] { return stopping_; });
}

bool KafkaSender::stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

void KafkaSender::say(LogLevel level, const std::string& text) const {
    if (options_.cluster.log) options_.cluster.log(level, "kafka topic " + options_.topic + ": " + text);
}

}  // namespace foreshock
