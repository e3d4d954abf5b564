#include "tools/write_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace foreshock {

Status write_file(const std::string& path, std::string_view text, std::string_view what) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (out) return Done{};
    return Diagnostic{path, 0, 0, "cannot write " + std::string(what) + ": " + std::strerror(errno),
                      "name a file in a folder that exists and that this user may write"};
}

}  // namespace foreshock
