#include "connectors/file/byte_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace foreshock {
namespace {

using std::chrono::milliseconds;

// Bytes of a file descriptor, which it owns unless it is standard input.
class DescriptorStream : public ByteStream {
public:
    DescriptorStream(int fd, bool waits) : fd_(fd), waits_(waits) {}
    ~DescriptorStream() override {
        if (fd_ != STDIN_FILENO) ::close(fd_);
    }
    DescriptorStream(const DescriptorStream&) = delete;
    DescriptorStream& operator=(const DescriptorStream&) = delete;

    ReadStep read(char* to, size_t room, milliseconds timeout) override {
        if (waits_ && !is_ready(timeout)) return {ReadStep::State::nothing};
        ssize_t n = 0;
        do n = ::read(fd_, to, room);
        while (n < 0 && errno == EINTR);
        if (n > 0) {
            read_ += static_cast<uint64_t>(n);
            return {ReadStep::State::bytes, static_cast<size_t>(n)};
        }
        if (n == 0) return {ReadStep::State::end};
        if (errno == EAGAIN) return {ReadStep::State::nothing};
        failure_ = "cannot read on at byte " + std::to_string(read_) + ": " + std::strerror(errno);
        return {ReadStep::State::failed};
    }
    std::string failure() const override { return failure_; }

private:
    bool is_ready(milliseconds timeout) const {
        pollfd p{fd_, POLLIN, 0};
        return ::poll(&p, 1, static_cast<int>(timeout.count())) > 0;
    }

    int fd_;
    bool waits_;  // a pipe or a terminal
    uint64_t read_ = 0;
    std::string failure_;
};

constexpr size_t kMagicBytes = 4;

bool is_gzip(std::string_view head) { return head.substr(0, 2) == "\x1f\x8b"; }
bool is_zstd(std::string_view head) {
    if (head.size() < kMagicBytes) return false;
    const bool skippable = (head[0] & 0xf0) == 0x50 && head.substr(1) == "\x2a\x4d\x18";
    return head == "\x28\xb5\x2f\xfd" || skippable;
}

// A stream whose first bytes have already been read.
class RestoredStream : public ByteStream {
public:
    RestoredStream(std::string head, std::unique_ptr<ByteStream> rest) : head_(std::move(head)), rest_(std::move(rest)) {}

    ReadStep read(char* to, size_t room, milliseconds timeout) override {
        if (head_.empty()) return rest_->read(to, room, timeout);
        const size_t n = std::min(room, head_.size());
        std::memcpy(to, head_.data(), n);
        head_.erase(0, n);
        return {ReadStep::State::bytes, n};
    }
    std::string failure() const override { return rest_->failure(); }

private:
    std::string head_;
    std::unique_ptr<ByteStream> rest_;
};

// Looks at the first bytes as they come and then chooses.
class DetectingStream : public ByteStream {
public:
    explicit DetectingStream(std::unique_ptr<ByteStream> raw) : raw_(std::move(raw)) {}

    ReadStep read(char* to, size_t room, milliseconds timeout) override {
        while (!chosen_) {
            char bytes[kMagicBytes];
            const ReadStep step = raw_->read(bytes, kMagicBytes - head_.size(), timeout);
            if (step.state == ReadStep::State::failed || step.state == ReadStep::State::nothing) return step;
            head_.append(bytes, step.bytes);
            if (step.state == ReadStep::State::end || head_.size() == kMagicBytes) choose();
        }
        return chosen_->read(to, room, timeout);
    }
    std::string failure() const override { return chosen_ ? chosen_->failure() : raw_->failure(); }

private:
    void choose() {
        const bool gzip = is_gzip(head_), zstd = is_zstd(head_);
        chosen_ = std::make_unique<RestoredStream>(std::move(head_), std::move(raw_));
        if (gzip) chosen_ = gunzip(std::move(chosen_));
        if (zstd) chosen_ = unzstd(std::move(chosen_));
    }

    std::unique_ptr<ByteStream> raw_, chosen_;
    std::string head_;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> open_bytes(const std::string& path) {
    const int fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        const char* hint = errno == ENOENT ? "give the path of an existing file, or - for standard input" : "";
        return Diagnostic{path, 0, 0, std::string("cannot open: ") + std::strerror(errno), hint};
    }
    struct stat about {};
    if (::fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
        ::close(fd);
        return Diagnostic{path, 0, 0, "is a directory", "name the files in it"};
    }
    auto raw = std::make_unique<DescriptorStream>(fd, !S_ISREG(about.st_mode));
    return std::unique_ptr<ByteStream>(std::make_unique<DetectingStream>(std::move(raw)));
}

}  // namespace foreshock
