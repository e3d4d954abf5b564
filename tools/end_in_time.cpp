#include "tools/end_in_time.h"

#include <unistd.h>

#include <string>

#include "tools/exit_codes.h"
#include "tools/log.h"

namespace foreshock {

EndInTime::~EndInTime() {
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void EndInTime::begin() {
    const std::lock_guard lock(mutex_);
    if (thread_.joinable()) return;
    thread_ = std::thread([this] {
        std::unique_lock waiting(mutex_);
        if (changed_.wait_for(waiting, kLongestEnd, [this] { return over_; })) return;
        log(LogLevel::error, "not at its end after " + std::to_string(kLongestEnd.count()) + " s, and stopped: the next start goes on from the last checkpoint");
        _exit(kOutsideFailed);
    });
}

}  // namespace foreshock
