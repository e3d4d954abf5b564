// A text file compressed with zstd, written piece by piece. One worker only.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

struct ZSTD_CCtx_s;

namespace foreshock {

class ZstdFile {
  public:
    // Problems: the file cannot be made.
    [[nodiscard]] static Result<ZstdFile> create(const std::string& path);
    void write(std::string_view text);
    // Ends the file; problems of all writes before it come out here.
    [[nodiscard]] Status close();

  private:
    struct Close {
        void operator()(std::FILE* f) const { std::fclose(f); }
        void operator()(ZSTD_CCtx_s* context) const;
    };
    ZstdFile() = default;
    void compress(bool end);

    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;
    std::unique_ptr<ZSTD_CCtx_s, Close> context_;
    std::string pending_;
    std::vector<char> out_;
    bool failed_ = false;
};

}  // namespace foreshock
