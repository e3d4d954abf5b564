#include "connectors/kafka/kafka_outbox.h"

#include <random>

namespace foreshock {
namespace {

std::string random_name() {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::random_device device;
    std::string name(16, '0');
    for (char& c : name) c = kHex[device() % kHex.size()];
    return name;
}

}  // namespace

KafkaOutbox::KafkaOutbox() : state_name_(random_name()) {}

// What is said again after a restart from a state that was left behind has its number from then.
void KafkaOutbox::add(std::string key, std::string value) {
    bytes_ += key.size() + value.size();
    records_.push_back({std::move(key), std::move(value)});
    arrived(arrived_until_);
}

void KafkaOutbox::archive(Archive& a) {
    a(state_name_, first_, records_);
    archived_ = true;
    archived_until_ = first_ + records_.size();
    if (!a.restoring()) return;
    sendable_until_ = archived_until_;
    bytes_ = 0;
    for (const Record& r : records_) bytes_ += r.key.size() + r.value.size();
}

std::vector<const KafkaOutbox::Record*> KafkaOutbox::sendable(size_t most) const {
    std::vector<const Record*> out;
    for (size_t i = 0; i < records_.size() && i < most && first_ + i < sendable_until_; ++i) out.push_back(&records_[i]);
    return out;
}

void KafkaOutbox::arrived(uint64_t until) {
    arrived_until_ = std::max(arrived_until_, until);
    for (; !records_.empty() && first_ < arrived_until_; ++first_) {
        bytes_ -= records_.front().key.size() + records_.front().value.size();
        records_.pop_front();
    }
}

}  // namespace foreshock
