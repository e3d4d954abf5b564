// The thread that takes an outbox to its Kafka topic, in transactions. A reader with isolation.level=read_committed sees each record
// once, whatever is killed when: a transaction writes records and, as the offset of the group named like the transactional id,
// the number of the next one. One sender of a transactional id works at a time; a later one fences the earlier.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "connectors/http/outbound_worker.h"
#include "connectors/kafka/kafka_outbox.h"
#include "connectors/kafka/kafka_transactions.h"
#include "engine/run/dead_letter.h"

namespace foreshock {

struct KafkaSenderOptions {
    KafkaSettings cluster;
    std::string topic;
    std::string transactional_id;
    std::string content_type;                  // header of each record; empty: none
    DeadLetterOutput* dead_letters = nullptr;  // takes what the cluster refuses for good; outlives the sender
    size_t records_at_once = 1000;             // in one transaction
};

// Any thread. Destroyed, it leaves what has not arrived to the outbox's last checkpoint.
class KafkaSender {
public:
    // Does not wait for a broker. Problems: properties that are wrong.
    [[nodiscard]] static Result<std::unique_ptr<KafkaSender>> open(KafkaSenderOptions options);
    ~KafkaSender();
    KafkaSender(const KafkaSender&) = delete;
    KafkaSender& operator=(const KafkaSender&) = delete;

    // Reads or changes the outbox under the sender's lock.
    template <class Use>
    auto with(Use&& use) {
        const std::lock_guard lock(mutex_);
        changed_.notify_all();
        return use(outbox_);
    }
    // From here on it connects and sends: what is restored has to be there.
    void start();
    // True when nothing waits any more, false after the timeout; what no checkpoint holds yet is not waited for.
    bool flush(std::chrono::milliseconds timeout);
    // Why nothing is sent any more; empty while that is not so.
    std::string failure() const;
    OutboundCounts counts() const;
    bool ready() const;

private:
    using Batch = std::vector<const KafkaOutbox::Record*>;

    explicit KafkaSender(KafkaSenderOptions options) : options_(std::move(options)) {}
    Result<KafkaTransactions::Owner> make_producer() const;
    void run();
    Batch next_batch() const;
    // The cluster's side; without the lock.
    bool connect();
    bool topic_is_there();
    bool look_at_committed(bool stable);
    TransactionResult claim();
    TransactionResult send(const Batch& batch, uint64_t first);
    TransactionResult put_all(const Batch& batch);
    TransactionResult commit_number(uint64_t next);
    template <class Call>
    TransactionResult patiently(Call&& call);
    // What came of it; these take the lock.
    void take(const TransactionResult& result, const Batch& batch);
    void trouble(const TransactionResult& result);
    void look_for_culprit(const std::string& why, const Batch& batch);
    void refuse(const KafkaOutbox::Record& record, const std::string& why);
    void reached();
    void not_reached(const std::string& why);
    void fail(const std::string& why);
    void rest();
    bool stopping() const;
    std::string claim_text() const { return outbox_.state_name() + " " + instance_; }
    void say(LogLevel level, const std::string& text) const;

    const KafkaSenderOptions options_;
    const std::string instance_ = KafkaOutbox().state_name();  // a random name: of this process among those of one state
    std::shared_ptr<KafkaTransactions> producer_;              // null: to be opened. The thread's; replaced under the lock
    bool claimed_ = false;                                     // the group's offset was once in our name; the thread's
    bool one_by_one_ = false;                                  // no batches, since one was refused; the thread's
    size_t alone_from_ = SIZE_MAX;                             // bytes of a record that may be too large; the thread's
    bool in_transaction_ = false;                              // the thread's
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    KafkaOutbox outbox_;
    OutboundCounts counts_;
    std::string failure_;
    bool started_ = false, stopping_ = false, connected_ = false;
    std::thread thread_;
};

}  // namespace foreshock
