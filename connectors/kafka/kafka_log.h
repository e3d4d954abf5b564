// One partition of a compacted topic as a map: the last value of every key, of what has been committed. One worker only.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "connectors/kafka/kafka_conf.h"

namespace foreshock {

class KafkaLog : public KafkaLink {
public:
    // Does not wait for a broker. Problems: properties that are wrong.
    [[nodiscard]] static Result<std::unique_ptr<KafkaLog>> open(const KafkaSettings& settings, const std::string& topic, int32_t partition);

    // Reads until the end of what is committed by now, or for so long. True: the end was reached. Problems: no such topic, no rights.
    [[nodiscard]] Result<bool> read(std::chrono::milliseconds patience);
    // Reads what is there already, for so long at most.
    [[nodiscard]] Status follow(std::chrono::milliseconds patience);
    const std::map<std::string, std::string>& entries() const { return entries_; }
    uint64_t records() const { return records_; }  // read so far

private:
    KafkaLog(const KafkaSettings& settings, std::string topic, int32_t partition);
    enum class Step : uint8_t { nothing, record, end };
    Result<Step> step(std::chrono::milliseconds patience);
    void take(const rd_kafka_message_t& message);
    Status assign();
    Diagnostic trouble(const std::string& what) const;

    std::string topic_;
    int32_t partition_;
    int64_t next_ = RD_KAFKA_OFFSET_BEGINNING;
    bool end_told_ = false;  // librdkafka tells the end once, and again only after another record
    std::map<std::string, std::string> entries_;
    uint64_t records_ = 0;
    KafkaHandle client_;
};

}  // namespace foreshock
