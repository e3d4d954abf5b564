// Records that could not be used, as JSON lines in a file (connectors/format/dead_letter_json.h).
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

#include "engine/base/result.h"
#include "engine/run/dead_letter.h"

namespace foreshock {

// Any thread. Appends; a line is in the file when `write` returns.
class FileDeadLetter : public DeadLetterOutput {
public:
    // Makes the file when it is not there. Problems: a folder that is not there, no right to write.
    [[nodiscard]] static Result<std::unique_ptr<FileDeadLetter>> open(const std::string& path);

    void write(std::string_view partition, const BadRecord& record) override;
    void write(const UndeliveredWarning& warning) override;
    // Lines that did not reach the file, because the disk is full for instance.
    uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

private:
    struct Close {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    explicit FileDeadLetter(std::FILE* file) : file_(file) {}
    void add(const std::string& json);

    std::mutex mutex_;  // keeps lines whole
    std::unique_ptr<std::FILE, Close> file_;
    std::atomic<uint64_t> lost_{0};
};

}  // namespace foreshock
