// Record batches as a producer or broker writes them, for tests of who reads them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/kafka/crc32c.h"
#include "connectors/kafka/wire.h"

namespace foreshock::test {

struct WrittenRecord {
    int64_t offset;
    std::optional<std::string> value;
    std::string key = "k";
    int headers = 0;
};

struct WrittenBatch {
    std::vector<WrittenRecord> records;
    int16_t attributes = 0;
    int64_t producer = -1;
    int64_t last = -1;  // where compaction took the last record
    std::string (*compress)(const std::string&) = nullptr;
};

inline void put_varint(std::string& out, int64_t value) {
    auto x = static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
    for (; x >= 0x80; x >>= 7) out.push_back(static_cast<char>(x | 0x80));
    out.push_back(static_cast<char>(x));
}

inline void put_bytes(std::string& out, const std::optional<std::string>& bytes) {
    put_varint(out, bytes ? static_cast<int64_t>(bytes->size()) : -1);
    if (bytes) out += *bytes;
}

inline std::string bytes_of(const WrittenRecord& r, int64_t first) {
    std::string body(1, '\0'), out;
    put_varint(body, 12345);  // time
    put_varint(body, r.offset - first);
    put_bytes(body, r.key);
    put_bytes(body, r.value);
    put_varint(body, r.headers);
    for (int i = 0; i < r.headers; ++i) {
        put_bytes(body, "header");
        put_bytes(body, "content");
    }
    put_varint(out, static_cast<int64_t>(body.size()));
    return out + body;
}

inline std::string bytes_of(const WrittenBatch& b) {
    const int64_t first = b.records.front().offset, last = b.last >= 0 ? b.last : b.records.back().offset;
    std::string body;
    for (const WrittenRecord& r : b.records) body += bytes_of(r, first);
    if (b.compress != nullptr) body = b.compress(body);
    WireWriter checked;
    checked.number(b.attributes);
    checked.number(static_cast<int32_t>(last - first));
    checked.number(int64_t{0});  // first and last time
    checked.number(int64_t{0});
    checked.number(b.producer);
    checked.number(int16_t{0});  // epoch and sequence
    checked.number(int32_t{0});
    checked.number(static_cast<int32_t>(b.records.size()));
    const std::string behind = checked.take() + body;
    WireWriter head;
    head.number(first);
    head.number(static_cast<int32_t>(behind.size() + 9));
    head.number(int32_t{0});  // leader epoch
    head.number(int8_t{2});   // format
    head.number(static_cast<int32_t>(crc32c(behind)));
    return head.take() + behind;
}

// The mark that ends a transaction.
inline WrittenBatch mark(int64_t offset, int64_t producer, bool commit) {
    const std::string key{'\0', '\0', '\0', static_cast<char>(commit)};
    return {.records = {{offset, std::string(6, '\0'), key}}, .attributes = 0x30, .producer = producer};
}

}  // namespace foreshock::test
