// Preloaded into a process: its files below $SLOW_DISK are on a slow disk. A write takes 1 ms, bringing it to the disk 50 ms; while
// $SLOW_DISK.hangs is there neither ends, and $SLOW_DISK.blocked says that somebody waits.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

void rest(int file, unsigned microseconds) {
    static const char* const slow = std::getenv("SLOW_DISK");
    if (slow == nullptr) return;
    char path[4096];
    const std::string link = "/proc/self/fd/" + std::to_string(file);
    const ssize_t n = ::readlink(link.c_str(), path, sizeof path);
    const size_t length = std::strlen(slow);
    if (n <= static_cast<ssize_t>(length) || std::strncmp(path, slow, length) != 0 || path[length] != '/') return;
    ::usleep(microseconds);
    while (exists(std::string(slow) + ".hangs")) {
        const int said = ::open((std::string(slow) + ".blocked").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        if (said >= 0) ::close(said);
        ::usleep(10'000);
    }
}

template <class F>
F* real(const char* name) { return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name)); }

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
    static auto* const next = real<ssize_t(int, const void*, size_t)>("write");
    rest(file, 1000);
    return next(file, bytes, size);
}
ssize_t writev(int file, const struct iovec* parts, int count) {
    static auto* const next = real<ssize_t(int, const struct iovec*, int)>("writev");
    rest(file, 1000);
    return next(file, parts, count);
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
    static auto* const next = real<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
    rest(file, 1000);
    return next(file, bytes, size, at);
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) { return pwrite64(file, bytes, size, at); }
int fdatasync(int file) {
    static auto* const next = real<int(int)>("fdatasync");
    rest(file, 50'000);
    return next(file);
}
int fsync(int file) {
    static auto* const next = real<int(int)>("fsync");
    rest(file, 50'000);
    return next(file);
}

}
