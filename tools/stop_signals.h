// SIGINT and SIGTERM end a run cleanly: after the last checkpoint.
#pragma once

#include <functional>
#include <memory>

namespace foreshock {

// Calls `stop` once, from a thread of its own, when a signal comes. One at a time in a process.
class StopSignals {
public:
    explicit StopSignals(std::function<void()> stop);
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace foreshock
