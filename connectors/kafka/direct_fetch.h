// Partitions fetched from their leaders in Kafka's own protocol. For each broker one connection with one request under way:
// while what arrived is read, the answer to the next request comes in.
//
// What it cannot read it gives up, with the reason: another way of reading has to know what to do then.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/kafka/fetch_connection.h"
#include "connectors/kafka/fetch_protocol.h"
#include "connectors/kafka/record_batches.h"
#include "engine/event/record.h"

namespace foreshock {

struct DirectFetchSettings {
    FetchConnectionSettings connection{};
    FetchLimits limits{};
    int32_t partition_bytes = 1'000'000;  // of a partition in a response
    size_t batch_records = 1000;
};

// One worker only; batches may outlive it.
class DirectFetch {
public:
    struct Part {
        uint32_t number = 0;  // of its records
        std::string topic;
        int32_t id = 0;
        int64_t next = 0;     // offset to go on from
        int64_t end = -1;     // nothing from there on; -1: no end
    };
    struct GivenUp {
        uint32_t number;
        DirectFallback reason;
        std::string what;
    };
    struct Read {
        uint32_t number = 0;
        int64_t next = 0;        // offsets below it have been handed over or need not be
        uint64_t tombstones = 0;
        bool at_end = false;     // there was nothing more to read when the broker answered; with `Part::end` only
    };

    explicit DirectFetch(DirectFetchSettings settings);

    void take(Part part, const KafkaHost& leader);
    void drop(uint32_t number);  // nothing of it will be read any more
    void hold(uint32_t number, bool held);  // while it is held, nothing more of it is asked for
    void advance();              // asks, and takes in what has arrived; does not wait
    bool ready() const;          // `read` has something
    bool read(RecordBatch& batch, Read& out);  // of one partition; false: nothing
    std::vector<GivenUp> given_up();           // since last asked; they have been dropped
    // Until something arrives, or `wake` can be read; -1: none.
    void wait(std::chrono::milliseconds timeout, int wake) const;

private:
    struct Piece {
        uint32_t number;
        PartitionRecords records;
        bool at_end;
    };
    struct Arrived {
        std::shared_ptr<PooledRoom> room;
        std::deque<Piece> pieces;
    };
    struct Asked {
        uint32_t number;
        int64_t from;
    };
    struct Position {
        Part part;
        int64_t ask = 0;  // where the next request goes on
        bool heard = false;  // something of it has arrived
        bool held = false;
    };
    struct Broker {
        Broker(const KafkaHost& host, const FetchConnectionSettings& settings, const std::shared_ptr<RoomPool>& pool)
            : connection(host, settings, pool) {}
        FetchConnection connection;
        std::map<uint32_t, Position> parts;
        std::vector<Asked> asked;
        std::deque<Arrived> arrived;
        size_t turn = 0;  // who comes first in the next request
    };

    void advance(Broker& broker);
    void ask(Broker& broker);
    void take_in(Broker& broker, const FetchConnection::Response& response);
    void take_in(Broker& broker, const FetchedPartition& fetched, const Asked& asked, Arrived& arrived);
    void give_up(Broker& broker, uint32_t number, DirectFallback reason, const std::string& what);
    void give_up_all(Broker& broker, DirectFallback reason, const std::string& what);
    static void drop(Broker& broker, uint32_t number);
    Broker* next_to_read();

    DirectFetchSettings settings_;
    std::shared_ptr<RoomPool> responses_ = std::make_shared<RoomPool>(), plain_ = std::make_shared<RoomPool>();
    Decompressor decompressor_;
    std::map<KafkaHost, Broker> brokers_;
    KafkaHost last_read_;
    std::vector<GivenUp> given_up_;
};

}  // namespace foreshock
