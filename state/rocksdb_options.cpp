#include "state/rocksdb_options.h"

#include <fcntl.h>
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/options.h>
#include <rocksdb/status.h>
#include <rocksdb/table.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace foreshock {
namespace {

namespace fs = std::filesystem;

Diagnostic problem(const std::string& directory, std::string message, std::string hint) {
    Diagnostic d;
    d.file = directory;
    d.message = std::move(message);
    d.hint = std::move(hint);
    return d;
}

constexpr size_t kTableBytes = 8 << 20;         // gathered in memory before they become a table
constexpr uint64_t kSpareRoom = 2 * kTableBytes;  // for tables that are being made

Diagnostic disk_full(const std::string& directory, const std::string& cannot) {
    return problem(directory, cannot + "the disk is full", "make room, then start again");
}

bool is_file_of_rocksdb(const fs::path& file) {
    const std::string name = file.filename().string();
    constexpr std::array<std::string_view, 4> kNames{"CURRENT", "LOCK", "IDENTITY", "lost+found"};
    constexpr std::array<std::string_view, 3> kBeginnings{"LOG", "MANIFEST-", "OPTIONS-"};
    constexpr std::array<std::string_view, 5> kEndings{".log", ".sst", ".dbtmp", ".blob", ".trash"};
    return std::ranges::find(kNames, name) != kNames.end() ||
           std::ranges::any_of(kBeginnings, [&](std::string_view s) { return name.starts_with(s); }) ||
           std::ranges::any_of(kEndings, [&](std::string_view s) { return name.ends_with(s); });
}

}  // namespace

rocksdb::Options state_options() {
    rocksdb::Options o;
    o.create_if_missing = true;
    o.write_buffer_size = kTableBytes;
    o.max_write_buffer_number = 2;
    o.max_total_wal_size = 32 << 20;
    o.target_file_size_base = 8 << 20;
    o.max_bytes_for_level_base = 32 << 20;
    o.max_background_jobs = 2;
    o.max_open_files = 64;
    o.max_manifest_file_size = 1 << 20;
    o.skip_stats_update_on_db_open = true;
    o.stats_dump_period_sec = 0;
    o.stats_persist_period_sec = 0;
    o.info_log_level = rocksdb::WARN_LEVEL;
    o.keep_log_file_num = 2;
    o.max_log_file_size = 1 << 20;
    o.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;  // a torn last write goes, whole checkpoints stay
    const auto compressions = rocksdb::GetSupportedCompressions();
    const bool lz4 = std::ranges::find(compressions, rocksdb::kLZ4Compression) != compressions.end();
    o.compression = lz4 ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;

    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(1 << 20);  // read once, at the start
    table.block_size = 16 << 10;
    o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return o;
}

Diagnostic diagnostic_of(const rocksdb::Status& status, const std::string& directory, const std::string& doing) {
    const std::string text = status.ToString();
    const auto says = [&](std::string_view words) { return text.find(words) != text.npos; };
    const std::string cannot = "cannot " + doing + ": ";
    if (status.IsIOError() && (says("lock hold by") || says("While lock file"))) {
        return problem(directory, cannot + "another process is using this folder", "stop it, or give each instance a state.directory of its own");
    }
    if (says("File too large"))
        return problem(directory, cannot + "a file would grow beyond the limit of this system", "raise it (ulimit -f), then start again");
    if (status.IsNoSpace() || says("No space left") || says("Disk quota exceeded")) return disk_full(directory, cannot);
    if (says("Read-only file system") || says("Permission denied")) {
        return problem(directory, cannot + "the folder cannot be written", "give this user write access, or name another state.directory");
    }
    if (status.IsCorruption()) {
        return problem(directory, cannot + "the state is broken: " + text, "move the folder away and start again: the sources are read anew");
    }
    return problem(directory, cannot + text, {});
}

std::optional<Diagnostic> prepare_folder(const std::string& directory) {
    std::error_code error;
    const fs::file_status status = fs::status(directory, error);
    if (fs::exists(status) && !fs::is_directory(status)) return problem(directory, "cannot keep state here: not a folder", "name a folder in state.directory");
    fs::create_directories(directory, error);
    if (error) return problem(directory, "cannot make the state folder: " + error.message(), "make it, or name another state.directory");
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
        if (is_file_of_rocksdb(at->path())) continue;
        return problem(directory, "cannot keep state here: the folder holds " + at->path().filename().string(), "name an empty folder in state.directory");
    }
    if (error) return problem(directory, "cannot read the state folder: " + error.message(), "give this user access to it");
    return std::nullopt;
}

std::optional<Diagnostic> find_folder(const std::string& directory) {
    std::error_code error;
    if (!fs::is_directory(directory, error)) return problem(directory, "no state here: not a folder", "name the folder of state.directory");
    if (!fs::exists(directory + "/CURRENT", error) && !error) return problem(directory, "no state here", "name the folder of state.directory");
    if (error) return problem(directory, "cannot read the state folder: " + error.message(), "give this user access to it");
    return std::nullopt;
}

std::optional<Diagnostic> no_room_for(uint64_t bytes, const std::string& directory, const std::string& doing) {
    std::error_code error;
    const fs::space_info room = fs::space(directory, error);
    if (error || room.available >= bytes + kSpareRoom) return std::nullopt;
    return disk_full(directory, "cannot " + doing + ": ");
}

uint64_t log_bytes(const std::string& directory) {
    uint64_t bytes = 0;
    std::error_code error;
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
        std::error_code ignored;
        const uintmax_t size = at->path().extension() == ".log" ? at->file_size(ignored) : 0;
        if (!ignored) bytes += size;
    }
    return bytes;
}

bool in_use(const std::string& directory) {
    const int file = ::open((directory + "/LOCK").c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const bool held = ::fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    ::close(file);
    return held;
}

}  // namespace foreshock
