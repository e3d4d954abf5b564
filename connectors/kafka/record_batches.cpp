#include "connectors/kafka/record_batches.h"

#include <algorithm>
#include <array>
#include <utility>

#include "connectors/kafka/crc32c.h"
#include "connectors/kafka/wire.h"

namespace foreshock {
namespace {

constexpr size_t kPrefix = 12;    // first offset and length, which do not count into the length
constexpr size_t kMagicAt = 16, kChecksumAt = 17, kCheckedAt = 21;
constexpr size_t kHeader = 61;
constexpr int8_t kFormat = 2;
constexpr size_t kLongestVarint = 10;
static_assert(4 * kLongestVarint + 1 <= kRecordPadding);  // the head of a record may be read without looking for the end

// A zig-zag varint at `at`; reads at most kLongestVarint bytes.
int64_t varint(const char*& at) {
    uint64_t byte = static_cast<unsigned char>(*at++);
    uint64_t x = byte & 0x7f;
    for (unsigned shift = 7; (byte & 0x80) != 0 && shift < 64; shift += 7) {
        byte = static_cast<unsigned char>(*at++);
        x |= (byte & 0x7f) << shift;
    }
    return static_cast<int64_t>(x >> 1) ^ -static_cast<int64_t>(x & 1);
}

// The records of a batch, plain, that are asked for. False when the bytes are no such records.
bool append_records(const KafkaBatch& batch, std::string_view plain, PartitionRecords::Piece& piece, std::vector<RawRecord>& out) {
    const char* at = plain.data();
    const char* const end = at + plain.size();
    const int64_t stop = piece.end < 0 ? INT64_MAX : piece.end;
    for (int32_t i = 0; i < batch.records; ++i) {
        if (at >= end) return false;
        const int64_t size = varint(at);
        if (size < 0 || size > end - at) return false;
        const char* const next = at + size;
        ++at;  // attributes, which mean nothing yet
        (void)varint(at);  // time
        const int64_t delta = varint(at);
        const int64_t key = varint(at);
        if (delta < 0 || delta > batch.last - batch.first) return false;
        if (at > next || key > next - at) return false;
        if (key > 0) at += key;
        const int64_t value = varint(at);
        if (at > next || value > next - at) return false;
        const int64_t offset = batch.first + delta;
        if (offset >= piece.from && offset < stop) {
            if (value < 0) ++piece.tombstones;
            else out.push_back({at, static_cast<uint32_t>(value), piece.partition, offset});
        }
        at = next;  // past the headers
    }
    return at == end;
}

BatchTrouble trouble_of(Decompressor::Outcome outcome) {
    if (outcome == Decompressor::Outcome::too_large) return BatchTrouble::too_large;
    return outcome == Decompressor::Outcome::done ? BatchTrouble::none : BatchTrouble::broken;
}

}  // namespace

std::string_view text_of(BatchTrouble trouble) {
    constexpr std::array<std::string_view, 6> kTexts{"",
                                                     "a message format other than 2",
                                                     "an unknown codec",
                                                     "a batch whose checksum is wrong",
                                                     "a broken batch",
                                                     "a batch that is too large"};
    return kTexts[static_cast<size_t>(trouble)];
}

std::optional<KafkaBatch> read_batch(std::string_view bytes, BatchTrouble& trouble) {
    if (bytes.size() <= kMagicAt) return {};
    if (bytes[kMagicAt] != kFormat) {
        trouble = BatchTrouble::message_format;
        return {};
    }
    const int64_t size = int64_t{kPrefix} + from_big_endian<int32_t>(bytes.data() + 8);
    if (size < static_cast<int64_t>(kHeader)) {
        trouble = BatchTrouble::broken;
        return {};
    }
    if (static_cast<uint64_t>(size) > bytes.size()) return {};
    KafkaBatch b;
    b.size = static_cast<size_t>(size);
    b.first = from_big_endian<int64_t>(bytes.data());
    b.checksum = static_cast<uint32_t>(from_big_endian<int32_t>(bytes.data() + kChecksumAt));
    b.checked = bytes.substr(kCheckedAt, b.size - kCheckedAt);
    b.attributes = from_big_endian<int16_t>(bytes.data() + kCheckedAt);
    const auto last_delta = from_big_endian<int32_t>(bytes.data() + 23);
    b.producer = from_big_endian<int64_t>(bytes.data() + 43);
    b.records = from_big_endian<int32_t>(bytes.data() + 57);
    b.body = bytes.substr(kHeader, b.size - kHeader);
    if (b.first < 0 || last_delta < 0 || b.records < 0 || b.first > INT64_MAX - last_delta - 1) {
        trouble = BatchTrouble::broken;
        return {};
    }
    b.last = b.first + last_delta;
    return b;
}

int64_t offset_after(std::string_view bytes, int64_t from) {
    BatchTrouble trouble = BatchTrouble::none;
    while (const auto batch = read_batch(bytes, trouble)) {
        from = std::max(from, batch->last + 1);
        bytes.remove_prefix(batch->size);
    }
    return from;
}

PartitionRecords::PartitionRecords(std::string_view bytes, std::vector<AbortedTransaction> aborted)
    : bytes_(bytes), aborted_(std::move(aborted)) {
    std::sort(aborted_.begin(), aborted_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
}

void PartitionRecords::read(Decompressor& decompressor, ByteRoom& room, Piece& piece, std::vector<RawRecord>& out) {
    piece.next = piece.from;
    while (!bytes_.empty() && out.size() < piece.records) {
        const auto batch = read_batch(bytes_, piece.trouble);
        if (!batch) {
            if (piece.trouble == BatchTrouble::none && none_whole_) piece.trouble = BatchTrouble::broken;
            bytes_ = {};  // the last one of a response may be cut off
            return;
        }
        if (!read_one(*batch, decompressor, room, piece, out)) return;
        piece.next = std::max(piece.next, batch->last + 1);
        bytes_.remove_prefix(batch->size);
        none_whole_ = false;
    }
}

// False when it stops before this batch: for want of room, or of trouble.
bool PartitionRecords::read_one(const KafkaBatch& batch, Decompressor& decompressor, ByteRoom& room, Piece& piece,
                                std::vector<RawRecord>& out) {
    if (batch.last < piece.from && !batch.control()) return true;
    if (batch.checksum != crc32c(batch.checked)) {
        piece.trouble = BatchTrouble::checksum;
        return false;
    }
    if (is_aborted(batch) || batch.control()) return true;
    std::string_view plain = batch.body;
    if (batch.codec() != 0) {
        if (batch.codec() > static_cast<int>(KafkaCodec::zstd)) {
            piece.trouble = BatchTrouble::codec;
            return false;
        }
        const size_t before = room.size();
        const auto outcome = decompressor.append(static_cast<KafkaCodec>(batch.codec()), batch.body, room);
        piece.trouble = outcome == Decompressor::Outcome::no_room ? BatchTrouble::none : trouble_of(outcome);
        if (outcome != Decompressor::Outcome::done) return false;
        plain = {room.data() + before, room.size() - before};
    }
    const size_t before = out.size();
    const uint64_t tombstones = piece.tombstones;
    if (append_records(batch, plain, piece, out)) return true;
    out.resize(before);
    piece.tombstones = tombstones;
    piece.trouble = BatchTrouble::broken;
    return false;
}

// True for records of a transaction that was given up. Its mark ends it.
bool PartitionRecords::is_aborted(const KafkaBatch& batch) {
    for (; begun_ < aborted_.size() && aborted_[begun_].first <= batch.last; ++begun_) producers_.insert(aborted_[begun_].producer);
    if (!batch.transactional() || producers_.count(batch.producer) == 0) return false;
    if (batch.control()) producers_.erase(batch.producer);
    return true;
}

}  // namespace foreshock
