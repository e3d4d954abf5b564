// What is on its way to one Kafka topic, each record exactly once. Records are numbered in the order in which they are said. Checkpoints
// keep what has not arrived; a record leaves when a checkpoint holds it, in a transaction that commits the number of the next one
// as the offset of a consumer group. After a restart that number tells what of the restored has arrived.
//
// The number alone would not do: a state that was begun anew counts from 0 again. Each state has a name, which is committed along.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/archive.h"

namespace foreshock {

// One worker only (KafkaSender calls it under its lock).
class KafkaOutbox {
public:
    struct Record {
        std::string key, value;

        void archive(Archive& a) { a(key, value); }
    };
    KafkaOutbox();

    void add(std::string key, std::string value);
    void archive(Archive& a);
    // The checkpoint with what was archived last is stored: it may be sent.
    void stored() { sendable_until_ = std::max(sendable_until_, archived_until_); }
    // Records that may be sent, from the first on; valid until `arrived`.
    std::vector<const Record*> sendable(size_t most) const;
    // All numbers below this one have arrived; it may lie ahead of what has been said.
    void arrived(uint64_t until);

    const std::string& state_name() const { return state_name_; }
    uint64_t first() const { return first_; }  // number of the first that has not arrived
    size_t size() const { return records_.size(); }
    size_t bytes() const { return bytes_; }
    bool any_sendable() const { return sendable_until_ > first_; }
    // A checkpoint is wanted: for records, or for the name of a state that is new.
    bool any_unstored() const { return !archived_ || first_ + records_.size() > archived_until_; }
    const std::deque<Record>& records() const { return records_; }

private:
    std::string state_name_;
    std::deque<Record> records_;
    size_t bytes_ = 0;
    bool archived_ = false;
    uint64_t first_ = 0, archived_until_ = 0, sendable_until_ = 0;
    uint64_t arrived_until_ = 0;  // more than first_: an earlier life of this state was further
};

}  // namespace foreshock
