// A receiver on a free local port that answers as told and remembers what it got.
#pragma once

#include <httplib.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace foreshock {

class StubReceiver {
public:
    struct Got {
        std::string path, body, content_type, idempotency_key, authorization;
    };

    StubReceiver() {
        server_.new_task_queue = [] { return new httplib::ThreadPool(2); };
        server_.Post(".*", [this](const httplib::Request& request, httplib::Response& response) {
            const std::lock_guard lock(mutex_);
            got_.push_back({request.path, request.body, request.get_header_value("Content-Type"),
                            request.get_header_value("Idempotency-Key"), request.get_header_value("Authorization")});
            response.status = 200;
            if (!answers_.empty()) {
                response.status = answers_.front();
                answers_.pop_front();
            }
            changed_.notify_all();
        });
        port_ = server_.bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { server_.listen_after_bind(); });
        while (!server_.is_running()) std::this_thread::yield();
    }
    ~StubReceiver() {
        server_.stop();
        thread_.join();
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    // Statuses of the next answers, then 200.
    void answer(std::deque<int> statuses) {
        const std::lock_guard lock(mutex_);
        answers_ = std::move(statuses);
    }
    // What came so far, once there are `n`; fewer after a long while.
    std::vector<Got> wait(size_t n) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds{30}, [&] { return got_.size() >= n; });
        return got_;
    }

private:
    httplib::Server server_;
    int port_ = 0;
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<int> answers_;
    std::vector<Got> got_;
};

}  // namespace foreshock
