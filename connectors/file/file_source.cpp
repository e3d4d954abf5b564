#include "connectors/file/file_source.h"

#include <algorithm>
#include <set>
#include <utility>

#include "connectors/file/file_lane.h"

namespace foreshock {
namespace {

constexpr size_t kLeastChunkBytes = 64 * 1024;
constexpr size_t kAllChunksBytes = 32 << 20;  // of all files together, roughly

}  // namespace

FileSource::FileSource(std::vector<std::string> paths, FileSourceOptions options)
    : paths_(std::move(paths)), options_(options) {}

Result<std::vector<std::unique_ptr<SourceLane>>> FileSource::open(unsigned, ResumeOffset resume) {
    FileSourceOptions options = options_;
    const size_t share = kAllChunksBytes / std::max<size_t>(paths_.size(), 1);
    options.chunk_bytes = std::min(options.chunk_bytes, std::max(share, kLeastChunkBytes));

    std::vector<std::unique_ptr<SourceLane>> out;
    Diagnostics problems;
    std::set<std::string> seen;
    for (const std::string& path : paths_) {
        if (!seen.insert(path).second) {
            problems.push_back({path, 0, 0, "is given twice", "name every input once"});
            continue;
        }
        auto bytes = open_bytes(path);
        if (!bytes) {
            problems.insert(problems.end(), bytes.problems().begin(), bytes.problems().end());
            continue;
        }
        const std::optional<int64_t> first = resume ? resume(path) : std::nullopt;
        out.push_back(std::make_unique<FileLane>(path, std::move(bytes.value()), first.value_or(0), options));
    }
    if (!problems.empty()) return problems;
    return out;
}

}  // namespace foreshock
