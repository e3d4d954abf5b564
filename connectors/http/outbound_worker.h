// The thread behind a sink whose receiver may be slow or away: takes what waits, posts it, backs off, counts, and says
// once when the receiver is lost and once when it is back.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "connectors/http/http_client.h"
#include "connectors/http/log.h"

namespace foreshock {

using SteadyTime = std::chrono::steady_clock::time_point;

// What waits for one receiver. The worker calls every function under its own lock.
class Backlog {
public:
    virtual ~Backlog() = default;
    // The request to send now; made anew for each attempt, so that times in it are those of the attempt.
    virtual std::optional<HttpRequest> next() = 0;
    // What became of what the last `next` gave. It has arrived, and no longer waits.
    virtual void settled() = 0;
    // It has been refused for good.
    virtual void refused(const HttpReply&) { settled(); }
    // It will be tried again.
    virtual void failed(const HttpReply&) {}
    virtual size_t waiting() const = 0;
    // When `next` will have something again by itself; nothing: only after additions.
    virtual std::optional<SteadyTime> due() const { return {}; }
};

struct OutboundOptions {
    std::chrono::milliseconds first_wait{500};  // after a failure; doubles up to the longest, each with jitter
    std::chrono::milliseconds longest_wait{30'000};
};

struct OutboundCounts {
    uint64_t delivered = 0;  // requests that arrived
    uint64_t retried = 0;    // attempts that failed and were repeated
    uint64_t rejected = 0;   // requests that the receiver refused for good
    size_t waiting = 0;
    bool reached = true;  // false from a failure to the next success
};

// Any thread. Destroyed, it drops what still waits: `flush` before.
class OutboundWorker {
public:
    // `what` begins each log line ("alertmanager"). The backlog outlives the worker.
    OutboundWorker(std::string what, HttpClient client, Backlog& backlog, OutboundOptions options, LogCallback log);
    ~OutboundWorker();
    OutboundWorker(const OutboundWorker&) = delete;
    OutboundWorker& operator=(const OutboundWorker&) = delete;

    // Changes the backlog under the worker's lock, then wakes the worker.
    template <class Change>
    void add(Change&& change) {
        {
            const std::lock_guard lock(mutex_);
            change();
        }
        changed_.notify_all();
    }
    // True when nothing waits any more and nothing was rejected since the last flush; false after the timeout.
    bool flush(std::chrono::milliseconds timeout);
    OutboundCounts counts() const;
    const std::string& receiver() const { return client_.shown(); }

private:
    void run();
    void wait_for_work(std::unique_lock<std::mutex>& lock);
    void take(const HttpReply& reply);
    void repeat_later(const HttpReply& reply);
    void say(LogLevel level, const std::string& text) const;

    const std::string what_;
    HttpClient client_;
    Backlog& backlog_;
    const OutboundOptions options_;
    const LogCallback log_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    OutboundCounts counts_;
    uint64_t flushed_rejected_ = 0;
    bool stopping_ = false, rejecting_ = false, in_flight_ = false;
    unsigned failures_ = 0;                 // in a row
    std::optional<SteadyTime> not_before_;  // of the next attempt, after a failure
    std::minstd_rand jitter_{std::random_device{}()};
    std::thread thread_;  // last: starts when all else is there
};

// Wait before attempt `failures` + 1: doubling from the first to the longest, times `unit` mapped to 0.5 .. 1.
std::chrono::milliseconds backoff(const OutboundOptions& options, unsigned failures, double unit);

}  // namespace foreshock
