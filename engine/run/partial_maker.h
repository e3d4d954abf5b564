// The ingest side of a run in several processes: records of some partitions decoded, judged and summed, and what was summed
// cut into messages for the correlation side, together with the positions and clocks that belong to them. Keeps nothing that a successor
// would miss: what was not cut is read again.
//
// One worker only.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/event/decoder.h"
#include "engine/event/record.h"
#include "engine/ingest/lane_sums.h"
#include "engine/plan/options.h"
#include "engine/run/dead_letter.h"
#include "engine/run/lane.h"
#include "engine/run/metrics.h"
#include "engine/run/partial_message.h"
#include "engine/run/partial_router.h"
#include "engine/run/shared_names.h"

namespace foreshock {

// What belongs together: written in one transaction or not at all.
struct PartialCut {
    struct Message {
        uint32_t share;
        std::string bytes;
    };
    std::vector<Message> messages;               // those of a share in order
    std::vector<PartitionOffset> offsets;        // read up to here
    std::map<std::string, std::string> clocks;   // state of each of these partitions, for who reads on
};

// Where to go on in a partition.
struct PartitionStart {
    int64_t next_offset = 0;
    std::string clock;  // as in PartialCut::clocks; empty: nobody has read it before
};

class PartialMaker {
public:
    using Clock = std::chrono::steady_clock;

    struct Context {
        const EngineOptions& options;
        const Model& model;
        const Components& components;
        const DecoderFactory& decoders;
        DeadLetterOutput* dead_letters = nullptr;
        size_t message_bytes = 512 << 10;  // a message is cut in two beyond that
        // Where a partition that is given to us is read from, and its clock as the last cut of whoever read it left it.
        std::function<PartitionStart(const std::string& partition)> start;
        // Every partition that there is to read, by lasting name.
        std::function<std::set<std::string>()> all_partitions;
    };
    explicit PartialMaker(Context context);

    void take(const RecordBatch& records, Clock::time_point now);
    // Something new is to be told, and it is time: a watermark has entered another slot, or a second has passed.
    bool due(Clock::time_point now) const;
    bool has_news() const { return news_; }
    PartialCut cut(Clock::time_point now);
    // The partitions are not ours any more: forgets them and what was not cut.
    void lose();

    const RunTotals& totals() const { return totals_; }

private:
    struct Partition {
        std::string name;
        NameId id = kNoName;
        PartitionState state;
        bool gone = true, idle = false, read = false;  // `read`: since the last cut
        Clock::time_point last_record;
    };
    void notice(const PartitionNotice& n, Clock::time_point now);
    bool idle(const Partition& p, Clock::time_point now) const;
    int64_t watermark_slot(const Partition& p) const;
    void put(uint32_t share, PartialMessage message, PartialCut& out);
    void turn_names_over();

    Context context_;
    std::string layout_;
    std::shared_ptr<SharedNames> names_;
    std::unique_ptr<Decoder> decoder_;
    EventBatch events_;  // of the last records
    PartialRouter router_;
    LaneSums sums_;
    std::vector<Partition> partitions_;  // by number within the consumer
    bool tell_all_ = false, news_ = false, entered_ = false;  // `tell_all_`: partitions were given to us since the last cut
    Clock::time_point last_cut_{};
    RunTotals totals_;
};

// What both sides have to have in common, as text.
std::string layout_of(const Model& model, const EngineOptions& options, uint32_t shares);

}  // namespace foreshock
