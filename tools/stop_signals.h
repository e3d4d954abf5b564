// SIGINT and SIGTERM end a run cleanly: after the last checkpoint. SIGHUP makes it take new rules.
#pragma once

#include <functional>
#include <memory>

namespace foreshock {

// Calls `stop` from a thread of its own when a signal comes, and `hangup` at SIGHUP; without one, SIGHUP is left as it is. One
// at a time in a process.
class StopSignals {
public:
    explicit StopSignals(std::function<void()> stop, std::function<void()> hangup = {});
    ~StopSignals();
    // Keeps SIGINT, SIGTERM and SIGHUP for the one that is made later. Before anything starts threads: those of a library would
    // otherwise take a signal and end the process. A file that grows beyond the limit becomes an error of its write.
    static void hold();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace foreshock
