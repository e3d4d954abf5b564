// Record batches of Kafka's message format 2 (kafka.apache.org/documentation/#recordbatch), as a fetch response holds them, to
// records. Pure: bytes in, views of bytes out.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "connectors/kafka/decompressor.h"
#include "engine/event/record.h"

namespace foreshock {

// Why bytes are not what they should be.
enum class BatchTrouble : uint8_t { none, message_format, codec, checksum, broken, too_large };
std::string_view text_of(BatchTrouble trouble);

struct KafkaBatch {
    int64_t first = 0;  // offset of the first record
    int64_t last = 0;
    int64_t producer = -1;
    int16_t attributes = 0;
    int32_t records = 0;
    uint32_t checksum = 0;
    std::string_view checked;  // what the checksum is of
    std::string_view body;     // the records, compressed or not
    size_t size = 0;           // of all of it

    int codec() const { return attributes & 7; }
    bool transactional() const { return (attributes & 0x10) != 0; }
    bool control() const { return (attributes & 0x20) != 0; }
};

// The batch at the front of `bytes`; nothing when it is cut off. `trouble` when it is no batch of format 2.
std::optional<KafkaBatch> read_batch(std::string_view bytes, BatchTrouble& trouble);

// Where a reader goes on who has read all whole batches of `bytes`, which were asked for from `from` on.
int64_t offset_after(std::string_view bytes, int64_t from);

// A transaction that was given up: nothing of this producer from `first` on until its mark is to be read.
struct AbortedTransaction {
    int64_t producer = 0;
    int64_t first = 0;
};

// What one partition has in one fetch response, read piece by piece. The bytes must outlive it, and kRecordPadding legible
// bytes follow them.
class PartitionRecords {
public:
    struct Piece {
        uint32_t partition = 0;  // number that records get
        int64_t from = 0;        // offsets below are left out
        int64_t end = -1;        // and from this one on; -1: none
        size_t records = 1000;   // no further batch once there are so many
        // What came of it:
        int64_t next = 0;        // where a reader goes on
        uint64_t tombstones = 0;
        BatchTrouble trouble = BatchTrouble::none;
    };

    PartitionRecords() = default;
    PartitionRecords(std::string_view bytes, std::vector<AbortedTransaction> aborted);

    // Appends records of some batches to `out`: views of the bytes, or of `room` where they were compressed. `room` must be
    // empty. With trouble, the records before it are there.
    void read(Decompressor& decompressor, ByteRoom& room, Piece& piece, std::vector<RawRecord>& out);
    bool done() const { return bytes_.empty(); }

private:
    bool read_one(const KafkaBatch& batch, Decompressor& decompressor, ByteRoom& room, Piece& piece, std::vector<RawRecord>& out);
    bool is_aborted(const KafkaBatch& batch);

    std::string_view bytes_;
    bool none_whole_ = true;                   // so far
    std::vector<AbortedTransaction> aborted_;  // by first offset
    size_t begun_ = 0;                         // of `aborted_`, those whose first offset was reached
    std::set<int64_t> producers_;              // whose records are left out at the moment
};

}  // namespace foreshock
