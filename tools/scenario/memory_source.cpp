#include "tools/scenario/memory_source.h"

#include <algorithm>
#include <thread>

#include "tools/scenario/rows.h"

namespace foreshock {

// One worker only.
class MemorySource::Lane : public SourceLane {
public:
    Lane(MemorySource& source, std::vector<uint32_t> partitions, std::vector<int64_t> resume)
        : source_(source), partitions_(std::move(partitions)), next_offset_(std::move(resume)), skip_(next_offset_) {
        number_.resize(source.expansion_.partitions, kNotMine);
        for (uint32_t i = 0; i < partitions_.size(); ++i) number_[partitions_[i]] = i;
        std::fill(next_offset_.begin(), next_offset_.end(), 0);
    }

    PollResult poll(RecordBatch& batch, std::chrono::milliseconds timeout) override {
        if (ended_) return PollResult::finished;
        batch.padded = source_.options_.padded;
        if (!opened_) notices(batch, PartitionNotice::Kind::opened);
        opened_ = true;
        const size_t most = source_.options_.uneven ? 1 + static_cast<size_t>(drawn(at_) * static_cast<double>(source_.options_.batch)) : source_.options_.batch;
        bool paused = false;
        while (batch.records.size() < most && at_ < source_.records_.size() && !(paused = is_paused())) take(batch);
        if (!batch.records.empty()) return PollResult::records;
        if (paused) {
            if (source_.options_.paused) source_.options_.paused();
            std::this_thread::sleep_for(std::min(timeout, std::chrono::milliseconds{1}));
            return batch.notices.empty() ? PollResult::nothing : PollResult::records;
        }
        notices(batch, PartitionNotice::Kind::ended);
        ended_ = true;
        return PollResult::records;
    }
    bool decode_in_parallel() const override { return source_.options_.parallel_decode; }

private:
    static constexpr uint32_t kNotMine = 0xffffffff;

    void notices(RecordBatch& batch, PartitionNotice::Kind kind) {
        for (uint32_t i = 0; i < partitions_.size(); ++i) batch.notices.push_back({kind, i, source_.partition_name(partitions_[i])});
    }
    bool is_paused() const { return source_.served_ >= source_.options_.pause_after; }
    void take(RecordBatch& batch) {
        const TimedRecord& r = source_.records_[at_++];
        const uint32_t number = number_[r.partition];
        if (number == kNotMine) return;
        const int64_t offset = next_offset_[number]++;
        if (offset < skip_[number]) return;
        batch.records.push_back({source_.expansion_.bytes.data() + r.begin, r.size, number, offset});
        ++source_.served_;
    }

    MemorySource& source_;
    std::vector<uint32_t> partitions_;
    std::vector<int64_t> next_offset_;  // by number within the lane
    std::vector<int64_t> skip_;         // offsets before this one are not served
    std::vector<uint32_t> number_;      // by partition
    size_t at_ = 0;                     // in the order of all records
    bool opened_ = false, ended_ = false;
};

MemorySource::MemorySource(const Expansion& expansion, const std::vector<TimedRecord>& records, MemorySourceOptions options)
    : expansion_(expansion), records_(records), options_(std::move(options)) {}

Result<std::vector<std::unique_ptr<SourceLane>>> MemorySource::open(unsigned lanes, ResumeOffset resume) {
    const uint32_t n = std::clamp<uint32_t>(lanes, 1, expansion_.partitions);
    std::vector<std::vector<uint32_t>> partitions(n);
    std::vector<std::vector<int64_t>> offsets(n);
    std::vector<int64_t> first(expansion_.partitions);
    for (uint32_t p = 0; p < expansion_.partitions; ++p) {
        first[p] = resume(partition_name(p)).value_or(0);
        partitions[p % n].push_back(p);
        offsets[p % n].push_back(first[p]);
    }
    served_ = 0;
    std::vector<int64_t> seen(expansion_.partitions);
    todo_ = static_cast<uint64_t>(std::ranges::count_if(records_, [&](const TimedRecord& r) { return seen[r.partition]++ >= first[r.partition]; }));
    std::vector<std::unique_ptr<SourceLane>> made;
    for (uint32_t i = 0; i < n; ++i) made.push_back(std::make_unique<Lane>(*this, std::move(partitions[i]), std::move(offsets[i])));
    return made;
}

}  // namespace foreshock
