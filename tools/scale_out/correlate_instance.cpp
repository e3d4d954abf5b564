#include "tools/scale_out/correlate_instance.h"

#include <algorithm>
#include <future>

#include "engine/base/kill_point.h"
#include "engine/run/partial_maker.h"
#include "tools/log.h"
#include "tools/wiring.h"

namespace foreshock {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPoll{50}, kRestore{300'000}, kSoonest{100}, kFlush{5'000};
constexpr int kLookUp_ms = 10'000;

}  // namespace

CorrelateInstance::CorrelateInstance(const Config& config, const Components& components, DeadLetterOutput* dead_letters, const std::atomic<bool>& stop)
    : config_(config),
      topics_(config.engine.app),
      components_(components),
      dead_letters_(dead_letters),
      stop_(stop),
      settings_(group_settings(config, {topics_.partials}, config.engine.app + ".correlate", Moved::one_by_one)),
      producing_(producer_settings(config)),
      layout_(layout_of(config.model, config.engine, components.shares())),
      group_(rd_kafka_consumer_group_metadata_new(settings_.group.c_str())) {
    settings_.before_given = [this](const std::vector<std::string>& partitions) { prepare(partitions); };
}

// Called within a poll; what goes wrong ends the run after it. Most of taking over is waiting for the cluster.
void CorrelateInstance::prepare(const std::vector<std::string>& partitions) {
    std::vector<std::future<Status>> under_way;
    for (const std::string& p : partitions) {
        Share& share = *(incoming_[p] = std::make_unique<Share>());
        share.partition = p;
        share.number = static_cast<uint32_t>(std::stoul(p.substr(p.rfind('/') + 1)));
        under_way.push_back(std::async(std::launch::async, [this, &share] { return take_over(share); }));
    }
    for (auto& one : under_way)
        if (const Status done = one.get(); !done) trouble_ = done.problems();
}

Status CorrelateInstance::take_over(Share& share) {
    share.given = share.last_commit = Clock::now();
    auto producer = begin_producing(producing_, config_.engine.app + "-correlate-" + std::to_string(share.number), Patience(stop_));
    if (!producer) return producer.problems();
    share.producer = std::move(producer.value());
    share.decider = std::make_unique<ShareDecider>(
        ShareDecider::Settings{config_.engine, components_.part(config_.model, share.number), config_.rules, layout_, share.partition});
    if (Status s = add_sinks(share); !s) return s;
    return restore(share);
}

Status CorrelateInstance::add_sinks(Share& share) {
    Config others = config_;
    others.outputs.clear();
    others.advice.reset();
    const auto in_transaction = [&](const KafkaOutputConfig& kafka, bool advice) {
        CloudEventContext context = cloud_event_context(config_);
        context.advice = advice;
        context.suppressed = kafka.suppressed;
        share.sinks.push_back(std::make_unique<TransactionSink>(kafka.topic, context, share.said));
    };
    for (const OutputConfig& output : config_.outputs) {
        const auto* kafka = std::get_if<KafkaOutputConfig>(&output);
        if (kafka == nullptr) others.outputs.push_back(output);
        else in_transaction(*kafka, false);
    }
    if (config_.advice) in_transaction(std::get<KafkaOutputConfig>(*config_.advice), true);
    if (!others.outputs.empty() || config_.outputs.empty()) {
        auto made = make_sinks(others, dead_letters_);
        if (!made) return made.problems();
        for (auto& sink : made.value()) share.sinks.push_back(std::move(sink));
    }
    for (const auto& sink : share.sinks) share.decider->add(*sink);
    return Done{};
}

Status CorrelateInstance::restore(Share& share) {
    Status done = Done{};
    const auto take = [&](KafkaLog& log, uint64_t known, const Result<bool>& at_end) { done = at_end.ok() ? restore(share, log, known, at_end.value()) : Status(at_end.problems()); };
    if (standby_ && standby_->read(share.number, kRestore, take)) return done;
    auto anew = KafkaLog::open(producing_, topics_.changelog, static_cast<int32_t>(share.number));
    if (!anew) return anew.problems();
    take(*anew.value(), 0, anew.value()->read(kRestore));
    return done;
}

// `known`: records that a standby copy had read before.
Status CorrelateInstance::restore(Share& share, const KafkaLog& state, uint64_t known, bool at_end) {
    if (!at_end) return Diagnostic{{}, 0, 0, topics_.changelog + ": its end was not reached in time", {}};
    const std::string where = topics_.changelog + "/" + std::to_string(share.number);
    auto checkpoint = read_state(state.entries(), where, share.known);
    if (!checkpoint) return checkpoint.problems();
    kill_point("restore/loaded");
    if (checkpoint.value()) {
        if (Status s = share.decider->restore(*checkpoint.value()); !s) return s;
        share.restored_until = share.decider->decided_until();
        if (Status s = look_for_gap(share); !s) return s;
    }
    kill_point("restore/done");
    log(LogLevel::info, "share " + std::to_string(share.number) + " is ours: " + std::to_string(state.records() - known) + " records of state" +
                            (known > 0 ? ", " + std::to_string(known) + " known before" : "") +
                            (share.restored_until ? ", decided until " + to_rfc3339(*share.restored_until) : ""));
    return Done{};
}

// Sums that the cluster deleted before they were decided on are events that nobody would ever count.
Status CorrelateInstance::look_for_gap(const Share& share) {
    int64_t low = 0, high = 0;
    const auto error = rd_kafka_query_watermark_offsets(consumer_->client(), topics_.partials.c_str(), static_cast<int32_t>(share.number), &low, &high, kLookUp_ms);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Diagnostic{{}, 0, 0, "Kafka: offsets of " + share.partition + ": " + kafka_text(error), {}};
    if (low <= share.decider->next_offset().value_or(low)) return Done{};
    return Diagnostic{{}, 0, 0, share.partition + ": sums were deleted before they were decided on: from offset " + std::to_string(*share.decider->next_offset()) + " to " + std::to_string(low),
                      "keep them for longer (retention.ms of the topic); to go on without them, delete the internal topics and make them anew"};
}

Status CorrelateInstance::take(const RecordBatch& batch) {
    for (const PartitionNotice& n : batch.notices) {
        if (n.kind == PartitionNotice::Kind::closed) {
            shares_.erase(n.name);
            continue;
        }
        numbers_[n.partition] = n.name;
        if (const auto given = incoming_.extract(n.name); !given.empty()) shares_[n.name] = std::move(given.mapped());
    }
    for (const RawRecord& r : batch.records) {
        const auto share = shares_.find(numbers_[r.partition]);
        if (share == shares_.end()) continue;  // lost already
        Share& s = *share->second;
        if (Status done = s.decider->take(r.bytes(), r.offset); !done) return done;
        s.moved = true;
        if (!s.told && s.decider->decided_until() != s.restored_until) {
            s.told = true;
            log(LogLevel::info, "share " + std::to_string(s.number) + ": first slot decided, until " + to_rfc3339(*s.decider->decided_until()));
        }
    }
    return Done{};
}

bool CorrelateInstance::due(const Share& s) const {
    const auto since = Clock::now() - s.last_commit;
    return s.moved && (since >= config_.state.checkpoint_every || (!s.said.empty() && since >= kSoonest));
}

Result<Transacted> CorrelateInstance::commit(Share& s) {
    for (const auto& sink : s.sinks)
        if (const std::string why = sink->failure(); !why.empty()) return Diagnostic{{}, 0, 0, why, {}};
    for (const auto& sink : s.sinks)
        if (sink->outbox().empty() && !sink->flush(kFlush)) return Diagnostic{{}, 0, 0, sink->name() + " did not take all warnings", "they are said again at the next start"};
    StateDifference wanted = difference(s.known, s.decider->checkpoint());
    TransactionContent content;
    content.records = s.said;
    for (StateChange& c : wanted.changes) content.records.push_back({topics_.changelog, static_cast<int32_t>(s.number), std::move(c.key), std::move(c.value)});
    if (s.decider->next_offset()) content.offsets.push_back({s.partition, *s.decider->next_offset()});
    const auto done = transact(*s.producer, content, *group_, Patience(stop_));
    if (!done || done.value() == Transacted::lost) return done;
    s.known = std::move(wanted.next);
    s.said.clear();
    s.moved = false;
    s.last_commit = Clock::now();
    for (const auto& sink : s.sinks) sink->stored();
    return done;
}

Status CorrelateInstance::commit_what_is_due(bool all) {
    for (auto at = shares_.begin(); at != shares_.end();) {
        Share& s = *at->second;
        if (!due(s) && !(all && s.moved)) { ++at; continue; }
        const auto done = commit(s);
        if (!done) return done.problems();
        if (done.value() == Transacted::done) { ++at; continue; }
        log(LogLevel::warning, "share " + std::to_string(s.number) + " has been taken over by another instance");
        at = shares_.erase(at);
    }
    return Done{};
}

Status CorrelateInstance::run() {
    auto made = KafkaConsumer::make(settings_, 1, [this](const std::string& p) -> std::optional<int64_t> {
        const auto share = incoming_.find(p);
        if (share == incoming_.end()) return std::nullopt;
        return share->second->decider->next_offset().value_or(RD_KAFKA_OFFSET_BEGINNING);
    }, std::make_shared<KafkaPositions>(), std::make_shared<KafkaReadingCounts>());
    if (!made) return made.problems();
    consumer_ = std::move(made.value());
    if (config_.instances.standby > 0) standby_ = std::make_unique<Standby>(producing_, topics_.changelog, components_.shares());
    if (Status s = consumer_->subscribe(); !s) return s;
    RecordBatch batch;
    Status end = Done{};
    while (!stop_ && end.ok()) {
        const PollResult polled = consumer_->poll(batch, kPoll);
        if (!trouble_.empty()) {
            end = trouble_;
            break;
        }
        if (polled == PollResult::failed) { end = Diagnostic{{}, 0, 0, consumer_->failure(), {}}; break; }
        if (polled == PollResult::records) end = take(batch);
        if (end.ok()) end = commit_what_is_due(false);
    }
    if (end.ok()) end = commit_what_is_due(true);
    batch.clear();
    KafkaConsumer::leave({&consumer_, 1});
    shares_.clear();
    return end;
}

}  // namespace foreshock
