#include "connectors/kafka/record_batches.h"

#include <lz4frame.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

#include <random>

#include "tests/support/catch.h"
#include "tests/unit/connectors/kafka/batch_writer.h"

using namespace foreshock;
using namespace foreshock::test;

namespace {

std::string by_gzip(const std::string& plain) {
    z_stream z{};
    REQUIRE(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(deflateBound(&z, plain.size()), '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    z.avail_in = static_cast<uInt>(plain.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
    out.resize(out.size() - z.avail_out);
    deflateEnd(&z);
    return out;
}

std::string by_snappy(const std::string& plain) {
    size_t size = snappy_max_compressed_length(plain.size());
    std::string out(size, '\0');
    REQUIRE(snappy_compress(plain.data(), plain.size(), out.data(), &size) == SNAPPY_OK);
    out.resize(size);
    return out;
}

// As the Java client does: blocks with lengths behind a header.
std::string by_java_snappy(const std::string& plain) {
    WireWriter head;
    head.number(int32_t{1});
    head.number(int32_t{1});
    std::string out = std::string("\x82SNAPPY\0", 8) + head.take();
    for (size_t at = 0; at < plain.size(); at += 1000) {
        const std::string block = by_snappy(plain.substr(at, 1000));
        WireWriter size;
        size.number(static_cast<int32_t>(block.size()));
        out += size.take() + block;
    }
    return out;
}

std::string by_lz4(const std::string& plain) {
    std::string out(LZ4F_compressFrameBound(plain.size(), nullptr), '\0');
    const size_t size = LZ4F_compressFrame(out.data(), out.size(), plain.data(), plain.size(), nullptr);
    REQUIRE_FALSE(LZ4F_isError(size));
    out.resize(size);
    return out;
}

std::string by_zstd(const std::string& plain) {
    std::string out(ZSTD_compressBound(plain.size()), '\0');
    const size_t size = ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3);
    REQUIRE_FALSE(ZSTD_isError(size));
    out.resize(size);
    return out;
}

// Everything that can be read of the bytes, piece by piece.
struct Reading {
    std::vector<std::string> values;
    std::vector<int64_t> offsets;
    int64_t next = 0;
    uint64_t tombstones = 0;
    size_t pieces = 0;
    BatchTrouble trouble = BatchTrouble::none;
};

Reading read_all(const std::string& bytes, PartitionRecords::Piece piece = {}, std::vector<AbortedTransaction> aborted = {}) {
    const std::string padded = bytes + std::string(kRecordPadding, '\xff');
    PartitionRecords records(std::string_view(padded).substr(0, bytes.size()), std::move(aborted));
    Decompressor decompressor;
    Reading out;
    while (!records.done() && out.trouble == BatchTrouble::none) {
        ByteRoom room;
        std::vector<RawRecord> raw;
        records.read(decompressor, room, piece, raw);
        for (const RawRecord& r : raw) {
            out.values.emplace_back(r.bytes());
            out.offsets.push_back(r.offset);
        }
        piece.from = piece.next;
        out.next = piece.next;
        out.trouble = piece.trouble;
        ++out.pieces;
    }
    out.tombstones = piece.tombstones;
    return out;
}

std::string numbers(int64_t first, int64_t count, int16_t attributes = 0, int64_t producer = -1) {
    WrittenBatch b{.records = {}, .attributes = attributes, .producer = producer};
    for (int64_t i = first; i < first + count; ++i) b.records.push_back({i, std::to_string(i)});
    return bytes_of(b);
}

using Offsets = std::vector<int64_t>;

}  // namespace

TEST_CASE("the checksum, by instruction and by table") {
    CHECK(crc32c("123456789") == 0xe3069283);  // RFC 3720's check value
    CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aa);
    std::mt19937 random(1);
    std::string bytes(3000, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    for (size_t size = 0; size < bytes.size(); size += 13) {
        const std::string_view part = std::string_view(bytes).substr(size % 7, size);
        REQUIRE(crc32c(part) == crc32c_by_table(part));
    }
}

TEST_CASE("records of several batches, with keys, headers and tombstones") {
    const std::string bytes = bytes_of({.records = {{5, "a"}, {6, "", "key"}, {7, std::nullopt}, {8, "d", "", 3}}}) + numbers(9, 2);
    const Reading r = read_all(bytes);
    CHECK(r.values == std::vector<std::string>{"a", "", "d", "9", "10"});
    CHECK(r.offsets == Offsets{5, 6, 8, 9, 10});
    CHECK(r.tombstones == 1);
    CHECK(r.next == 11);
    CHECK(offset_after(bytes, 5) == 11);
}

TEST_CASE("from an offset within a batch, and up to one") {
    const Reading r = read_all(numbers(0, 10) + numbers(10, 10), {.from = 4, .end = 13});
    CHECK(r.offsets == Offsets{4, 5, 6, 7, 8, 9, 10, 11, 12});
}

TEST_CASE("offsets that compaction took are passed by") {
    const std::string bytes = bytes_of({.records = {{0, "a"}, {7, "b"}}, .last = 20}) + numbers(30, 1);
    const Reading r = read_all(bytes);
    CHECK(r.offsets == Offsets{0, 7, 30});
    CHECK(offset_after(bytes.substr(0, bytes.size() - 10), 0) == 21);
}

TEST_CASE("a batch cut off at the end is left for the next time") {
    const std::string whole = numbers(0, 3), cut = numbers(3, 3);
    for (size_t size = 0; size < cut.size(); ++size) {
        const Reading r = read_all(whole + cut.substr(0, size));
        REQUIRE(r.offsets == Offsets{0, 1, 2});
        REQUIRE(r.next == 3);
        REQUIRE(r.trouble == BatchTrouble::none);
    }
    CHECK(read_all(whole.substr(0, 70)).trouble == BatchTrouble::broken);  // not even one: nothing would ever come
}

TEST_CASE("pieces end after enough records") {
    std::string bytes;
    for (int i = 0; i < 10; ++i) bytes += numbers(i * 10, 10);
    const Reading r = read_all(bytes, {.records = 15});
    CHECK(r.offsets.size() == 100);
    CHECK(r.pieces == 5);
}

TEST_CASE("every codec") {
    struct Way {
        int16_t codec;
        std::string (*compress)(const std::string&);
    };
    const auto way = GENERATE(Way{1, by_gzip}, Way{2, by_snappy}, Way{2, by_java_snappy}, Way{3, by_lz4}, Way{4, by_zstd});
    const size_t size = GENERATE(1, 5000, 700'000);  // the last ones are larger than the room at first
    CAPTURE(way.codec, size);
    std::string bytes;
    std::vector<std::string> values;
    for (int64_t i = 0; i < 5; ++i) {
        values.push_back(std::to_string(i) + std::string(size, static_cast<char>('a' + i)));
        bytes += bytes_of({.records = {{i, values.back()}}, .attributes = way.codec, .compress = way.compress});
    }
    const Reading r = read_all(bytes);
    CHECK(r.trouble == BatchTrouble::none);
    CHECK(r.values == values);
    // Broken off within what is compressed, with a checksum that is right.
    static std::string (*compress)(const std::string&);
    compress = way.compress;
    const auto cut = [](const std::string& plain) { return compress(plain).substr(0, compress(plain).size() / 2); };
    CHECK(read_all(bytes_of({.records = {{0, values[0]}}, .attributes = way.codec, .compress = cut})).trouble == BatchTrouble::broken);
}

TEST_CASE("transactions that were given up are left out, and marks are no records") {
    constexpr int16_t kTransactional = 0x10;
    const std::string bytes = numbers(0, 2, kTransactional, 7) + numbers(2, 2, kTransactional, 8) + numbers(4, 2) +
                              bytes_of(mark(6, 7, false)) + numbers(7, 2, kTransactional, 7) + bytes_of(mark(9, 8, true)) +
                              bytes_of(mark(10, 7, true)) + numbers(11, 1, kTransactional, 8) + bytes_of(mark(12, 8, false));
    const std::vector<AbortedTransaction> aborted{{8, 11}, {7, 0}};
    const Reading r = read_all(bytes, {}, aborted);
    CHECK(r.offsets == Offsets{2, 3, 4, 5, 7, 8});
    CHECK(r.next == 13);
    CHECK(read_all(bytes).offsets.size() == 9);  // uncommitted: marks alone are left out
}

TEST_CASE("what cannot be read is named, and what stood before it is there") {
    const auto trouble_after = [](const std::string& bytes) {
        const Reading r = read_all(numbers(0, 2) + bytes);
        CHECK(r.offsets == Offsets{0, 1});
        CHECK(r.next == 2);
        return r.trouble;
    };
    std::string old_format = numbers(2, 2);
    old_format[16] = 1;
    CHECK(trouble_after(old_format) == BatchTrouble::message_format);
    CHECK(trouble_after(numbers(2, 2, 5)) == BatchTrouble::codec);
    for (size_t at = 17; at < numbers(2, 2).size(); ++at) {
        std::string flipped = numbers(2, 2);
        flipped[at] ^= 1;
        REQUIRE(trouble_after(flipped) == BatchTrouble::checksum);
    }
    std::string short_length = numbers(2, 2);
    short_length[11] = 3;
    short_length[10] = 0;
    CHECK(trouble_after(short_length) == BatchTrouble::broken);
    const auto garbage = [](const std::string& plain) { return plain.substr(0, plain.size() - 1); };
    CHECK(trouble_after(bytes_of({.records = {{2, "a"}}, .compress = garbage})) == BatchTrouble::broken);
    const auto more = [](const std::string& plain) { return plain + "x"; };
    CHECK(trouble_after(bytes_of({.records = {{2, "a"}}, .compress = more})) == BatchTrouble::broken);
    CHECK(trouble_after(bytes_of({.records = {{2, "a"}, {9, "b"}}, .last = 5})) == BatchTrouble::broken);
}
