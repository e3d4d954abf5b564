#include "connectors/kafka/kafka_consumer.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace foreshock {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kSlice{20};  // a trickle of records waits no longer than this to be a batch
constexpr milliseconds kEnd{5000}, kNextEnd{200};  // the second, where one did not end before
constexpr uint32_t kNowhere = UINT32_MAX;

KafkaConsumer& consumer_of(void* opaque) { return *static_cast<KafkaConsumer*>(static_cast<KafkaLink*>(opaque)); }

Diagnostic trouble(const char* what, rd_kafka_resp_err_t error) {
    return {{}, 0, 0, std::string("Kafka: ") + what + ": " + kafka_text(error), {}};
}

// Errors of a commit that the coming one mends.
bool is_passing(rd_kafka_resp_err_t error) {
    return error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__NO_OFFSET ||
           error == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS || error == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
           error == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID;
}

// Up to librdkafka 2.0 at least, a consumer whose topic was deleted does not come to its end. It is left behind: the process ends soon.
void end_in_time(KafkaConsumer* consumer) {
    static std::atomic<bool> any_left_behind{false};
    const std::future<void> end = apart([consumer] { delete consumer; });
    if (end.wait_for(any_left_behind ? kNextEnd : kEnd) == std::future_status::timeout) any_left_behind = true;
}

}  // namespace

void KafkaPositions::keep(const std::string& partition, int64_t next) {
    const std::lock_guard lock(mutex_);
    next_[partition] = next;
}

std::optional<int64_t> KafkaPositions::find(const std::string& partition) const {
    const std::lock_guard lock(mutex_);
    const auto found = next_.find(partition);
    return found == next_.end() ? std::nullopt : std::optional(found->second);
}

struct KafkaConsumer::Batch : RecordKeeper {
    Batch(std::shared_ptr<KafkaConsumer> c, size_t room) : consumer(std::move(c)), messages(room) {}
    ~Batch() override { free(); }
    void free() {
        for (size_t i = 0; i < count; ++i) rd_kafka_message_destroy(messages[i]);
        count = 0;
    }

    std::shared_ptr<KafkaConsumer> consumer;  // empty until the batch is handed over
    std::vector<rd_kafka_message_t*> messages;
    size_t count = 0;
};

KafkaConsumer::KafkaConsumer(const KafkaSourceSettings& settings, unsigned number, ResumeOffset resume,
                             std::shared_ptr<KafkaPositions> positions, std::shared_ptr<KafkaReadingCounts> reading)
    : KafkaLink("Kafka consumer " + std::to_string(number), settings.cluster.log),
      settings_(settings),
      resume_(std::move(resume)),
      positions_(std::move(positions)),
      reading_(std::move(reading)) {}

Result<std::shared_ptr<KafkaConsumer>> KafkaConsumer::make(const KafkaSourceSettings& settings, unsigned number,
                                                           ResumeOffset resume, std::shared_ptr<KafkaPositions> positions,
                                                           std::shared_ptr<KafkaReadingCounts> reading) {
    std::shared_ptr<KafkaConsumer> consumer(
        new KafkaConsumer(settings, number, std::move(resume), std::move(positions), std::move(reading)), end_in_time);
    const Status connected = consumer->connect(number);
    if (!connected) return connected.problems();
    return consumer;
}

Status KafkaConsumer::connect(unsigned number) {
    KafkaSettings cluster = settings_.cluster;
    cluster.client_id += '-';
    cluster.client_id += std::to_string(number);
    const bool direct = settings_.fetch == KafkaFetch::direct;
    KafkaProperties defaults = fetch_tuning(direct || !settings_.until_end);  // what wakes librdkafka costs while it rests, too
    // A broker answers a connection in turn: what librdkafka still waits for must not hold up what is asked of it by the way.
    if (direct) defaults.emplace_back("fetch.wait.max.ms", "100");
    defaults.emplace_back("auto.offset.reset", "earliest");
    defaults.emplace_back("isolation.level", "read_committed");
    defaults.emplace_back("partition.assignment.strategy", shares_by_steps() ? "cooperative-sticky" : "range,roundrobin");
    const KafkaProperties fixed{{"group.id", settings_.group},
                                {"enable.auto.commit", "false"},
                                {"enable.auto.offset.store", "false"},
                                {"enable.partition.eof", settings_.until_end ? "true" : "false"}};
    Result<KafkaConf> conf = kafka_conf(cluster, defaults, fixed, *this);
    if (!conf) return conf.problems();
    rd_kafka_conf_set_rebalance_cb(conf.value().get(), on_rebalance);
    rd_kafka_conf_set_offset_commit_cb(conf.value().get(), on_commit);
    Result<KafkaHandle> client = kafka_client(RD_KAFKA_CONSUMER, std::move(conf.value()));
    if (!client) return client.problems();
    client_ = std::move(client.value());
    rd_kafka_poll_set_consumer(client_.get());
    queue_.reset(rd_kafka_queue_get_consumer(client_.get()));
    if (direct) prepare_direct();
    return Done{};
}

Status KafkaConsumer::subscribe() {
    const KafkaPartitions topics(rd_kafka_topic_partition_list_new(static_cast<int>(settings_.topics.size())));
    for (const std::string& t : settings_.topics) {
        rd_kafka_topic_partition_list_add(topics.get(), t.c_str(), RD_KAFKA_PARTITION_UA);
    }
    reads_ = true;
    const rd_kafka_resp_err_t error = rd_kafka_subscribe(client_.get(), topics.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble("subscribing", error);
    return Done{};
}

Status KafkaConsumer::assign(const std::vector<KafkaRange>& ranges) {
    const KafkaPartitions list(rd_kafka_topic_partition_list_new(static_cast<int>(ranges.size())));
    for (const KafkaRange& r : ranges) {
        const uint32_t number = open_partition(r.topic, r.partition, r.begin, r.end);
        partitions_[number].settled = true;
        ++unfinished_;
        if (r.size() == 0) {
            end_partition(number);
        } else {
            rd_kafka_topic_partition_list_add(list.get(), r.topic.c_str(), r.partition)->offset = r.begin;
        }
    }
    reads_ = true;
    const rd_kafka_resp_err_t error = rd_kafka_assign(client_.get(), list.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble("assigning partitions", error);
    begin_direct();
    return Done{};
}

void KafkaConsumer::leave(std::span<const std::shared_ptr<KafkaConsumer>> consumers) {
    std::vector<std::future<void>> ends;
    for (const auto& c : consumers) ends.push_back(c->begin_to_leave());
    const auto deadline = steady_clock::now() + kEnd;
    for (size_t i = 0; i < ends.size(); ++i)
        if (ends[i].wait_until(deadline) == std::future_status::timeout && consumers[i]->had_partitions_)
            consumers[i]->say(LogLevel::warning, "ends without having left its group, as no broker answers");
}

// With a commit under way, librdkafka asks for the group's coordinator until one answers, and does not close before (its issue 3740).
// The thread then keeps the consumer for as long as the process lives.
std::future<void> KafkaConsumer::begin_to_leave() {
    hush();
    left_ = true;
    return apart([self = shared_from_this()] { rd_kafka_consumer_close(self->client_.get()); });
}

bool KafkaConsumer::owns(const std::string& partition) const {
    const std::lock_guard lock(mutex_);
    return owned_.count(partition) > 0;
}

void KafkaConsumer::commit(const std::vector<PartitionOffset>& offsets) {
    const KafkaPartitions list = kafka_partitions(offsets);
    if (list->cnt == 0) return;
    const rd_kafka_resp_err_t error = rd_kafka_commit(client_.get(), list.get(), 1);
    if (!is_passing(error)) say(LogLevel::warning, "committing offsets: " + kafka_text(error));
}

void KafkaConsumer::on_commit(rd_kafka_t*, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t*, void* opaque) {
    if (!is_passing(error)) consumer_of(opaque).say(LogLevel::warning, "committing offsets: " + kafka_text(error));
}

uint32_t KafkaConsumer::open_partition(const std::string& topic, int32_t id, int64_t next, int64_t end) {
    const auto number = static_cast<uint32_t>(partitions_.size());
    Partition p{topic, id, KafkaRange{topic, id, 0, 0}.name(), next, end};
    notices_.push_back({PartitionNotice::Kind::opened, number, p.name});
    {
        const std::lock_guard lock(mutex_);
        owned_.insert(p.name);
    }
    partitions_.push_back(std::move(p));
    last_topic_ = nullptr;
    return number;
}

void KafkaConsumer::end_partition(uint32_t number) {
    Partition& p = partitions_[number];
    if (p.ended) return;
    p.ended = true;
    --unfinished_;
    notices_.push_back({PartitionNotice::Kind::ended, number, p.name});
    if (p.direct) return direct_->drop(number);
    if (p.end <= 0 || client_ == nullptr) return;
    rd_kafka_pause_partitions(client_.get(), list_of(p).get());  // what follows its end is not wanted
}

KafkaPartitions KafkaConsumer::list_of(const Partition& p) {
    KafkaPartitions list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), p.topic.c_str(), p.id)->offset = p.next;
    return list;
}

PollResult KafkaConsumer::poll(RecordBatch& batch, milliseconds timeout) {
    batch.clear();
    if (!failure().empty() || left_) return PollResult::failed;
    size_t count = 0;
    if (notices_.empty()) {
        if (settings_.until_end && unfinished_ == 0) return PollResult::finished;
        count = consume(timeout);
    }
    batch.notices = std::exchange(notices_, {});
    if (count > 0) hand_over(count, batch);
    else if (direct_) hand_over_direct(batch);
    if (!batch.records.empty() || !batch.notices.empty()) return PollResult::records;
    if (!failure().empty()) return PollResult::failed;
    look_for_broker(client_.get());
    return PollResult::nothing;
}

// Messages into `messages_`; callbacks of librdkafka run in here. Returns early as soon as there is something to tell.
size_t KafkaConsumer::consume(milliseconds timeout) {
    if (!messages_) messages_ = std::make_unique<Batch>(nullptr, settings_.batch_records);
    if (std::exchange(client_was_last_, false) && fetch_direct()) return 0;
    const auto deadline = steady_clock::now() + timeout;
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        const auto wait = std::clamp(left, milliseconds{0}, kSlice);
        const ssize_t n = rd_kafka_consume_batch_queue(queue_.get(), direct_ ? 0 : static_cast<int>(wait.count()),
                                                       messages_->messages.data(), messages_->messages.size());
        if (n > 0) {
            client_was_last_ = true;
            return messages_->count = static_cast<size_t>(n);
        }
        if (!notices_.empty() || fetch_direct() || left <= milliseconds{0} || !failure().empty()) return 0;
        if (!direct_) continue;
        direct_->wait(wait, waker_.fd());
        waker_.clear();
    }
}

void KafkaConsumer::hand_over(size_t count, RecordBatch& batch) {
    batch.records.reserve(count);
    for (size_t i = 0; i < count; ++i) hand_over_one(*messages_->messages[i], batch);
    begin_direct();
    reading_->records.add(KafkaFetch::client, batch.records.size());
    if (batch.records.empty()) return messages_->free();
    answered();
    messages_->consumer = shared_from_this();
    batch.keeper = std::move(messages_);
}

// Of a partition that was taken during the poll nothing is handed over any more, of one that came back nothing twice, and of
// one that is fetched directly nothing that librdkafka still had.
void KafkaConsumer::hand_over_one(const rd_kafka_message_t& message, RecordBatch& batch) {
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) return on_message_error(message);
    const uint32_t number = find(message);
    if (number == kNowhere) return;
    Partition& p = partitions_[number];
    if (p.direct) return;
    if (message.offset < p.next || p.ended) return on_old_record(p);
    said_ = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (p.end >= 0 && message.offset >= p.end) return end_partition(number);
    p.next = message.offset + 1;
    p.settled = true;
    if (message.payload == nullptr) {
        tombstones_.fetch_add(1, std::memory_order_relaxed);
    } else {
        batch.records.push_back({static_cast<const char*>(message.payload), static_cast<uint32_t>(message.len), number,
                                 message.offset});
    }
    if (p.next == p.end) end_partition(number);
}

// Either it was on its way when the partition was taken, or the broker counts anew. The end is the one that came with the record:
// asking for it fails in librdkafka 2.0 once a topic was made anew.
void KafkaConsumer::on_old_record(const Partition& p) {
    int64_t low = 0, high = 0;
    if (p.ended || rd_kafka_get_watermark_offsets(client_.get(), p.topic.c_str(), p.id, &low, &high) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    if (high >= 0 && high < p.next) fail(lost_end(p.name, p.next, high) + " (" + kBeginAnew + ")");
}

void KafkaConsumer::on_message_error(const rd_kafka_message_t& message) {
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        answered();
        const uint32_t number = find(message);
        if (number != kNowhere && settings_.until_end && !partitions_[number].direct) end_partition(number);
        return;
    }
    const char* text = rd_kafka_message_errstr(&message);
    const std::string what = text != nullptr ? text : kafka_text(message.err);
    const bool gone = message.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART && settings_.until_end;
    if (is_final(message.err) || gone) {
        fail(what);
    } else if (message.err != RD_KAFKA_RESP_ERR__TRANSPORT && message.err != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN &&
               message.err != said_) {
        said_ = message.err;
        say(LogLevel::warning, what);
    }
}

// The number of the open partition that a message is from. Topic handles are one for each topic of a client.
uint32_t KafkaConsumer::find(const rd_kafka_message_t& message) {
    if (message.rkt == last_topic_ && message.partition == last_id_) return last_number_;
    if (message.rkt == nullptr) return kNowhere;
    const char* const topic = rd_kafka_topic_name(message.rkt);
    for (size_t i = partitions_.size(); i-- > 0;) {
        const Partition& p = partitions_[i];
        if (!p.open || p.id != message.partition || p.topic != topic) continue;
        last_topic_ = message.rkt;
        last_id_ = message.partition;
        last_number_ = static_cast<uint32_t>(i);
        return last_number_;
    }
    return kNowhere;
}

}  // namespace foreshock
