#include "tools/commands/warnings_reader.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "connectors/kafka/kafka_source.h"
#include "engine/base/time.h"
#include "tools/log.h"

namespace foreshock {

WarningsReader::WarningsReader(std::string brokers, std::string topic)
    : brokers_(std::move(brokers)), topic_(std::move(topic)), thread_([this] { read(); }) {}

WarningsReader::~WarningsReader() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    came_.notify_all();
    thread_.join();
}

bool WarningsReader::await(uint64_t revisions, std::chrono::milliseconds timeout) const {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, timeout, [&] { return revisions_ >= revisions; });
}

// Reads what there is, again and again, without a consumer group: the mock cluster's group coordinator sometimes leaves a
// member waiting for ever.
void WarningsReader::read() {
    int64_t next = 0;
    for (bool stop = false; !stop;) {
        {
            std::unique_lock lock(mutex_);
            came_.wait_for(lock, std::chrono::milliseconds{200}, [this] { return stop_; });
            stop = stop_;
        }
        next = read_on_from(next);
    }
}

int64_t WarningsReader::read_on_from(int64_t next) {
    KafkaSourceSettings s;
    s.cluster = {.brokers = brokers_, .properties = {}, .client_id = "foreshock-warnings", .log = log_callback()};
    s.topics = {topic_};
    s.group = "foreshock-warnings";
    s.until_end = true;
    KafkaSource source(std::move(s));
    auto lanes = source.open(1, [next](const std::string&) { return std::optional(next); });
    if (!lanes) return next;
    RecordBatch batch;
    for (auto& lane : lanes.value()) {
        for (PollResult r; (r = lane->poll(batch, std::chrono::milliseconds{100})) != PollResult::finished; batch.clear()) {
            if (r == PollResult::failed) return next;
            for (const RawRecord& record : batch.records) {
                show(record.bytes());
                next = record.offset + 1;
            }
            const std::lock_guard lock(mutex_);
            revisions_ += batch.records.size();
            came_.notify_all();
        }
    }
    return next;
}

void WarningsReader::show(std::string_view event) {
    const auto json = nlohmann::json::parse(event, nullptr, false);
    if (json.is_discarded() || !json.contains("data")) return;
    const auto& data = json["data"];
    const std::string state = data.value("state", "");
    if (state == "updated") return;
    const auto time = parse_rfc3339(json.value("time", ""));
    std::printf("%s  %-8s  %s\n", time ? to_clock(*time).c_str() : "", state.c_str(), data.value("sentence", "").c_str());
    std::fflush(stdout);
}

}  // namespace foreshock
