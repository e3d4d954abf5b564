// Where records come from. Implementations: connectors/kafka, connectors/file.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/event/record.h"

namespace foreshock {

enum class PollResult : uint8_t {
    records,   // the batch holds records or notices
    nothing,   // nothing came within the time; poll again
    finished,  // every partition has ended; do not poll again
    failed,    // the outside failed for good; `SourceLane::failure` says why
};

// A part of a source that is read on its own: one Kafka consumer with its share of partitions, or one file.
// Records of one partition come in order and only through one lane. One worker only (any thread, one at a time).
class SourceLane {
public:
    virtual ~SourceLane() = default;
    virtual PollResult poll(RecordBatch& batch, std::chrono::milliseconds timeout) = 0;
    virtual std::string failure() const { return {}; }
    // By their numbers, partitions of which no more is wanted for now, since others are behind; those not named are wanted. What is on its
    // way may still come. Between two polls. False: it cannot, and need not be polled while nothing is wanted.
    virtual bool hold_back(const std::vector<bool>& partitions) { return (void)partitions, false; }
    // True where decoding wants several workers for this lane (a file); false where the lane is one of several (Kafka).
    virtual bool decode_in_parallel() const { return false; }
};

// Offset to start from for a partition, where the store knows one; otherwise the source's own start rule holds.
using ResumeOffset = std::function<std::optional<int64_t>(const std::string& partition)>;

// Set up before start, then read-only, but for `stored`, which the pipeline calls after each checkpoint.
class Source {
public:
    virtual ~Source() = default;
    // Opens the source as at most `lanes` lanes where it can choose.
    [[nodiscard]] virtual Result<std::vector<std::unique_ptr<SourceLane>>> open(unsigned lanes, ResumeOffset resume) = 0;
    // These positions are in the store now: Kafka commits them to the group, for lag displays.
    virtual void stored(std::span<const PartitionOffset> offsets) { (void)offsets; }
    // True while the source reaches its counterpart (for /readyz).
    virtual bool ready() const { return true; }
};

}  // namespace foreshock
