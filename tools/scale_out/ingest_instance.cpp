#include "tools/scale_out/ingest_instance.h"

#include <algorithm>
#include <future>

#include "connectors/kafka/kafka_log.h"
#include "connectors/kafka/kafka_ranges.h"
#include "engine/base/archive.h"
#include "engine/base/fnv1a.h"
#include "tools/log.h"

namespace foreshock {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPoll{50}, kPatience{60'000}, kSlice{200};
constexpr int kLookUp_ms = 10'000;

KafkaPartitions list_of(const std::vector<std::string>& partitions) {
    std::vector<PartitionOffset> named;
    for (const std::string& p : partitions) named.push_back({p, RD_KAFKA_OFFSET_INVALID});
    return kafka_partitions(named);
}

int64_t offset_in(const std::string& clock) {
    Archive a(clock);
    int64_t next = 0;
    a(next);
    return a.ok() ? next : -1;
}

Diagnostic trouble(const std::string& what, rd_kafka_resp_err_t error) { return {{}, 0, 0, "Kafka: " + what + ": " + kafka_text(error), {}}; }

}  // namespace

IngestInstance::IngestInstance(const Config& config, const Components& components, const DecoderFactory& decoders,
                               DeadLetterOutput* dead_letters, const std::atomic<bool>& stop, unsigned number)
    : config_(config),
      topics_(config.engine.app),
      components_(components),
      settings_(group_settings(config, source_of(config).topics, source_of(config).group, Moved::together)),
      producing_(producer_settings(config)),
      dead_letters_(dead_letters),
      stop_(stop),
      number_(number),
      maker_({config.engine, config.model, components, decoders, dead_letters, 512 << 10,
              [this](const std::string& partition) { return starts_.at(partition); }, [this] { return all_partitions(); }}) {
    settings_.before_given = [this](const std::vector<std::string>& partitions) { prepare(partitions); };
}

// Called within a poll; what goes wrong ends the run after it.
void IngestInstance::prepare(const std::vector<std::string>& partitions) {
    if (partitions.empty()) return;
    if (const Status done = take_over(partitions); !done) trouble_ = done.problems();
}

Status IngestInstance::take_over(const std::vector<std::string>& partitions) {
    starts_.clear();
    clocks_.clear();
    next_producer_.reset();
    std::vector<std::future<Result<KafkaTransactions::Owner>>> under_way;
    for (const std::string& p : partitions)
        under_way.push_back(std::async(std::launch::async, [&] { return begin_producing(producing_, config_.engine.app + "-ingest-" + p, Patience(stop_)); }));
    Diagnostics problems;
    for (auto& one : under_way) {
        auto made = one.get();
        if (!made) problems = made.problems();
        else if (next_producer_ == nullptr) next_producer_ = std::move(made.value());
    }
    if (!problems.empty()) return problems;
    const auto offsets = committed(partitions);
    if (!offsets) return offsets.problems();
    for (const std::string& p : partitions) {
        const int64_t known = offsets.value().at(p);
        const auto clock = clock_of(p, known);
        if (!clock) return clock.problems();
        int64_t next = known >= 0 ? known : offset_in(clock.value());
        if (known < 0 && clock.value().empty()) {
            const auto first = first_offset(p);
            if (!first) return first.problems();
            next = first.value();
        }
        starts_[p] = {next, clock.value()};
    }
    clocks_.clear();
    return Done{};
}

Result<std::map<std::string, int64_t>> IngestInstance::committed(const std::vector<std::string>& partitions) {
    const KafkaPartitions list = list_of(partitions);
    Patience patience(stop_);
    for (;;) {
        const rd_kafka_resp_err_t error = rd_kafka_committed(consumer_->client(), list.get(), kLookUp_ms);
        bool fine = error == RD_KAFKA_RESP_ERR_NO_ERROR;
        for (int i = 0; i < list->cnt; ++i) fine = fine && list->elems[i].err == RD_KAFKA_RESP_ERR_NO_ERROR;
        if (fine) break;
        if (is_final(error) || patience.over()) return trouble("committed offsets", error);
    }
    std::map<std::string, int64_t> found;
    for (int i = 0; i < list->cnt; ++i) found[partitions[static_cast<size_t>(i)]] = list->elems[i].offset;
    return found;
}

// Where nobody has read before: by the start rule of the source.
Result<int64_t> IngestInstance::first_offset(const std::string& partition) {
    const KafkaPartitions list = list_of({partition});
    const auto& p = list->elems[0];
    int64_t low = 0, high = 0;
    const auto error = rd_kafka_query_watermark_offsets(consumer_->client(), p.topic, p.partition, &low, &high, kLookUp_ms);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble("offsets of " + partition, error);
    if (settings_.start == KafkaBegin::latest) return high;
    if (settings_.start != KafkaBegin::time) return low;
    const auto bad = offsets_at(consumer_->client(), list.get(), settings_.start_time, kLookUp_ms);
    if (bad != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble("offsets of " + partition, bad);
    return p.offset == RD_KAFKA_OFFSET_END ? high : p.offset;
}

// Partition of the topic of clocks.
uint32_t IngestInstance::place_of(const std::string& partition) const { return static_cast<uint32_t>(Fnv1a{}.add(partition).value() % components_.shares()); }

// The clock that was written with the committed offset. It may lie behind a transaction that somebody else has still open.
Result<std::string> IngestInstance::clock_of(const std::string& partition, int64_t committed) {
    const uint32_t place = place_of(partition);
    const auto known = clocks_.find(place);
    if (known != clocks_.end()) {
        const auto clock = known->second.find(partition);
        if (committed < 0 && clock == known->second.end()) return std::string{};
        if (clock != known->second.end() && (committed < 0 || offset_in(clock->second) == committed)) return clock->second;
    }
    auto log = KafkaLog::open(producing_, topics_.clocks, static_cast<int32_t>(place));
    if (!log) return log.problems();
    Patience patience(stop_);
    bool ended = false;
    for (;;) {
        const auto read = log.value()->read(kSlice);
        if (!read) return read.problems();
        ended = ended || read.value();
        const auto& entries = log.value()->entries();
        const auto clock = entries.find(partition);
        const bool fits = clock != entries.end() && (committed < 0 || offset_in(clock->second) == committed);
        if (fits || (ended && clock == entries.end())) {  // not there: read by a run of one process until now, or by nobody
            clocks_[place] = entries;
            return fits ? clock->second : std::string{};
        }
        if (patience.over())
            return Diagnostic{{}, 0, 0, partition + ": the group's offset is " + std::to_string(committed) + ", the clock that belongs to it in " + topics_.clocks + " is of another",
                              "offsets of the group were set by hand? Delete the internal topics and make them anew"};
    }
}

std::set<std::string> IngestInstance::all_partitions() {
    const auto names = kafka_partition_names(consumer_->client(), settings_.topics, *consumer_, steady_clock::now() + kPatience);
    if (!names) {
        trouble_ = names.problems();
        return {};
    }
    return {names.value().begin(), names.value().end()};
}

Status IngestInstance::write(PartialCut cut) {
    if (!trouble_.empty()) return trouble_;
    TransactionContent content;
    for (PartialCut::Message& m : cut.messages) content.records.push_back({topics_.partials, static_cast<int32_t>(m.share), {}, std::move(m.bytes)});
    for (auto& [partition, bytes] : cut.clocks) {
        content.records.push_back({topics_.clocks, static_cast<int32_t>(place_of(partition)), partition, std::move(bytes)});
    }
    content.offsets = std::move(cut.offsets);
    const KafkaGroup group(rd_kafka_consumer_group_metadata(consumer_->client()));
    const auto done = transact(*producer_, content, *group, Patience(stop_));
    if (!done) return done.problems();
    if (done.value() == Transacted::lost) {
        maker_.lose();
        lost_ = true;
    }
    return Done{};
}

Status IngestInstance::run() {
    auto made = KafkaConsumer::make(settings_, number_, [this](const std::string& p) {
        const auto start = starts_.find(p);
        return start == starts_.end() ? std::nullopt : std::optional(start->second.next_offset);
    }, std::make_shared<KafkaPositions>(), std::make_shared<KafkaReadingCounts>());
    if (!made) return made.problems();
    consumer_ = std::move(made.value());
    if (Status s = consumer_->subscribe(); !s) return s;
    RecordBatch records;
    Status end = Done{};
    while (!stop_ && end.ok()) {
        const PollResult polled = consumer_->poll(records, kPoll);
        if (!trouble_.empty()) { end = trouble_; break; }
        if (polled == PollResult::failed) { end = Diagnostic{{}, 0, 0, consumer_->failure(), {}}; break; }
        const bool given = std::ranges::any_of(records.notices, [](const PartitionNotice& n) { return n.kind == PartitionNotice::Kind::opened; });
        if (given) {
            producer_ = std::move(next_producer_);
            lost_ = false;
        }
        if (lost_) continue;
        if (polled == PollResult::records) maker_.take(records, steady_clock::now());
        if (maker_.due(steady_clock::now())) end = write(maker_.cut(steady_clock::now()));
        if (const std::string why = dead_letters_ ? dead_letters_->failure() : ""; end.ok() && !why.empty()) end = Diagnostic{{}, 0, 0, why, {}};
    }
    if (end.ok() && !lost_ && maker_.has_news()) end = write(maker_.cut(steady_clock::now()));
    records.clear();
    KafkaConsumer::leave({&consumer_, 1});
    return end;
}

}  // namespace foreshock
