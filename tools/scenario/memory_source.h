// A source that serves records from memory in a given order: for scenarios and for tests of the pipeline.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "engine/event/source.h"
#include "tools/scenario/expansion.h"

namespace foreshock {

struct MemorySourceOptions {
    size_t batch = 1000;            // records a batch, at most
    bool uneven = false;            // batches of 1 to `batch` records
    bool parallel_decode = false;
    bool padded = true;             // lets decoders read beyond records
    std::string topic = "events";   // partition 3 is called "events/3"
    // After so many records the source falls silent and calls `paused` (any thread, perhaps more than once).
    uint64_t pause_after = std::numeric_limits<uint64_t>::max();
    std::function<void()> paused;
};

// Serves `records` of `expansion`; each partition in the given order. Partitions are dealt out to at most the lanes asked
// for. Offsets count from 0 within a partition. Both arguments outlive the source.
class MemorySource : public Source {
public:
    MemorySource(const Expansion& expansion, const std::vector<TimedRecord>& records, MemorySourceOptions options);
    Result<std::vector<std::unique_ptr<SourceLane>>> open(unsigned lanes, ResumeOffset resume) override;
    std::string partition_name(uint32_t partition) const { return options_.topic + '/' + std::to_string(partition); }
    uint64_t served() const { return served_; }  // records, since it was opened
    // True when everything was served.
    bool exhausted() const { return served_ == todo_; }

private:
    class Lane;
    const Expansion& expansion_;
    const std::vector<TimedRecord>& records_;
    MemorySourceOptions options_;
    std::atomic<uint64_t> served_{0};
    uint64_t todo_ = 0;
};

}  // namespace foreshock
