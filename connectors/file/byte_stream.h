// Bytes of a file or of standard input, decompressed where the first bytes say gzip or zstd.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "engine/base/result.h"

namespace foreshock {

// What one attempt to read came to.
struct ReadStep {
    enum class State {
        bytes,    // `bytes` of them were read, at least one
        nothing,  // none came within the time
        end,      // there are no more
        failed,   // for good; `ByteStream::failure` says why
    };
    State state;
    size_t bytes = 0;
};

// One worker only.
class ByteStream {
public:
    virtual ~ByteStream() = default;
    // Reads at most `room` bytes. Waits at most `timeout`, and only where the system can tell (pipes, not files).
    virtual ReadStep read(char* to, size_t room, std::chrono::milliseconds timeout) = 0;
    // What went wrong and where, without the name of the file.
    virtual std::string failure() const = 0;
};

// Opens a file; "-" is standard input. Problems: not there, not readable, a directory.
[[nodiscard]] Result<std::unique_ptr<ByteStream>> open_bytes(const std::string& path);

// Streams over another one, which they own: compressed bytes in, plain bytes out. Several gzip members or zstd frames one after
// the other are one text.
std::unique_ptr<ByteStream> gunzip(std::unique_ptr<ByteStream> compressed);
std::unique_ptr<ByteStream> unzstd(std::unique_ptr<ByteStream> compressed);

}  // namespace foreshock
