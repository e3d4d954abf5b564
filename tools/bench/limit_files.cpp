#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <string_view>
#include <thread>

#include "connectors/file/byte_stream.h"
#include "tools/bench/limit.h"

namespace bench {
namespace {

constexpr size_t kPiece = 4 << 20, kBlock = 1 << 20, kBlocksAhead = 6;

const char* end_of_line(const char* at, const char* end) {
    const auto* const found = static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
    return found != nullptr ? found : end;
}

// The lines that begin before `stop`; of a last one without an end, `end` is its.
void add_lines(Sums& sums, const char* at, const char* stop, const char* end) {
    while (at < stop) {
        const char* const line = end_of_line(at, end);
        const bool padded = end - line >= static_cast<std::ptrdiff_t>(simdjson::SIMDJSON_PADDING);
        if (!sums.add({at, static_cast<size_t>(line - at)}, padded)) fail("a line is no event");
        at = line + 1;
    }
}

std::string_view mapped(const char* path) {
    const int file = open(path, O_RDONLY);
    struct stat info{};
    if (file < 0 || fstat(file, &info) != 0) fail(std::string(path) + ": " + std::strerror(errno));
    const auto size = static_cast<size_t>(info.st_size);
    void* const data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (data == MAP_FAILED) fail(std::string(path) + ": " + std::strerror(errno));
    return {static_cast<const char*>(data), size};
}

struct Block {
    std::vector<char> bytes = std::vector<char>(2 * kBlock + simdjson::SIMDJSON_PADDING);
    size_t size = 0;  // of whole lines; 0: the end
};

// From one thread to another, and back to be used again.
class Blocks {
public:
    explicit Blocks(size_t count) : blocks_(count) {
        for (Block& b : blocks_) put(free_, &b);
    }
    void put(std::deque<Block*>& to, Block* block) {
        const std::lock_guard lock(mutex_);
        to.push_back(block);
        changed_.notify_all();
    }
    Block* take(std::deque<Block*>& from) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !from.empty(); });
        Block* const out = from.front();
        from.pop_front();
        return out;
    }
    std::deque<Block*> full_, free_;

private:
    std::vector<Block> blocks_;
    std::mutex mutex_;
    std::condition_variable changed_;
};

// The file in blocks of whole lines.
void unpack(foreshock::ByteStream& bytes, Blocks& blocks) {
    using State = foreshock::ReadStep::State;
    std::string rest;
    for (State state = State::bytes; state != State::end;) {
        Block* const b = blocks.take(blocks.free_);
        char* const begin = b->bytes.data();
        std::ranges::copy(rest, begin);
        size_t have = rest.size();
        for (state = State::nothing; state != State::end && have < kBlock;) {
            const foreshock::ReadStep step = bytes.read(begin + have, 2 * kBlock - have, std::chrono::milliseconds{0});
            state = step.state;
            have += step.bytes;
            if (state == State::failed) fail(bytes.failure());
        }
        b->size = state == State::end ? have : std::string_view(begin, have).rfind('\n') + 1;
        rest.assign(begin + b->size, have - b->size);
        blocks.put(b->size > 0 ? blocks.full_ : blocks.free_, b);
    }
}

}  // namespace

// Each thread takes the next piece of a file; a piece begins behind the first end of line in it, and ends with the line that its end is in.
void read(size_t threads, char** paths, int count) {
    Running running;
    std::vector<std::string_view> files;
    std::vector<std::pair<size_t, size_t>> pieces;  // file, offset
    for (int i = 0; i < count; ++i) {
        files.push_back(mapped(paths[i]));
        for (size_t at = 0; at < files.back().size(); at += kPiece) pieces.emplace_back(files.size() - 1, at);
    }
    std::atomic<size_t> next{0};
    std::vector<std::thread> readers;
    for (size_t t = 0; t < threads; ++t) {
        readers.emplace_back([&, &mine = running.add()] {
            for (size_t k; (k = next++) < pieces.size();) {
                const char *const begin = files[pieces[k].first].data(), *const end = begin + files[pieces[k].first].size(), *at = begin + pieces[k].second;
                const char* const stop = std::min(at + kPiece, end);
                add_lines(mine, at == begin ? at : end_of_line(at - 1, end) + 1, stop, end);
            }
        });
    }
    for (std::thread& t : readers) t.join();
    running.print();
}

void unpack(char** paths, int count) {
    Running running;
    Blocks blocks(kBlocksAhead);
    std::thread reader([&blocks, &mine = running.add()] {
        for (Block* b; (b = blocks.take(blocks.full_))->size > 0; blocks.put(blocks.free_, b)) {
            const char* const begin = b->bytes.data();
            add_lines(mine, begin, begin + b->size, begin + b->bytes.size());
        }
    });
    for (int i = 0; i < count; ++i) {
        const auto bytes = foreshock::open_bytes(paths[i]);
        if (!bytes) fail(bytes.problems().front().message);
        unpack(*bytes.value(), blocks);
    }
    Block* const last = blocks.take(blocks.free_);
    last->size = 0;
    blocks.put(blocks.full_, last);
    reader.join();
    running.print();
}

}  // namespace bench
