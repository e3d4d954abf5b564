// One correlation instance: decides the shares that the group gives to it. State, position and warnings of a share are written in one
// transaction, under the share's own transactional id: who takes a share over makes a producer of that id first, which ends whatever the
// one before had begun and lets it write no more, and then reads the state from the changelog.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_consumer.h"
#include "engine/plan/components.h"
#include "engine/run/dead_letter.h"
#include "engine/run/share_decider.h"
#include "state/difference.h"
#include "tools/scale_out/scale_out.h"
#include "tools/scale_out/standby.h"
#include "tools/scale_out/transaction.h"
#include "tools/scale_out/transaction_sink.h"

namespace foreshock {

// One worker only.
class CorrelateInstance {
public:
    CorrelateInstance(const Config& config, const Components& components, DeadLetterOutput* dead_letters, const std::atomic<bool>& stop);
    // Until `stop`; what has been decided by then is written. Problems: what failed outside.
    [[nodiscard]] Status run();

private:
    using Clock = std::chrono::steady_clock;
    // Destroyed from below: the decider goes before the sinks that it speaks to.
    struct Share {
        uint32_t number = 0;
        std::string partition;  // of the messages
        KafkaTransactions::Owner producer;
        KnownState known;  // what the changelog holds
        std::vector<TransactionRecord> said;
        std::vector<std::unique_ptr<Sink>> sinks;
        std::unique_ptr<ShareDecider> decider;
        bool moved = false, told = false;  // since the last commit; `told`: that the first slot was decided
        Clock::time_point last_commit, given;
        std::optional<EventTime> restored_until;
    };

    void prepare(const std::vector<std::string>& partitions);
    Status take_over(Share& share);
    Status add_sinks(Share& share);
    Status restore(Share& share);
    Status restore(Share& share, const KafkaLog& state, uint64_t known, bool at_end);
    Status look_for_gap(const Share& share);
    Status take(const RecordBatch& batch);
    bool due(const Share& share) const;
    Result<Transacted> commit(Share& share);
    Status commit_what_is_due(bool all);

    const Config& config_;
    InternalTopics topics_;
    const Components& components_;
    DeadLetterOutput* dead_letters_;
    const std::atomic<bool>& stop_;
    KafkaSourceSettings settings_;
    KafkaSettings producing_;
    std::string layout_;
    std::unique_ptr<Standby> standby_;  // null: none wanted
    std::shared_ptr<KafkaConsumer> consumer_;
    KafkaGroup group_;
    std::map<std::string, std::unique_ptr<Share>> shares_, incoming_;  // ours, and what is being given to us, by partition
    std::map<uint32_t, std::string> numbers_;  // of the consumer's partitions: their names
    Diagnostics trouble_;                      // of taking over
};

}  // namespace foreshock
