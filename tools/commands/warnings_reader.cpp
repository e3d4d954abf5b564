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
    thread_.join();
}

bool WarningsReader::await(uint64_t revisions, std::chrono::milliseconds timeout) const {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, timeout, [&] { return revisions_ >= revisions; });
}

void WarningsReader::read() {
    KafkaSourceSettings s;
    s.cluster = {.brokers = brokers_, .properties = {}, .client_id = "foreshock-warnings", .log = log_callback()};
    s.topics = {topic_};
    s.group = "foreshock-warnings";
    s.start = KafkaBegin::earliest;
    KafkaSource source(std::move(s));
    auto lanes = source.open(1, [](const std::string&) { return std::optional<int64_t>{}; });
    if (!lanes) return;
    RecordBatch batch;
    for (;;) {
        batch.clear();
        if (lanes.value()[0]->poll(batch, std::chrono::milliseconds{100}) == PollResult::failed) return;
        for (const RawRecord& r : batch.records) show(r.bytes());
        const std::lock_guard lock(mutex_);
        revisions_ += batch.records.size();
        came_.notify_all();
        if (stop_) return;
    }
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
