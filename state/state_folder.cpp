#include "state/state_folder.h"

#include <filesystem>

#include "state/rocksdb_options.h"
#include "state/rocksdb_store.h"

namespace foreshock {
namespace {

std::optional<Diagnostic> not_ours_to_judge(const std::string& directory) {
    if (auto problem = find_folder(directory)) return problem;
    if (in_use(directory)) return Diagnostic{directory, 0, 0, "another process is using this folder", "stop it, or take a copy of the folder"};
    return std::nullopt;
}

Diagnostic torn(const std::string& directory, const RocksdbStore& older) {
    return {directory, 0, 0, "the last write to the state is damaged; checkpoint " + std::to_string(older.sequence()) + " before it is whole",
            "a run goes on from there"};
}

// Fills in what was read; the first damage.
std::optional<Diagnostic> judge(const std::string& directory, StateVerdict& verdict) {
    auto store = RocksdbStore::look_at(directory, RocksdbStore::LastWrite::must_be_whole);
    const bool last_is_torn = !store.ok();
    if (last_is_torn) store = RocksdbStore::look_at(directory);
    if (!store) return store.problems().front();
    if (const Status files = store.value()->check_files(); !files) return files.problems().front();
    const auto loaded = store.value()->load();
    if (!loaded) return loaded.problems().front();
    if (last_is_torn) return torn(directory, *store.value());
    verdict.sequence = store.value()->sequence();
    for (const auto& [name, digest] : store.value()->parts()) {
        ++verdict.parts;
        verdict.chunks += digest.chunks.size();
        verdict.bytes += digest.size;
    }
    return std::nullopt;
}

}  // namespace

FolderSize size_of_folder(const std::string& directory) {
    FolderSize size;
    std::error_code error;
    for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
        std::error_code ignored;
        const auto bytes = at->file_size(ignored);
        if (ignored) continue;
        ++size.files;
        size.bytes += bytes;
    }
    return size;
}

Result<StateVerdict> verify_state(const std::string& directory) {
    if (auto problem = not_ours_to_judge(directory)) return *problem;
    StateVerdict verdict;
    verdict.damage = judge(directory, verdict);
    verdict.size = size_of_folder(directory);
    return verdict;
}

Status compact_state(const std::string& directory) {
    if (auto problem = not_ours_to_judge(directory)) return *problem;
    const auto store = RocksdbStore::open(directory);
    if (!store) return store.problems();
    return store.value()->compact();
}

}  // namespace foreshock
