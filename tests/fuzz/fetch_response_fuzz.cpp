// Any bytes as a fetch response: what comes of it are records within it or within what it unfolds to, in order, or trouble.
#include <cstdlib>
#include <cstring>
#include <memory>

#include "connectors/kafka/crc32c.h"
#include "connectors/kafka/fetch_protocol.h"

namespace {

using namespace foreshock;

void require(bool holds) {
    if (!holds) std::abort();
}

bool within(const RawRecord& r, const char* begin, size_t size) { return r.data >= begin && r.data + r.size <= begin + size; }

// Checksums that are wrong would hide what lies behind them.
void mend_checksums(char* bytes, size_t size) {
    BatchTrouble trouble = BatchTrouble::none;
    for (size_t at = 0; at < size;) {
        const auto batch = read_batch({bytes + at, size - at}, trouble);
        if (!batch) return;
        const uint32_t sum = __builtin_bswap32(crc32c(batch->checked));
        std::memcpy(bytes + at + 17, &sum, sizeof sum);
        at += batch->size;
    }
}

void read(const FetchedPartition& p) {
    PartitionRecords records(p.records, p.aborted);
    Decompressor decompressor;
    PartitionRecords::Piece piece{.from = 0, .end = -1};
    int64_t last = -1;
    while (!records.done() && piece.trouble == BatchTrouble::none) {
        ByteRoom room;
        std::vector<RawRecord> out;
        piece.from = piece.next;
        records.read(decompressor, room, piece, out);
        for (const RawRecord& r : out) {
            require(within(r, p.records.data(), p.records.size()) || within(r, room.data(), room.size()));
            require(r.offset >= piece.from);
            last = r.offset;
        }
        require(piece.next >= piece.from && (out.empty() || last < piece.next));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::unique_ptr<char[]> bytes(new char[size + kRecordPadding]());
    if (size > 0) std::memcpy(bytes.get(), data, size);
    const auto response = read_fetch_response({bytes.get(), size}, true);
    (void)offers_fetch({bytes.get(), size});
    if (!response) return 0;
    for (const FetchedPartition& p : response->partitions) {
        read(p);
        mend_checksums(bytes.get() + (p.records.data() - bytes.get()), p.records.size());
        read(p);
    }
    return 0;
}
