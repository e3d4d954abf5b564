// How the consumer changes between librdkafka and direct fetching.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "connectors/kafka/kafka_consumer.h"

namespace foreshock {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kFirstPause{100};
constexpr unsigned kMostSetbacks = 9;  // the pause doubles with each: 51 s
constexpr int kSeek_ms = 5000;

int32_t number_of(rd_kafka_t* client, const char* property) {
    return static_cast<int32_t>(std::strtol(kafka_property(client, property).c_str(), nullptr, 10));
}

DirectFetchSettings settings_of(rd_kafka_t* client, size_t batch_records) {
    DirectFetchSettings s;
    s.connection.client_id = kafka_property(client, "client.id");
    s.connection.most_response_bytes = static_cast<size_t>(number_of(client, "receive.message.max.bytes"));
    s.limits.wait_ms = number_of(client, "fetch.wait.max.ms");
    s.limits.least_bytes = number_of(client, "fetch.min.bytes");
    s.partition_bytes = number_of(client, "fetch.message.max.bytes");
    s.limits.most_bytes = std::min(number_of(client, "fetch.max.bytes"), s.limits.most_bytes);
    s.limits.committed_only = kafka_property(client, "isolation.level") == "read_committed";
    s.connection.patience = milliseconds{number_of(client, "socket.timeout.ms") + s.limits.wait_ms};
    s.batch_records = batch_records;
    return s;
}

}  // namespace

// Leaves `direct_` null when no partition at all could be fetched directly.
void KafkaConsumer::prepare_direct() {
    const auto refuse = [&](DirectFallback reason, const std::string& why) {
        say(LogLevel::warning, "partitions are read by librdkafka, not fetched directly: " + why);
        reading_->fallbacks.add(reason);
    };
    const std::string protocol = kafka_property(client_.get(), "security.protocol");
    if (protocol != "plaintext" && protocol != "ssl") return refuse(DirectFallback::security, "security.protocol is " + protocol);
    if (!kafka_property(client_.get(), "client.rack").empty()) return refuse(DirectFallback::rack, "client.rack is set");
    DirectFetchSettings s = settings_of(client_.get(), settings_.batch_records);
    if (protocol == "ssl") {
        auto tls = TlsContext::make(settings_.cluster.properties, kafka_property(client_.get(), "enable.ssl.certificate.verification") == "true",
                                    kafka_property(client_.get(), "ssl.endpoint.identification.algorithm") == "https");
        if (!tls) return refuse(DirectFallback::security, tls.problems().front().message);
        s.connection.tls = std::move(tls.value());
    }
    direct_ = std::make_unique<DirectFetch>(std::move(s));
    leaders_ = std::make_unique<KafkaLeaders>(client_.get());
    waker_.watch(queue_.get());
}

void KafkaConsumer::begin_direct() {
    for (size_t i = 0; direct_ && i < partitions_.size(); ++i) begin_direct(static_cast<uint32_t>(i));
}

// Pauses it at librdkafka; whoever polls next takes it over.
void KafkaConsumer::begin_direct(uint32_t number) {
    Partition& p = partitions_[number];
    if (!p.settled || p.direct || p.ended || !p.open || steady_clock::now() < p.direct_from) return;
    if (rd_kafka_pause_partitions(client_.get(), list_of(p).get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    p.direct = true;
    to_take_.push_back(number);
}

void KafkaConsumer::take_over() {
    for (const uint32_t number : std::exchange(to_take_, {})) {
        const Partition& p = partitions_[number];
        if (!p.open || p.ended) continue;
        if (const auto leader = leaders_->find(p.topic, p.id)) {
            direct_->take({number, p.topic, p.id, p.next, p.end}, *leader);
            direct_->hold(number, p.held);
        } else {
            give_back(number, DirectFallback::leader, "its leader is not known");
        }
    }
}

// To librdkafka, which goes on where direct fetching stopped.
void KafkaConsumer::give_back(uint32_t number, DirectFallback reason, const std::string& what) {
    Partition& p = partitions_[number];
    reading_->fallbacks.add(reason);
    say(is_lasting(reason) ? LogLevel::warning : LogLevel::info,
        p.name + " is read by librdkafka from offset " + std::to_string(p.next) + (is_lasting(reason) ? " on: " : " for a while: ") + what);
    p.direct = false;
    p.settled = false;
    const auto pause = kFirstPause * (1u << std::min(p.setbacks++, kMostSetbacks));
    p.direct_from = is_lasting(reason) ? steady_clock::time_point::max() : steady_clock::now() + pause;
    if (reason == DirectFallback::leader || reason == DirectFallback::connection) leaders_->forget();
    const KafkaPartitions list = list_of(p);
    rd_kafka_error_t* const error = rd_kafka_seek_partitions(client_.get(), list.get(), kSeek_ms);
    if (error != nullptr) {  // it begins where it was paused; what comes twice is left out
        say(LogLevel::warning, p.name + ": seeking: " + rd_kafka_error_string(error));
        rd_kafka_error_destroy(error);
    }
    if (!p.held) rd_kafka_resume_partitions(client_.get(), list.get());
}

void KafkaConsumer::hold_back(const std::vector<bool>& partitions) {
    for (size_t i = 0; i < std::min(partitions.size(), partitions_.size()); ++i) {
        Partition& p = partitions_[i];
        if (p.held == partitions[i] || !p.open || p.ended) continue;
        p.held = partitions[i];
        if (p.direct) direct_->hold(static_cast<uint32_t>(i), p.held);
        else if (p.held) rd_kafka_pause_partitions(client_.get(), list_of(p).get());
        else rd_kafka_resume_partitions(client_.get(), list_of(p).get());
    }
}

// True when there is something to hand over.
bool KafkaConsumer::fetch_direct() {
    if (!direct_) return false;
    take_over();
    direct_->advance();
    for (const auto& g : direct_->given_up()) give_back(g.number, g.reason, g.what);
    return direct_->ready();
}

void KafkaConsumer::hand_over_direct(RecordBatch& batch) {
    DirectFetch::Read read;
    if (!direct_->read(batch, read)) return;
    Partition& p = partitions_[read.number];
    p.next = std::max(p.next, p.end < 0 ? read.next : std::min(read.next, p.end));
    tombstones_.fetch_add(read.tombstones, std::memory_order_relaxed);
    if (!batch.records.empty()) {
        reading_->records.add(KafkaFetch::direct, batch.records.size());
        answered();
        p.setbacks = 0;
    }
    if (p.end >= 0 && (p.next >= p.end || read.at_end)) end_partition(read.number);
}

}  // namespace foreshock
