// Records from Kafka topics, through one or several consumers of one group. Partitions are called "topic/number".
//
// Live, the consumers subscribe and the group shares out the partitions. With `until_end` they are shared out here, evenly by
// what there is to read, and every partition ends at the offset that was its end when the source was opened.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connectors/kafka/direct_fallback.h"
#include "connectors/kafka/kafka_conf.h"
#include "engine/base/time.h"
#include "engine/event/source.h"

namespace foreshock {

class KafkaConsumer;
class KafkaPositions;

enum class KafkaBegin : uint8_t {
    committed,  // what the group has committed; where it has not, the earliest
    earliest,
    latest,
    time,  // the first record stamped at or after a time
};

struct KafkaSourceSettings {
    KafkaSettings cluster;
    std::vector<std::string> topics;
    std::string group;
    KafkaBegin start = KafkaBegin::committed;  // where the store knows no offset
    EventTime start_time{};                    // of KafkaBegin::time, in the records' own time stamps
    KafkaFetch fetch = KafkaFetch::client;
    bool until_end = false;
    std::optional<EventTime> end_time;  // with until_end: end at the first record stamped at or after this
    size_t batch_records = 1000;
    std::chrono::milliseconds patience{30'000};  // how long `open` tries to reach a broker where it has to
    // Told by the thread of the lane what the group gives to it, by lasting names, before `resume` is asked; may be empty.
    std::function<void(const std::vector<std::string>&)> before_given;
};

// `resume` is asked by `open` and, live, whenever the group gives a partition to this process: from within `poll`, by the
// thread of that lane. An offset it gives is where reading goes on. When it gives none, a partition that this process has read
// before goes on after the last record handed over.
//
// Lanes must be destroyed before the source; batches may outlive both. `stored`, `ready` and `tombstones`: any thread, while `open` runs too.
class KafkaSource : public Source {
public:
    explicit KafkaSource(KafkaSourceSettings settings);
    ~KafkaSource() override;

    // Problems: properties that are wrong; with until_end also brokers that do not answer and topics that are not there.
    [[nodiscard]] Result<std::vector<std::unique_ptr<SourceLane>>> open(unsigned lanes, ResumeOffset resume) override;
    // Commits to the group without waiting; what fails is logged and mended by the next commit.
    void stored(std::span<const PartitionOffset> offsets) override;
    bool ready() const override;

    // Records without a value, which mean deletions in compacted topics; they are passed over.
    uint64_t tombstones() const;
    const KafkaReadingCounts& reading() const { return *reading_; }

private:
    using Lanes = std::vector<std::unique_ptr<SourceLane>>;

    Status add_consumers(unsigned count, const ResumeOffset& resume);
    Result<Lanes> open_live(unsigned lanes, const ResumeOffset& resume);
    Result<Lanes> open_until_end(unsigned lanes, const ResumeOffset& resume);
    Lanes make_lanes();

    KafkaSourceSettings settings_;
    std::shared_ptr<KafkaPositions> positions_;
    std::shared_ptr<KafkaReadingCounts> reading_;
    mutable std::mutex mutex_;  // guards committed_ and, against open, consumers_
    std::vector<std::shared_ptr<KafkaConsumer>> consumers_;  // set by open, then read-only
    std::map<std::string, int64_t> committed_;
};

}  // namespace foreshock
