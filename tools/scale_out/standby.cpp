#include "tools/scale_out/standby.h"

#include <utility>

namespace foreshock {

namespace {

constexpr std::chrono::milliseconds kAtOnce{20}, kPause{50};

}  // namespace

Standby::Standby(const KafkaSettings& settings, const std::string& topic, uint32_t shares) : settings_(settings) {
    for (uint32_t share = 0; share < shares; ++share)
        if (auto log = KafkaLog::open(settings_, topic, static_cast<int32_t>(share))) copies_[share].log = std::move(log.value());
    thread_ = std::thread([this] { follow(); });
}

Standby::~Standby() {
    stop_ = true;
    thread_.join();
}

void Standby::follow() {
    for (;;) {
        for (auto& [share, copy] : copies_) {
            if (stop_) return;
            const std::lock_guard lock(copy.mutex);
            if (copy.log == nullptr) continue;
            const Status followed = copy.log->follow(kAtOnce);
            if (followed.ok()) continue;
            if (settings_.log) settings_.log(LogLevel::warning, "no standby copy of share " + std::to_string(share) + ": " + followed.problems().front().message);
            copy.log.reset();
        }
        std::this_thread::sleep_for(kPause);
    }
}

bool Standby::read(uint32_t share, std::chrono::milliseconds patience, const Use& use) {
    const auto found = copies_.find(share);
    if (found == copies_.end()) return false;
    const std::lock_guard lock(found->second.mutex);
    if (found->second.log == nullptr) return false;
    KafkaLog& log = *found->second.log;
    const uint64_t known = log.records();
    use(log, known, log.read(patience));
    return true;
}

}  // namespace foreshock
