#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <vector>

#include "connectors/file/byte_stream.h"
#include "engine/base/check.h"

namespace foreshock {
namespace {

using std::chrono::milliseconds;

constexpr size_t kInputBytes = 256 * 1024;

// The way of every decompressor: fetch compressed bytes when there are none, turn some of them into plain ones.
class CompressedStream : public ByteStream {
public:
    explicit CompressedStream(std::unique_ptr<ByteStream> raw) : raw_(std::move(raw)), in_(kInputBytes) {}

    ReadStep read(char* to, size_t room, milliseconds timeout) override {
        while (failure_.empty()) {
            if (at_ == size_ && !raw_ended_ && !pending_) {
                const ReadStep step = raw_->read(in_.data(), in_.size(), timeout);
                if (step.state == ReadStep::State::nothing) return step;
                if (step.state == ReadStep::State::failed) {
                    failure_ = raw_->failure();
                    break;
                }
                raw_ended_ = step.state == ReadStep::State::end;
                before_ += size_;
                at_ = 0;
                size_ = step.bytes;
            }
            const size_t got = step_on(to, room);
            if (got > 0) return {ReadStep::State::bytes, got};
            if (at_ == size_ && raw_ended_ && failure_.empty()) {
                if (whole_) return {ReadStep::State::end};
                fail("ends in the middle; the file is cut off");
            }
        }
        return {ReadStep::State::failed};
    }
    std::string failure() const override { return failure_; }

protected:
    // Turns bytes of `in_` from `at_` on into at most `room` bytes; says how many. Sets `whole_` and `pending_`.
    virtual size_t step_on(char* to, size_t room) = 0;
    void fail(const std::string& what) {
        failure_ = "compressed data broken at byte " + std::to_string(before_ + at_) + ": " + what;
    }

    std::unique_ptr<ByteStream> raw_;
    std::vector<char> in_;
    size_t at_ = 0, size_ = 0;
    uint64_t before_ = 0;   // compressed bytes before those in `in_`
    bool raw_ended_ = false;
    bool whole_ = true;     // between two members or frames
    bool pending_ = false;  // more can be had without further input
    std::string failure_;
};

class GzipStream : public CompressedStream {
public:
    explicit GzipStream(std::unique_ptr<ByteStream> raw) : CompressedStream(std::move(raw)) {
        constexpr int kGzipOnly = 16 + MAX_WBITS;
        check(inflateInit2(&z_, kGzipOnly) == Z_OK, "inflateInit2");
    }
    ~GzipStream() override { inflateEnd(&z_); }
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;

protected:
    size_t step_on(char* to, size_t room) override {
        if (at_ == size_ && !pending_) return 0;
        if (whole_) inflateReset(&z_);
        whole_ = false;
        z_.next_in = reinterpret_cast<Bytef*>(in_.data() + at_);
        z_.avail_in = static_cast<uInt>(size_ - at_);
        z_.next_out = reinterpret_cast<Bytef*>(to);
        z_.avail_out = static_cast<uInt>(std::min<size_t>(room, 1u << 30));
        const uInt had = z_.avail_out;
        const int code = inflate(&z_, Z_NO_FLUSH);
        at_ = size_ - z_.avail_in;
        pending_ = z_.avail_out == 0;
        if (code == Z_STREAM_END) {
            whole_ = true;
            pending_ = false;
        } else if (code != Z_OK && code != Z_BUF_ERROR) {
            fail(z_.msg != nullptr ? z_.msg : "no gzip");
        }
        return had - z_.avail_out;
    }

private:
    z_stream z_{};
};

class ZstdStream : public CompressedStream {
public:
    explicit ZstdStream(std::unique_ptr<ByteStream> raw) : CompressedStream(std::move(raw)), z_(ZSTD_createDStream()) {
        check(z_ != nullptr, "ZSTD_createDStream");
    }
    ~ZstdStream() override { ZSTD_freeDStream(z_); }
    ZstdStream(const ZstdStream&) = delete;
    ZstdStream& operator=(const ZstdStream&) = delete;

protected:
    size_t step_on(char* to, size_t room) override {
        if (at_ == size_ && !pending_) return 0;
        ZSTD_inBuffer in{in_.data(), size_, at_};
        ZSTD_outBuffer out{to, room, 0};
        const size_t code = ZSTD_decompressStream(z_, &out, &in);
        at_ = in.pos;
        if (ZSTD_isError(code)) {
            fail(ZSTD_getErrorName(code));
            pending_ = false;
            return out.pos;
        }
        whole_ = code == 0;
        pending_ = out.pos == room && !whole_;
        return out.pos;
    }

private:
    ZSTD_DStream* z_;
};

}  // namespace

std::unique_ptr<ByteStream> gunzip(std::unique_ptr<ByteStream> compressed) {
    return std::make_unique<GzipStream>(std::move(compressed));
}

std::unique_ptr<ByteStream> unzstd(std::unique_ptr<ByteStream> compressed) {
    return std::make_unique<ZstdStream>(std::move(compressed));
}

}  // namespace foreshock
