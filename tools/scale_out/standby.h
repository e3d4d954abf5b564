// Warm copies of the state of all shares: each share's changelog, followed while whoever owns the share writes it, so that who takes
// it over reads only what is new. One's own shares are followed too, since the group may give them back after it took them.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "connectors/kafka/kafka_log.h"

namespace foreshock {

class Standby {
public:
    // What is wrong with a copy is told to `log` of the settings; a share without a copy is read anew when it is taken over.
    Standby(const KafkaSettings& settings, const std::string& topic, uint32_t shares);
    ~Standby();
    Standby(const Standby&) = delete;
    Standby& operator=(const Standby&) = delete;

    // With all of a changelog; `known`: records that had been read before it was asked for.
    using Use = std::function<void(KafkaLog& log, uint64_t known, const Result<bool>& at_end)>;
    // Reads the rest of a share's changelog and calls `use`. False: there is no copy of it. Any thread.
    bool read(uint32_t share, std::chrono::milliseconds patience, const Use& use);

private:
    struct Copy {
        std::mutex mutex;
        std::unique_ptr<KafkaLog> log;  // null: there is none
    };
    void follow();

    KafkaSettings settings_;
    std::map<uint32_t, Copy> copies_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

}  // namespace foreshock
