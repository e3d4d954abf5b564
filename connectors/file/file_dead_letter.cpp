#include "connectors/file/file_dead_letter.h"

#include <cerrno>
#include <cstring>

#include "connectors/format/dead_letter_json.h"

namespace foreshock {

Result<std::unique_ptr<FileDeadLetter>> FileDeadLetter::open(const std::string& path) {
    std::FILE* const file = std::fopen(path.c_str(), "ae");
    if (file == nullptr) {
        const std::string why = std::strerror(errno);
        return Diagnostic{path, 0, 0, "cannot write dead letters: " + why, "name a file in an existing folder"};
    }
    return std::unique_ptr<FileDeadLetter>(new FileDeadLetter(file));
}

void FileDeadLetter::write(std::string_view partition, const BadRecord& record) { add(dead_letter_json(partition, record)); }
void FileDeadLetter::write(const UndeliveredWarning& warning) { add(dead_letter_json(warning)); }

void FileDeadLetter::add(const std::string& json) {
    const std::string line = json + '\n';
    const std::lock_guard lock(mutex_);
    const bool written = std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size();
    if (std::fflush(file_.get()) != 0 || !written) lost_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace foreshock
