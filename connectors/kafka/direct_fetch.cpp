#include "connectors/kafka/direct_fetch.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <utility>

namespace foreshock {
namespace {

constexpr size_t kResponsesAhead = 2;  // the one that is being read, and one more
// At first a little of each partition: until there is something of all of them nobody knows what time it is.
constexpr int32_t kFirstBytes = 64'000;
constexpr uint32_t kDropped = UINT32_MAX;

// What the records of a batch are views of.
struct FetchedBytes : RecordKeeper {
    std::shared_ptr<PooledRoom> response, plain;
};

DirectFallback reason_of(int16_t error) {
    switch (static_cast<rd_kafka_resp_err_t>(error)) {
        case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: return DirectFallback::offset;
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
        case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
        case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
        case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
        case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
        case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE: return DirectFallback::leader;
        case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION: return DirectFallback::api_version;
        case RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE: return DirectFallback::data;
        default: return DirectFallback::broker_error;
    }
}

std::string text_of(int16_t error) { return rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(error)); }

}  // namespace

DirectFetch::DirectFetch(DirectFetchSettings settings) : settings_(std::move(settings)) {}

void DirectFetch::take(Part part, const KafkaHost& leader) {
    Broker& broker = brokers_.try_emplace(leader, leader, settings_.connection, responses_).first->second;
    const int64_t next = part.next;
    broker.parts[part.number] = {std::move(part), next};
}

void DirectFetch::drop(uint32_t number) {
    for (auto& [host, broker] : brokers_) drop(broker, number);
}

void DirectFetch::hold(uint32_t number, bool held) {
    for (auto& [host, broker] : brokers_)
        if (const auto found = broker.parts.find(number); found != broker.parts.end()) found->second.held = held;
}

// What is under way or has arrived of it is nobody's from now on, even if it is taken again.
void DirectFetch::drop(Broker& broker, uint32_t number) {
    if (broker.parts.erase(number) == 0) return;
    for (Asked& a : broker.asked) {
        if (a.number == number) a.number = kDropped;
    }
    for (Arrived& arrived : broker.arrived) std::erase_if(arrived.pieces, [&](const Piece& p) { return p.number == number; });
    std::erase_if(broker.arrived, [](const Arrived& a) { return a.pieces.empty(); });
}

void DirectFetch::give_up(Broker& broker, uint32_t number, DirectFallback reason, const std::string& what) {
    drop(broker, number);
    given_up_.push_back({number, reason, what});
}

void DirectFetch::give_up_all(Broker& broker, DirectFallback reason, const std::string& what) {
    while (!broker.parts.empty()) give_up(broker, broker.parts.begin()->first, reason, what);
}

std::vector<DirectFetch::GivenUp> DirectFetch::given_up() { return std::exchange(given_up_, {}); }

void DirectFetch::advance() {
    for (auto& [host, broker] : brokers_) advance(broker);
    std::erase_if(brokers_, [](const auto& b) { return b.second.parts.empty(); });
}

void DirectFetch::advance(Broker& broker) {
    FetchConnection& connection = broker.connection;
    connection.advance();
    if (const auto response = connection.take(); response.room) take_in(broker, response);
    if (connection.idle() && broker.arrived.size() < kResponsesAhead) ask(broker);
    if (connection.failed()) give_up_all(broker, connection.trouble(), connection.why());
}

void DirectFetch::ask(Broker& broker) {
    std::vector<FetchWish> wishes;
    broker.asked.clear();
    for (const auto& [number, p] : broker.parts) {
        if (p.held || (p.part.end >= 0 && p.ask >= p.part.end)) continue;
        wishes.push_back({p.part.topic, p.part.id, p.ask, p.heard ? settings_.partition_bytes : std::min(kFirstBytes, settings_.partition_bytes)});
        broker.asked.push_back({number, p.ask});
    }
    if (wishes.empty()) return;
    // The broker fills its answer in the order of the wishes, so that each has to come first at times.
    const auto first = static_cast<std::ptrdiff_t>(broker.turn++ % wishes.size());
    std::rotate(wishes.begin(), wishes.begin() + first, wishes.end());
    std::rotate(broker.asked.begin(), broker.asked.begin() + first, broker.asked.end());
    broker.connection.ask(fetch_request(broker.connection.next_correlation(), settings_.connection.client_id, settings_.limits, wishes));
}

void DirectFetch::take_in(Broker& broker, const FetchConnection::Response& response) {
    const auto fetched = read_fetch_response(response.body, settings_.limits.committed_only);
    const DirectFallback reason = fetched ? reason_of(fetched->error) : DirectFallback::data;
    if (!fetched) return give_up_all(broker, reason, "a response that is none");
    if (fetched->error != 0) return give_up_all(broker, reason, text_of(fetched->error));
    Arrived arrived{response.room, {}};
    const std::vector<Asked> asked = std::exchange(broker.asked, {});
    size_t at = 0;  // the answer is mostly in the order of the wishes
    for (const FetchedPartition& p : fetched->partitions) {
        const auto is_of = [&](const Asked& a) {
            const auto found = broker.parts.find(a.number);
            return found != broker.parts.end() && found->second.part.id == p.partition && found->second.part.topic == p.topic;
        };
        for (size_t looked = 0; looked < asked.size(); ++looked, at = (at + 1) % asked.size()) {
            if (!is_of(asked[at])) continue;
            take_in(broker, p, asked[at], arrived);
            break;
        }
    }
    if (!arrived.pieces.empty()) broker.arrived.push_back(std::move(arrived));
}

void DirectFetch::take_in(Broker& broker, const FetchedPartition& fetched, const Asked& asked, Arrived& arrived) {
    if (fetched.error != 0) return give_up(broker, asked.number, reason_of(fetched.error), text_of(fetched.error));
    Position& p = broker.parts.at(asked.number);
    const bool at_end = fetched.records.empty() && p.part.end >= 0 && asked.from >= fetched.readable_end;
    if (fetched.records.empty() && !at_end) return;
    p.ask = offset_after(fetched.records, asked.from);
    p.heard = true;
    arrived.pieces.push_back({asked.number, PartitionRecords(fetched.records, fetched.aborted), at_end});
}

bool DirectFetch::ready() const {
    return std::any_of(brokers_.begin(), brokers_.end(), [](const auto& b) { return !b.second.arrived.empty(); });
}

// In turns.
DirectFetch::Broker* DirectFetch::next_to_read() {
    auto at = brokers_.upper_bound(last_read_);
    for (size_t looked = 0; looked < brokers_.size(); ++looked, ++at) {
        if (at == brokers_.end()) at = brokers_.begin();
        if (at->second.arrived.empty()) continue;
        last_read_ = at->first;
        return &at->second;
    }
    return nullptr;
}

bool DirectFetch::read(RecordBatch& batch, Read& out) {
    Broker* const broker = next_to_read();
    if (broker == nullptr) return false;
    Arrived& arrived = broker->arrived.front();
    Piece& piece = arrived.pieces.front();
    Part& part = broker->parts.at(piece.number).part;
    auto bytes = std::make_unique<FetchedBytes>();
    bytes->response = arrived.room;
    bytes->plain = plain_->lend(0);
    PartitionRecords::Piece wanted{.partition = part.number, .from = part.next, .end = part.end, .records = settings_.batch_records};
    piece.records.read(decompressor_, bytes->plain->room, wanted, batch.records);
    part.next = wanted.next;
    out = {part.number, wanted.next, wanted.tombstones, piece.at_end};
    batch.padded = true;
    batch.keeper = std::move(bytes);
    const BatchTrouble trouble = wanted.trouble;
    if (piece.records.done()) {
        arrived.pieces.pop_front();
        if (arrived.pieces.empty()) broker->arrived.pop_front();
    }
    if (trouble != BatchTrouble::none) give_up(*broker, out.number, DirectFallback::data, std::string(text_of(trouble)));
    return true;
}

void DirectFetch::wait(std::chrono::milliseconds timeout, int wake) const {
    std::vector<pollfd> awaited{{wake, POLLIN, 0}};
    for (const auto& [host, broker] : brokers_) awaited.push_back(broker.connection.awaited());
    poll(awaited.data(), awaited.size(), static_cast<int>(timeout.count()));
}

}  // namespace foreshock
