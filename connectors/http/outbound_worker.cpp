#include "connectors/http/outbound_worker.h"

#include <algorithm>

#include "engine/base/kill_point.h"

namespace foreshock {

std::chrono::milliseconds backoff(const OutboundOptions& options, unsigned failures, double unit) {
    auto wait = options.first_wait;
    for (unsigned i = 1; i < failures && wait < options.longest_wait; ++i) wait *= 2;
    wait = std::min(wait, options.longest_wait);
    return std::chrono::milliseconds{static_cast<int64_t>(static_cast<double>(wait.count()) * (0.5 + 0.5 * unit))};
}

OutboundWorker::OutboundWorker(std::string what, HttpClient client, Backlog& backlog, OutboundOptions options,
                               LogCallback log)
    : what_(std::move(what)),
      client_(std::move(client)),
      backlog_(backlog),
      options_(options),
      log_(std::move(log)),
      thread_([this] { run(); }) {}

OutboundWorker::~OutboundWorker() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    client_.interrupt();
    thread_.join();
}

void OutboundWorker::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        wait_for_work(lock);
        if (stopping_) return;
        const auto request = backlog_.next();
        if (!request) continue;
        in_flight_ = true;
        lock.unlock();
        kill_point("outbox/post");
        const HttpReply reply = client_.post(*request);
        kill_point("outbox/posted");
        lock.lock();
        in_flight_ = false;
        if (stopping_) return;
        take(reply);
        changed_.notify_all();
    }
}

void OutboundWorker::wait_for_work(std::unique_lock<std::mutex>& lock) {
    while (!stopping_) {
        const auto now = std::chrono::steady_clock::now();
        auto until = not_before_;
        if (!until) {
            if (backlog_.waiting() != 0) return;
            until = backlog_.due();
        }
        if (!until) {
            changed_.wait(lock);
        } else if (*until <= now) {
            not_before_.reset();
            return;
        } else {
            changed_.wait_until(lock, *until);
        }
    }
}

void OutboundWorker::take(const HttpReply& reply) {
    if (!reply.arrived() && reply.worth_repeating()) return repeat_later(reply);
    if (!counts_.reached) say(LogLevel::info, "reached again, " + std::to_string(backlog_.waiting()) + " waiting");
    counts_.reached = true;
    failures_ = 0;
    if (reply.arrived()) {
        backlog_.settled();
        ++counts_.delivered;
        rejecting_ = false;
        return;
    }
    backlog_.refused(reply);
    ++counts_.rejected;
    if (!rejecting_) {
        say(LogLevel::error, "refuses what is sent, status " + std::to_string(reply.status) + ": " + reply.error +
                                 "; dropped and counted, check the URL and its credentials");
    }
    rejecting_ = true;
}

void OutboundWorker::repeat_later(const HttpReply& reply) {
    backlog_.failed(reply);
    ++counts_.retried;
    ++failures_;
    const double unit = std::uniform_real_distribution<double>{}(jitter_);
    std::chrono::milliseconds wait = backoff(options_, failures_, unit);
    if (reply.retry_after)
        wait = std::clamp<std::chrono::milliseconds>(*reply.retry_after, wait, std::chrono::minutes{5});
    not_before_ = std::chrono::steady_clock::now() + wait;
    if (counts_.reached) {
        say(LogLevel::warning,
            (reply.status == 0 ? "not reached" : "cannot take it now, status " + std::to_string(reply.status)) + " (" +
                reply.error + "); what is to be said waits and is tried again");
    }
    counts_.reached = false;
}

void OutboundWorker::say(LogLevel level, const std::string& text) const {
    if (log_) log_(level, what_ + " " + client_.shown() + ": " + text);
}

bool OutboundWorker::flush(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    const bool empty = changed_.wait_for(lock, timeout, [this] { return backlog_.waiting() == 0 && !in_flight_; });
    const bool refused = counts_.rejected != flushed_rejected_;
    flushed_rejected_ = counts_.rejected;
    return empty && !refused;
}

OutboundCounts OutboundWorker::counts() const {
    const std::lock_guard lock(mutex_);
    OutboundCounts out = counts_;
    out.waiting = backlog_.waiting();
    return out;
}

}  // namespace foreshock
