// One file as a lane: its bytes in chunks, cut into lines.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/file/byte_stream.h"
#include "connectors/file/file_source.h"
#include "engine/event/source.h"

namespace foreshock {

// Memory for bytes and the padding behind them.
struct Chunk {
    explicit Chunk(size_t bytes) : data(std::make_unique_for_overwrite<char[]>(bytes + kRecordPadding)), capacity(bytes) {}
    std::unique_ptr<char[]> data;
    size_t capacity;
    size_t size = 0;  // bytes in use
};

// Chunks to be used again, since fresh memory costs a page fault per page. Any thread.
class ChunkPool : public std::enable_shared_from_this<ChunkPool> {
public:
    // A chunk of at least that many bytes; comes back when its last user is gone.
    std::shared_ptr<Chunk> take(size_t bytes);

private:
    void give_back(std::unique_ptr<Chunk> chunk);

    std::mutex mutex_;
    std::vector<std::unique_ptr<Chunk>> free_;
};

// One worker only (any thread, one at a time).
class FileLane : public SourceLane {
public:
    FileLane(std::string path, std::unique_ptr<ByteStream> bytes, int64_t first_line, FileSourceOptions options);
    PollResult poll(RecordBatch& batch, std::chrono::milliseconds timeout) override;
    std::string failure() const override { return failure_; }
    bool decode_in_parallel() const override { return true; }

private:
    enum class Stage { before, reading, drained, ended, failed };

    bool fill(std::chrono::milliseconds timeout);
    void next_chunk();
    void skip_mark();
    void take_lines(RecordBatch& batch);
    bool take_line(RecordBatch& batch);
    void drop_rest_of_line();
    void add(RecordBatch& batch, const char* data, size_t size);
    size_t unread() const { return chunk_->size - at_; }

    std::string path_;
    std::unique_ptr<ByteStream> bytes_;
    FileSourceOptions options_;
    std::shared_ptr<ChunkPool> pool_ = std::make_shared<ChunkPool>();
    std::shared_ptr<Chunk> chunk_;
    size_t at_ = 0;              // in the chunk: the first byte of the next line
    size_t searched_ = 0;        // in the chunk: no newline between `at_` and here
    int64_t line_ = 0;           // number of the next line
    int64_t first_line_;         // lines before this one are skipped
    bool in_long_line_ = false;  // the rest of the line is dropped
    Stage stage_ = Stage::before;
    bool broken_ = false;        // the bytes ended in a failure
    std::string failure_;
};

}  // namespace foreshock
