#include "connectors/file/warning_sink.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "connectors/format/advice_event.h"
#include "connectors/format/suppression_event.h"

namespace foreshock {
namespace {

Diagnostic file_problem(const std::string& path, int error) {
    return {path, 0, 0, std::string("cannot write warnings: ") + std::strerror(error),
            "name a file in a folder that exists and that this user may write"};
}

constexpr std::string_view kLineStart = R"({"specversion":"1.0","id":")";

// Id of the event in a line that to_cloudevent wrote, without parsing the rest; empty when it is no such line.
std::string_view id_of_line(std::string_view line) {
    if (!line.starts_with(kLineStart)) return {};
    line.remove_prefix(kLineStart.size());
    return line.substr(0, line.find('"'));
}

std::string read_tail(int file, off_t size, size_t at_most) {
    std::string text(std::min<size_t>(static_cast<size_t>(size), at_most), '\0');
    const off_t start = size - static_cast<off_t>(text.size());
    size_t have = 0;
    while (have < text.size()) {
        const ssize_t n = ::pread(file, text.data() + have, text.size() - have, start + static_cast<off_t>(have));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        have += static_cast<size_t>(n);
    }
    text.resize(have);
    return text;
}

}  // namespace

Result<std::unique_ptr<FileSink>> FileSink::open(const std::string& path, Mode mode, CloudEventContext context) {
    const int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (mode == Mode::truncate ? O_TRUNC : 0);
    int file = ::open(path.c_str(), flags, 0644);
    if (file < 0 && errno == EACCES) file = ::open(path.c_str(), (flags & ~O_RDWR) | O_WRONLY, 0644);
    if (file < 0) return file_problem(path, errno);
    auto sink = std::unique_ptr<FileSink>(new FileSink(file, path, std::move(context)));
    if (mode == Mode::append) sink->read_back();
    return sink;
}

FileSink::FileSink(int file, std::string path, CloudEventContext context)
    : file_(file), path_(std::move(path)), context_(std::move(context)) {}

FileSink::~FileSink() {
    write_pending();
    ::close(file_);
}

void FileSink::read_back() {
    struct stat info {};
    if (::fstat(file_, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size == 0) return;
    const std::string tail = read_tail(file_, info.st_size, kLookBack);
    const size_t end = tail.rfind('\n') + 1;  // 0 when there is none
    if (const std::string_view half = std::string_view(tail).substr(end); !half.empty()) {
        const bool ours = half.starts_with(kLineStart) || kLineStart.starts_with(half);
        if (!ours || ::ftruncate(file_, info.st_size - static_cast<off_t>(half.size())) != 0) pending_ = "\n";
    }
    for (std::string_view rest{tail.data(), end}; !rest.empty();) {
        const size_t length = rest.find('\n');
        if (const auto id = id_of_line(rest.substr(0, length)); !id.empty()) written_.emplace(id);
        rest.remove_prefix(length + 1);
    }
}

void FileSink::deliver(std::span<const WarningRevision> revisions) {
    if (context_.advice) return;
    for (const auto& w : revisions) add(event_id(w), to_cloudevent(w, context_));
    write_pending();
}

void FileSink::advise(std::span<const CapacityAdvice> advice) {
    if (!context_.advice) return;
    for (const auto& a : advice) add(a.event_id, to_cloudevent(a, context_));
    write_pending();
}

void FileSink::keep(std::span<const SuppressedWarning> suppressed) {
    if (context_.advice) return;
    for (const auto& w : suppressed) add(event_id(w, context_), to_cloudevent(w, context_));
    write_pending();
}

void FileSink::add(const std::string& id, std::string event) {
    if (written_.contains(id)) return;
    event += '\n';
    if (pending_.size() + event.size() > kMaxKept) ++lost_;
    else pending_ += event;
}

void FileSink::write_pending() {
    size_t done = 0;
    while (done < pending_.size()) {
        const ssize_t n = ::write(file_, pending_.data() + done, pending_.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        done += static_cast<size_t>(n);
    }
    pending_.erase(0, done);
    written_all_ = pending_.empty();
}

bool FileSink::flush(std::chrono::milliseconds) {
    write_pending();
    const bool arrived = pending_.empty() && lost_ == 0;
    return arrived && (::fdatasync(file_) == 0 || errno == EINVAL || errno == EROFS);  // pipes cannot be synced
}

std::string to_sentence_line(const WarningRevision& w) {
    std::string word(to_string(w.state));
    std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    word.resize(std::max<size_t>(word.size(), 8), ' ');
    std::string line = to_clock(w.time) + ' ' + word + ' ';
    if (!w.sentence.starts_with(w.service)) line += w.service + ": ";
    return line + w.sentence;
}

void StdoutSink::deliver(std::span<const WarningRevision> revisions) {
    for (const auto& w : revisions) {
        if (form_ == Form::sentence && w.incident.quiet) continue;
        out_ << (form_ == Form::json ? to_cloudevent(w, context_) : to_sentence_line(w)) << '\n';
    }
    out_.flush();
    good_ = out_.good();
}

bool StdoutSink::flush(std::chrono::milliseconds) {
    good_ = out_.flush().good();
    return good_;
}

}  // namespace foreshock
