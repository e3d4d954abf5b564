// What a run promises to those who stop it: once it has been asked to end, or has come to its end, the process is gone within
// `kLongestEnd`. What ends it waits for seconds at most; this is for what a library waits for beyond its word.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace foreshock {

inline constexpr std::chrono::seconds kLongestEnd{30};

// Made before what it watches, so that it goes last. Any thread.
class EndInTime {
public:
    EndInTime() = default;
    ~EndInTime();
    EndInTime(const EndInTime&) = delete;
    EndInTime& operator=(const EndInTime&) = delete;

    // From now on. When the time is over, the process ends where it is, with exit code 3, which is to the state what SIGKILL is: the
    // next start goes on from the last checkpoint.
    void begin();

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool over_ = false;
    std::thread thread_;
};

}  // namespace foreshock
