#include "tools/generate/scenario/zstd_file.h"

#include <cerrno>
#include <cstring>

#include <zstd.h>

namespace foreshock {

void ZstdFile::Close::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

Result<ZstdFile> ZstdFile::create(const std::string& path) {
    ZstdFile file;
    file.path_ = path;
    file.file_.reset(std::fopen(path.c_str(), "wb"));
    if (!file.file_)
        return Diagnostic{path, 0, 0, std::string("cannot be made: ") + std::strerror(errno),
                          "name a folder that can be written"};
    file.context_.reset(ZSTD_createCCtx());
    file.out_.resize(ZSTD_CStreamOutSize());
    return file;
}

void ZstdFile::write(std::string_view text) {
    pending_ += text;
    if (pending_.size() >= ZSTD_CStreamInSize()) compress(false);
}

void ZstdFile::compress(bool end) {
    ZSTD_inBuffer in{pending_.data(), pending_.size(), 0};
    for (bool more = true; more && !failed_;) {
        ZSTD_outBuffer out{out_.data(), out_.size(), 0};
        const size_t left = ZSTD_compressStream2(context_.get(), &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
        failed_ |= ZSTD_isError(left) != 0 || std::fwrite(out_.data(), 1, out.pos, file_.get()) != out.pos;
        more = end ? left != 0 : in.pos < in.size;
    }
    pending_.clear();
}

Status ZstdFile::close() {
    compress(true);
    failed_ |= std::fclose(file_.release()) != 0;
    if (failed_) return Diagnostic{path_, 0, 0, "could not be written to its end", "is the disk full?"};
    return Done{};
}

}  // namespace foreshock
