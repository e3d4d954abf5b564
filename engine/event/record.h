// Records: raw bytes as a source hands them over, with their origin. Nothing here knows formats.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace foreshock {

// simdjson reads up to this many bytes beyond a document.
inline constexpr size_t kRecordPadding = 64;

struct RawRecord {
    const char* data = nullptr;
    uint32_t size = 0;
    uint32_t partition = 0;  // number within the lane, as announced by PartitionNotice
    int64_t offset = 0;      // Kafka offset, or line number from 0 in a file

    std::string_view bytes() const { return {data, size}; }
};

// What a source has to say about a partition, besides records.
struct PartitionNotice {
    enum class Kind : uint8_t {
        opened,  // number `partition` means the partition called `name` from now on
        ended,   // no record will follow: end of file, or the end offset of --until-end
        closed,  // given away in a rebalance; its state goes with it
    };
    Kind kind;
    uint32_t partition = 0;
    std::string name;  // lasting: "transactions/3" for Kafka, the path for a file
};

// Keeps the bytes of a batch alive; destroyed with it.
class RecordKeeper {
public:
    virtual ~RecordKeeper() = default;
};

// Notices of a batch come before its records.
struct RecordBatch {
    std::vector<PartitionNotice> notices;
    std::vector<RawRecord> records;
    bool padded = false;  // kRecordPadding readable bytes follow every record
    std::unique_ptr<RecordKeeper> keeper;

    void clear() { notices.clear(); records.clear(); padded = false; keeper.reset(); }
};

// Position after the last record used, by lasting partition name.
struct PartitionOffset {
    std::string partition;
    int64_t next = 0;

    void archive(auto& a) { a(partition, next); }
};

}  // namespace foreshock
