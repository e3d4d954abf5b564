#include "connectors/file/file_lane.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace foreshock {
namespace {

using std::chrono::milliseconds;

constexpr size_t kFreeChunks = 8;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct ChunkKeeper : RecordKeeper {
    explicit ChunkKeeper(std::shared_ptr<Chunk> c) : chunk(std::move(c)) {}
    std::shared_ptr<Chunk> chunk;
};

bool is_blank(std::string_view line) { return (line.empty() || line[0] != '{') && line.find_first_not_of(" \t\r") == line.npos; }

}  // namespace

std::shared_ptr<Chunk> ChunkPool::take(size_t bytes) {
    std::unique_ptr<Chunk> chunk;
    {
        const std::lock_guard lock(mutex_);
        if (!free_.empty()) {
            chunk = std::move(free_.back());
            free_.pop_back();
        }
    }
    if (!chunk || chunk->capacity < bytes) chunk = std::make_unique<Chunk>(bytes);
    chunk->size = 0;
    return {chunk.release(), [pool = shared_from_this()](Chunk* c) { pool->give_back(std::unique_ptr<Chunk>(c)); }};
}

void ChunkPool::give_back(std::unique_ptr<Chunk> chunk) {
    const std::lock_guard lock(mutex_);
    if (free_.size() < kFreeChunks) free_.push_back(std::move(chunk));
}

FileLane::FileLane(std::string path, std::unique_ptr<ByteStream> bytes, int64_t first_line, FileSourceOptions options)
    : path_(std::move(path)), bytes_(std::move(bytes)), options_(options), first_line_(first_line) {
    options_.chunk_bytes = std::max<size_t>(options_.chunk_bytes, kByteOrderMark.size());
    chunk_ = pool_->take(options_.chunk_bytes);
}

PollResult FileLane::poll(RecordBatch& batch, milliseconds timeout) {
    batch.clear();
    if (stage_ == Stage::failed) return PollResult::failed;
    if (stage_ == Stage::ended) return PollResult::finished;
    if (stage_ == Stage::before) {
        batch.notices.push_back({PartitionNotice::Kind::opened, 0, path_});
        stage_ = Stage::reading;
        return PollResult::records;
    }
    take_lines(batch);
    while (batch.records.empty() && stage_ == Stage::reading && fill(timeout)) take_lines(batch);
    if (!batch.records.empty()) return PollResult::records;
    if (broken_) {
        failure_ = path_ + ": " + bytes_->failure() + " (after line " + std::to_string(line_) + ")";
        stage_ = Stage::failed;
        return PollResult::failed;
    }
    if (stage_ != Stage::drained) return PollResult::nothing;
    batch.notices.push_back({PartitionNotice::Kind::ended, 0, path_});
    stage_ = Stage::ended;
    return PollResult::records;
}

// Reads until the chunk is full, or nothing more is there yet. What is left of the last chunk comes first. False when nothing
// came within the time.
bool FileLane::fill(milliseconds timeout) {
    next_chunk();
    const size_t before = chunk_->size;
    const bool at_start = line_ == 0 && at_ == 0 && chunk_->size < kByteOrderMark.size() && !in_long_line_;
    while (chunk_->size < chunk_->capacity) {
        const ReadStep step = bytes_->read(chunk_->data.get() + chunk_->size, chunk_->capacity - chunk_->size, timeout);
        if (step.state == ReadStep::State::nothing) break;
        if (step.state != ReadStep::State::bytes) {
            broken_ = step.state == ReadStep::State::failed;
            stage_ = Stage::drained;
            break;
        }
        chunk_->size += step.bytes;
        timeout = milliseconds{0};
    }
    if (at_start) skip_mark();
    std::memset(chunk_->data.get() + chunk_->size, ' ', kRecordPadding);
    return chunk_->size > before || stage_ == Stage::drained;
}

void FileLane::next_chunk() {
    const size_t rest = unread();
    const size_t wanted = std::max(options_.chunk_bytes, std::min(2 * rest, options_.max_line_bytes + 2));
    if (at_ == 0 && chunk_->size < chunk_->capacity && chunk_->capacity >= wanted) return;
    std::shared_ptr<Chunk> next = pool_->take(wanted);
    std::memcpy(next->data.get(), chunk_->data.get() + at_, rest);
    next->size = rest;
    searched_ -= at_;
    at_ = 0;
    chunk_ = std::move(next);
}

// A byte order mark is no part of the text.
void FileLane::skip_mark() {
    const std::string_view head(chunk_->data.get(), chunk_->size);
    if (head.substr(0, kByteOrderMark.size()) == kByteOrderMark) at_ = searched_ = kByteOrderMark.size();
}

void FileLane::take_lines(RecordBatch& batch) {
    const size_t limit = options_.max_records_per_batch == 0 ? SIZE_MAX : options_.max_records_per_batch;
    while (batch.records.size() < limit && take_line(batch)) {
    }
    if (batch.records.empty()) return;
    batch.padded = true;
    batch.keeper = std::make_unique<ChunkKeeper>(chunk_);
}

// Takes the next line that the chunk holds; false when it holds none.
bool FileLane::take_line(RecordBatch& batch) {
    char* const base = chunk_->data.get();
    if (in_long_line_) drop_rest_of_line();
    const char* const end = static_cast<const char*>(std::memchr(base + searched_, '\n', chunk_->size - searched_));
    if (end != nullptr) {
        const size_t stop = static_cast<size_t>(end - base);
        add(batch, base + at_, stop - at_);
        at_ = searched_ = stop + 1;
        return true;
    }
    searched_ = chunk_->size;
    if (unread() > options_.max_line_bytes && !in_long_line_) {
        add(batch, base + at_, options_.max_line_bytes + 1);
        in_long_line_ = true;
        at_ = chunk_->size;
        return true;
    }
    if (stage_ == Stage::drained && !broken_ && unread() > 0) {
        add(batch, base + at_, unread());
        at_ = chunk_->size;
        return true;
    }
    return false;
}

void FileLane::drop_rest_of_line() {
    char* const base = chunk_->data.get();
    const char* const end = static_cast<const char*>(std::memchr(base + at_, '\n', chunk_->size - at_));
    in_long_line_ = end == nullptr;
    at_ = searched_ = in_long_line_ ? chunk_->size : static_cast<size_t>(end - base) + 1;
}

void FileLane::add(RecordBatch& batch, const char* data, size_t size) {
    const int64_t line = line_++;
    if (line < first_line_) return;
    if (size <= options_.max_line_bytes && is_blank({data, size})) return;
    size = std::min(size, options_.max_line_bytes + 1);
    batch.records.push_back({data, static_cast<uint32_t>(size), 0, line});
}

}  // namespace foreshock
