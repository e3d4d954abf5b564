#include "connectors/kafka/kafka_source.h"

#include <algorithm>
#include <utility>

#include "connectors/kafka/kafka_consumer.h"
#include "connectors/kafka/kafka_ranges.h"

namespace foreshock {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kGreeting{5000};  // live, a cluster that is not there yet holds nothing up for longer

class KafkaLane : public SourceLane {
public:
    explicit KafkaLane(std::shared_ptr<KafkaConsumer> consumer) : consumer_(std::move(consumer)) {}
    PollResult poll(RecordBatch& batch, milliseconds timeout) override { return consumer_->poll(batch, timeout); }
    std::string failure() const override { return consumer_->failure(); }
    bool hold_back(const std::vector<bool>& partitions) override { return consumer_->hold_back(partitions), true; }

private:
    std::shared_ptr<KafkaConsumer> consumer_;
};

}  // namespace

KafkaSource::KafkaSource(KafkaSourceSettings settings)
    : settings_(std::move(settings)), positions_(std::make_shared<KafkaPositions>()), reading_(std::make_shared<KafkaReadingCounts>()) {}

KafkaSource::~KafkaSource() {
    KafkaConsumer::leave(consumers_);
}

Result<KafkaSource::Lanes> KafkaSource::open(unsigned lanes, ResumeOffset resume) {
    if (settings_.topics.empty()) return Diagnostic{{}, 0, 0, "Kafka source without topics", "name them under topics"};
    if (settings_.group.empty()) return Diagnostic{{}, 0, 0, "Kafka source without a group", "name one under group"};
    if (const Status added = add_consumers(1, resume); !added) return added.problems();
    return settings_.until_end ? open_until_end(lanes, resume) : open_live(lanes, resume);
}

Status KafkaSource::add_consumers(unsigned count, const ResumeOffset& resume) {
    while (consumers_.size() < count) {
        auto consumer = KafkaConsumer::make(settings_, static_cast<unsigned>(consumers_.size()) + 1, resume, positions_, reading_);
        if (!consumer) return consumer.problems();
        const std::lock_guard lock(mutex_);
        consumers_.push_back(std::move(consumer.value()));
    }
    return Done{};
}

Result<KafkaSource::Lanes> KafkaSource::open_live(unsigned lanes, const ResumeOffset& resume) {
    KafkaConsumer& first = *consumers_[0];
    const auto deadline = steady_clock::now() + std::min(kGreeting, settings_.patience);
    const Result<size_t> partitions = kafka_partition_count(first.client(), settings_.topics, first, deadline);
    if (partitions) {
        first.answered();
        lanes = static_cast<unsigned>(std::clamp<size_t>(partitions.value(), 1, std::max(lanes, 1u)));
    } else if (!first.failure().empty()) {
        return partitions.problems();
    } else {
        first.say(LogLevel::warning, partitions.problems().front().message);
    }
    if (const Status added = add_consumers(std::max(lanes, 1u), resume); !added) return added.problems();
    for (const auto& consumer : consumers_) {
        if (const Status subscribed = consumer->subscribe(); !subscribed) return subscribed.problems();
    }
    return make_lanes();
}

Result<KafkaSource::Lanes> KafkaSource::open_until_end(unsigned lanes, const ResumeOffset& resume) {
    KafkaConsumer& first = *consumers_[0];
    const auto ranges =
        kafka_ranges(first.client(), settings_, resume, first, steady_clock::now() + settings_.patience);
    if (!ranges) return ranges.problems();
    const auto shares = share_out(ranges.value(), lanes);
    if (const Status added = add_consumers(static_cast<unsigned>(shares.size()), resume); !added) return added.problems();
    for (size_t i = 0; i < shares.size(); ++i) {
        if (const Status assigned = consumers_[i]->assign(shares[i]); !assigned) return assigned.problems();
        consumers_[i]->answered();
    }
    return make_lanes();
}

KafkaSource::Lanes KafkaSource::make_lanes() {
    Lanes out;
    for (const auto& consumer : consumers_) out.push_back(std::make_unique<KafkaLane>(consumer));
    return out;
}

void KafkaSource::stored(std::span<const PartitionOffset> offsets) {
    const std::lock_guard lock(mutex_);
    for (const auto& consumer : consumers_) {
        std::vector<PartitionOffset> fresh;
        for (const PartitionOffset& o : offsets) {
            if (!consumer->owns(o.partition)) continue;
            const auto [place, first] = committed_.try_emplace(o.partition, o.next);
            if (!first && place->second == o.next) continue;
            place->second = o.next;
            fresh.push_back(o);
        }
        if (!fresh.empty()) consumer->commit(fresh);
    }
}

bool KafkaSource::ready() const {
    const std::lock_guard lock(mutex_);
    return !consumers_.empty() &&
           std::all_of(consumers_.begin(), consumers_.end(), [](const auto& c) { return c->reachable(); });
}

uint64_t KafkaSource::tombstones() const {
    const std::lock_guard lock(mutex_);
    uint64_t sum = 0;
    for (const auto& consumer : consumers_) sum += consumer->tombstones();
    return sum;
}

}  // namespace foreshock
