#include "tools/scale_out/transaction.h"

#include <algorithm>
#include <functional>
#include <thread>
#include <utility>

#include "connectors/kafka/kafka_ranges.h"
#include "engine/base/kill_point.h"

namespace foreshock {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kCall{1'000}, kPause{50}, kPatience{60'000}, kLastPatience{5'000};

TransactionResult persist(Patience& patience, const std::function<TransactionResult()>& call) {
    for (;;) {
        TransactionResult r = call();
        if (r.step != TransactionStep::again || patience.over()) return r;
        std::this_thread::sleep_for(kPause);
    }
}

Diagnostic trouble(const std::string& what, const TransactionResult& r) {
    return {{}, 0, 0, "Kafka: " + what + ": " + (r.why.empty() ? kafka_text(r.error) : r.why), {}};
}

// The group has moved on without this member.
bool is_of_group(rd_kafka_resp_err_t error) {
    return error == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION || error == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
           error == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID || error == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
}

std::string_view view(const std::optional<std::string>& value) { return value ? std::string_view(*value) : std::string_view{}; }

TransactionResult put(KafkaTransactions& producer, const TransactionContent& content) {
    for (const TransactionRecord& r : content.records) {
        KafkaRecord record{r.key, view(r.value), r.partition};
        record.content_type = r.content_type;
        const rd_kafka_resp_err_t error = producer.put(r.topic, record, kCall);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return {is_final(error) ? TransactionStep::failed : TransactionStep::abort, error, r.topic + ": " + kafka_text(error)};
    }
    return {};
}

TransactionResult try_once(KafkaTransactions& producer, const TransactionContent& content, const rd_kafka_consumer_group_metadata_t& group, Patience& patience) {
    kill_point("transaction/begin");
    if (auto r = persist(patience, [&] { return producer.begin(); }); !r.done()) return r;
    if (auto r = put(producer, content); !r.done()) return r;
    kill_point("transaction/put");
    if (!content.offsets.empty()) {
        const KafkaPartitions list = kafka_partitions(content.offsets);
        if (auto r = persist(patience, [&] { return producer.send_offsets(*list, group, kCall); }); !r.done()) return r;
    }
    kill_point("transaction/offsets");
    auto r = persist(patience, [&] { return producer.commit(kCall); });
    kill_point("transaction/committed");
    return r;
}

}  // namespace

Patience::Patience(const std::atomic<bool>& stop) : stop_(stop), end_(steady_clock::now() + kPatience) {}

bool Patience::over() {
    const auto now = steady_clock::now();
    if (stop_ && !std::exchange(stopping_, true)) end_ = std::min(end_, now + kLastPatience);
    return now > end_;
}

Result<KafkaTransactions::Owner> begin_producing(const KafkaSettings& settings, const std::string& transactional_id, Patience patience) {
    auto opened = KafkaTransactions::open(settings, transactional_id);
    if (!opened) return opened.problems();
    KafkaTransactions& producer = *opened.value();
    const auto r = persist(patience, [&] { return producer.initialize(kCall); });
    if (!r.done()) return trouble("producer " + transactional_id, r);
    return opened;
}

Result<Transacted> transact(KafkaTransactions& producer, const TransactionContent& content, const rd_kafka_consumer_group_metadata_t& group, Patience patience) {
    for (;;) {
        const TransactionResult r = try_once(producer, content, group, patience);
        if (r.done()) return Transacted::done;
        if (r.step == TransactionStep::fenced) return Transacted::lost;
        if (r.step == TransactionStep::failed || patience.over()) return trouble("a transaction failed", r);
        const auto aborted = persist(patience, [&] { return producer.abort(kCall); });
        if (aborted.step == TransactionStep::fenced || is_of_group(r.error)) return Transacted::lost;
        if (!aborted.done()) return trouble("a transaction could not be aborted", aborted);
        producer.say(LogLevel::warning, "a transaction was aborted and is tried again: " + r.why);
        std::this_thread::sleep_for(kPause);
    }
}

}  // namespace foreshock
