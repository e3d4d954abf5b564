// JSON lines from files and standard input, plain, gzip or zstd (told by the first bytes). One lane a file; the partition is
// called like the path; an offset is a line number from 0.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/event/source.h"

namespace foreshock {

struct FileSourceOptions {
    size_t chunk_bytes = 1 << 18;         // read and handed on at a time
    size_t max_line_bytes = 1 << 20;      // of a longer line this many and one more are handed on, for the decoder to refuse
    size_t max_records_per_batch = 0;     // 0: as many as a chunk holds
};

// Blank lines are no records but count as lines. Files are opened by `open`; it names every one that cannot be.
// A lane fails for good where reading or decompressing does, after the whole lines before that place.
class FileSource : public Source {
public:
    explicit FileSource(std::vector<std::string> paths, FileSourceOptions options = {});
    [[nodiscard]] Result<std::vector<std::unique_ptr<SourceLane>>> open(unsigned lanes, ResumeOffset resume) override;

private:
    std::vector<std::string> paths_;
    FileSourceOptions options_;
};

}  // namespace foreshock
