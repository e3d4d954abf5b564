#include "connectors/kafka/decompressor.h"

#include <lz4frame.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>

#include "connectors/kafka/wire.h"
#include "engine/base/check.h"

namespace foreshock {
namespace {

using Outcome = Decompressor::Outcome;

constexpr size_t kLeastRoom = 512u << 10;
constexpr std::string_view kXerialMagic("\x82SNAPPY\0", 8);
constexpr size_t kXerialHeader = 16;  // magic, version, least version that can read it

size_t unsnap_block(std::string_view block, char* to, size_t capacity, Outcome& outcome) {
    size_t size = 0;
    if (snappy_uncompressed_length(block.data(), block.size(), &size) != SNAPPY_OK) {
        outcome = Outcome::broken;
        return 0;
    }
    if (size > capacity) {
        outcome = size > Decompressor::kMostBytes ? Outcome::too_large : Outcome::no_room;
        return 0;
    }
    if (snappy_uncompress(block.data(), block.size(), to, &size) != SNAPPY_OK) outcome = Outcome::broken;
    return size;
}

// One block, as librdkafka writes it, or blocks with lengths between them, as the Java client does.
size_t unsnap(std::string_view in, char* to, size_t capacity, Outcome& outcome) {
    if (!in.starts_with(kXerialMagic)) return unsnap_block(in, to, capacity, outcome);
    if (in.size() < kXerialHeader) {
        outcome = Outcome::broken;
        return 0;
    }
    WireReader blocks(in.substr(kXerialHeader));
    size_t size = 0, left = in.size() - kXerialHeader;
    while (left > 0 && outcome == Outcome::done) {
        const std::string_view block = blocks.bytes(blocks.number<int32_t>());
        if (!blocks.ok()) {
            outcome = Outcome::broken;
            break;
        }
        left -= sizeof(int32_t) + block.size();
        size += unsnap_block(block, to + size, capacity - size, outcome);
    }
    return size;
}

}  // namespace

struct Decompressor::Contexts {
    z_stream gzip{};
    LZ4F_dctx* lz4 = nullptr;
    ZSTD_DCtx* zstd = nullptr;
    bool has_gzip = false;
};

Decompressor::Decompressor() : contexts_(std::make_unique<Contexts>()) {}

Decompressor::~Decompressor() {
    if (contexts_->has_gzip) inflateEnd(&contexts_->gzip);
    LZ4F_freeDecompressionContext(contexts_->lz4);
    ZSTD_freeDCtx(contexts_->zstd);
}

Decompressor::Outcome Decompressor::append(KafkaCodec codec, std::string_view compressed, ByteRoom& room) {
    const bool may_grow = room.size() == 0;
    if (may_grow) room.reserve(kLeastRoom);
    for (;;) {
        const Plain plain = into(codec, compressed, room.data() + room.size(), room.capacity() - room.size());
        if (plain.outcome == Outcome::done) room.set_size(room.size() + plain.bytes);
        if (plain.outcome != Outcome::no_room || !may_grow) return plain.outcome;
        if (room.capacity() >= kMostBytes) return Outcome::too_large;
        room.reserve(std::min(room.capacity() * 2, kMostBytes));
    }
}

Decompressor::Plain Decompressor::into(KafkaCodec codec, std::string_view compressed, char* to, size_t capacity) {
    switch (codec) {
        case KafkaCodec::gzip: return gunzip(compressed, to, capacity);
        case KafkaCodec::lz4: return unlz4(compressed, to, capacity);
        case KafkaCodec::zstd: return unzstd(compressed, to, capacity);
        case KafkaCodec::snappy: {
            Outcome outcome = Outcome::done;
            const size_t bytes = unsnap(compressed, to, capacity, outcome);
            return {outcome, bytes};
        }
        case KafkaCodec::none: break;
    }
    return {Outcome::broken};
}

Decompressor::Plain Decompressor::gunzip(std::string_view compressed, char* to, size_t capacity) {
    constexpr int kGzipOrZlib = 32 + MAX_WBITS;
    z_stream& z = contexts_->gzip;
    if (!std::exchange(contexts_->has_gzip, true)) check(inflateInit2(&z, kGzipOrZlib) == Z_OK, "inflateInit2");
    inflateReset(&z);
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
    z.avail_in = static_cast<uInt>(compressed.size());
    z.next_out = reinterpret_cast<Bytef*>(to);
    z.avail_out = static_cast<uInt>(capacity);
    const int code = inflate(&z, Z_FINISH);
    if (code == Z_STREAM_END) return {Outcome::done, capacity - z.avail_out};
    return {z.avail_out == 0 && (code == Z_BUF_ERROR || code == Z_OK) ? Outcome::no_room : Outcome::broken};
}

Decompressor::Plain Decompressor::unlz4(std::string_view compressed, char* to, size_t capacity) {
    LZ4F_dctx*& context = contexts_->lz4;
    if (context == nullptr) check(!LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)), "lz4");
    LZ4F_resetDecompressionContext(context);
    LZ4F_decompressOptions_t options{};
    options.stableDst = 1;  // so that blocks go straight to their place
    size_t read = 0, written = 0;
    for (;;) {
        size_t in = compressed.size() - read, out = capacity - written;
        const size_t wanted = LZ4F_decompress(context, to + written, &out, compressed.data() + read, &in, &options);
        if (LZ4F_isError(wanted)) return {Outcome::broken};
        read += in;
        written += out;
        if (wanted == 0) return {Outcome::done, written};
        if (in == 0 && out == 0) return {written == capacity ? Outcome::no_room : Outcome::broken};
    }
}

Decompressor::Plain Decompressor::unzstd(std::string_view compressed, char* to, size_t capacity) {
    if (contexts_->zstd == nullptr) check((contexts_->zstd = ZSTD_createDCtx()) != nullptr, "zstd");
    const size_t size = ZSTD_decompressDCtx(contexts_->zstd, to, capacity, compressed.data(), compressed.size());
    if (!ZSTD_isError(size)) return {Outcome::done, size};
    return {ZSTD_getErrorCode(size) == ZSTD_error_dstSize_tooSmall ? Outcome::no_room : Outcome::broken};
}

}  // namespace foreshock
