// One ingest instance: reads the partitions that the group gives to it, and writes what it summed, with positions and clocks, in transactions.
// Stateless: what it was amid of is read again by whoever is given the partitions.
//
// That nothing is counted twice or lost rests on this: before it reads a partition, an instance makes a producer under that partition's
// name, which aborts whatever a dead owner had begun; then it asks for the committed offset, which waits for transactions that are still
// open; then it reads the clock that was committed with it. It writes under the name of one of its partitions, as a member of the group,
// so that an owner who does not know yet that it is none can commit nothing.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "connectors/kafka/kafka_consumer.h"
#include "engine/event/decoder.h"
#include "engine/plan/components.h"
#include "engine/run/partial_maker.h"
#include "tools/scale_out/scale_out.h"
#include "tools/scale_out/transaction.h"

namespace foreshock {

// One worker only.
class IngestInstance {
public:
    IngestInstance(const Config& config, const Components& components, const DecoderFactory& decoders, DeadLetterOutput* dead_letters,
                   const std::atomic<bool>& stop, unsigned number);
    // Until `stop`; what has been summed by then is written. Problems: what failed outside.
    [[nodiscard]] Status run();
    const RunTotals& totals() const { return maker_.totals(); }  // after `run`

private:
    void prepare(const std::vector<std::string>& partitions);
    Status take_over(const std::vector<std::string>& partitions);
    Result<std::map<std::string, int64_t>> committed(const std::vector<std::string>& partitions);
    Result<int64_t> first_offset(const std::string& partition);
    uint32_t place_of(const std::string& partition) const;
    Result<std::string> clock_of(const std::string& partition, int64_t committed);
    std::set<std::string> all_partitions();
    Status write(PartialCut cut);

    const Config& config_;
    InternalTopics topics_;
    const Components& components_;
    KafkaSourceSettings settings_;
    KafkaSettings producing_;
    DeadLetterOutput* dead_letters_;  // may be null
    const std::atomic<bool>& stop_;
    unsigned number_;
    PartialMaker maker_;
    std::shared_ptr<KafkaConsumer> consumer_;
    KafkaTransactions::Owner producer_, next_producer_;  // ours, and that of what is being given to us
    std::map<std::string, PartitionStart> starts_;                 // of what is being given to us
    std::map<uint32_t, std::map<std::string, std::string>> clocks_;  // read for it, by partition of the topic
    Diagnostics trouble_;                                          // of taking over
    bool lost_ = false;                                            // the group has moved on; what it gives next is ours again
};

}  // namespace foreshock
