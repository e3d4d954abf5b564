// One lane of ingest: records of some partitions decoded, judged by their partition's clock and summed. Decoding may use
// several workers; judging and summing happen in partition order.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/event/decoder.h"
#include "engine/event/source.h"
#include "engine/ingest/lane_sums.h"
#include "engine/ingest/partition_clock.h"
#include "engine/plan/options.h"
#include "engine/run/dead_letter.h"
#include "engine/run/metrics.h"

namespace foreshock {

// State of a partition that outlives the lane: kept in checkpoints, handed to whoever reads the partition next.
struct PartitionState {
    int64_t next_offset = 0;  // 0: nothing has been read, so that the source's own start rule holds
    PartitionClock clock;
    std::shared_ptr<Names> names{};  // by which the clock knows its hosts; null: it knows none

    void go_by(const std::shared_ptr<Names>& next);
};

// What a lane shows the deciding thread. Event times.
struct LaneProgress {
    EventTime low = kEndOfTime;        // least clock of the partitions that hold the watermark back; kEndOfTime: none does
    EventTime high = kBeginningOfTime; // greatest last word of any partition
    bool finished = false;
};

// `run` belongs to the lane's own thread; everything public besides takes the lane's lock and may come from any thread.
class Lane {
public:
    struct Context {
        const EngineOptions& options;
        const DecoderFactory& decoders;
        std::shared_ptr<Names> names;  // to begin with
        DeadLetterOutput* dead_letters;  // may be null
        bool live;                       // idle partitions stop holding back the watermark
        EventTime from, to;              // events outside are skipped
        std::function<void()> progressed;             // the watermark may have moved
        std::function<bool(EventTime)> await_turn;    // waits until a lane that has read up to there may read on; false: not yet
        std::function<std::optional<PartitionState>(const std::string&)> restored;  // of a partition that is given to the lane
        std::function<void(const std::string&)> adopted;   // the lane keeps that partition's state from now on
        std::function<void(const std::string&, const PartitionState&)> released;  // … and no longer: the partition is taken from it
    };
    Lane(std::unique_ptr<SourceLane> source, Context context);

    void run(const std::atomic<bool>& stop);  // returns when the source has finished or failed, or after `stop`
    void begin_at(SlotIndex first) { sums_.begin_at(first); }  // before `run`: earlier slots are closed already
    LaneProgress progress();
    std::optional<SlotIndex> first_open();
    void close(SlotIndex slot, SlotPartial& into);
    void add_totals(RunTotals& totals);
    // Calls `f` with the lane locked: the offsets, clocks and sums of one moment.
    void inspect(const std::function<void(const std::map<std::string, PartitionState*>&, const LaneSums&)>& f);
    // State of a partition that the lane has; none where nothing was read of it.
    std::optional<PartitionState> held(const std::string& partition);
    std::string failure();
    // All lanes go by the next generation of names, at one moment: what one of them saw for the first time meanwhile might take the room of
    // what another one has in use. `to` gives its numbers.
    static void turn_over(std::span<const std::unique_ptr<Lane>> lanes, Renaming& to, const std::shared_ptr<Names>& next);

private:
    struct Partition {
        std::string name;
        NameId id = kNoName;
        PartitionState state;
        bool ended = false, gone = true;
        std::chrono::steady_clock::time_point last_record{};
        bool held = false;  // so far ahead of the others that no more of it is read
    };
    struct Batch {
        RecordBatch records;
        EventBatch events;
        std::shared_ptr<Names> names{};  // by which they were decoded
    };
    struct Reader {  // one worker's
        std::shared_ptr<Names> names{};
        std::unique_ptr<Decoder> decoder{};
        void decode(Batch& batch) const;
    };
    void read_alone(const std::atomic<bool>& stop);
    void read_with_workers(const std::atomic<bool>& stop);
    bool fetch(Batch& batch, const std::atomic<bool>& stop);  // false: nothing more to come
    bool level(bool its_turn);
    Reader reader() const;
    void decode(Batch& batch, Reader& reader);
    void take(Batch& batch);
    std::vector<PartitionState> states_for(const std::vector<PartitionNotice>& notices) const;
    void release(const std::vector<PartitionNotice>& notices);
    void notice(const PartitionNotice& n, PartitionState state);
    void sum(const Batch& batch);
    PartitionState fresh_state() const;
    EventTime low_clock() const;
    bool tell();  // true when the watermark entered another slot

    std::unique_ptr<SourceLane> source_;
    Context context_;
    bool source_ended_ = false;   // what the last poll said, until `run` makes it known
    std::string source_failure_;
    std::mutex mutex_;
    std::shared_ptr<Names> names_;            // the generation that sums and clocks go by
    std::atomic<const Names*> newest_names_;  // the same, for workers to see without the lock whether theirs is
    std::vector<Partition> partitions_;  // by number within the lane
    LaneSums sums_;
    RunTotals totals_;
    std::optional<std::chrono::steady_clock::time_point> waits_since_;  // for its turn to read
    std::atomic<EventTime> low_{kBeginningOfTime};  // least clock when a batch was last taken
    unsigned unlevelled_ = 0;        // batches that were fetched without looking whether partitions are level; of who fetches
    std::vector<bool> told_;         // to the source: partitions that are held back; of who fetches
    bool can_hold_back_ = true;
    int64_t told_slot_ = INT64_MIN;  // the deciding thread knows of a watermark in this slot
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    bool finished_ = false;
    std::string failure_;
};

}  // namespace foreshock
