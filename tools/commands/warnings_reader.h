// Reads warnings back from their topic and prints the sentence of each that opened or resolved, as an on-call person would
// see them. Works on a thread of its own while it lives.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace foreshock {

class WarningsReader {
public:
    WarningsReader(std::string brokers, std::string topic);
    ~WarningsReader();
    WarningsReader(const WarningsReader&) = delete;
    WarningsReader& operator=(const WarningsReader&) = delete;

    // Returns when so many revisions have come, or false after the timeout. Any thread.
    bool await(uint64_t revisions, std::chrono::milliseconds timeout) const;

private:
    void read();
    int64_t read_on_from(int64_t next);  // the offset after the last one read
    void show(std::string_view event);

    std::string brokers_, topic_;
    mutable std::mutex mutex_;
    mutable std::condition_variable came_;
    uint64_t revisions_ = 0;
    bool stop_ = false;
    std::thread thread_;
};

}  // namespace foreshock
