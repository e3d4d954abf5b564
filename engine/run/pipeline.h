// The whole way of an event. Lanes read, decode and sum in parallel; the calling thread closes slots as the watermark
// passes them and takes each through the deciding stages, in order; checkpoints hold offsets and state of one moment.
//
//     source ─▶ decode ─▶ ingest ═▶ window ─▶ detect ─▶ correlate ─▶ forecast ─▶ match ─▶ warn ─▶ sink
//     └────────── lanes ─────────┘  └───────────────────────── decider ────────────────────────────┘
//
// Set up before start; `stop`, `replace_rules` and `totals` from any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/result.h"
#include "engine/run/decider.h"
#include "engine/run/lane.h"
#include "engine/run/shared_names.h"
#include "engine/run/store.h"

namespace foreshock {

struct PipelineSettings {
    EngineOptions options;
    const Model& model;
    const DecoderFactory& decoders;
    Store& store;
    DeadLetterOutput* dead_letters = nullptr;
    std::chrono::milliseconds checkpoint_every{5000};  // processing time
    bool live = false;   // idle partitions stop holding back the watermark after options.slots.idle_timeout
    unsigned lanes = 2;  // at most, for sources that can choose
    EventTime from = kBeginningOfTime, to = kEndOfTime;
    double speed = 0;    // event time per processing time; 0: as fast as it goes
    RulePlan rules{};    // the user's; see replace_rules
};

class Pipeline {
public:
    explicit Pipeline(PipelineSettings settings);
    ~Pipeline();

    void add(Source& source) { sources_.push_back(&source); }
    void add(Sink& sink) { sinks_.push_back(&sink); decider_->add(sink); }
    void add(Observer& observer) { decider_->add(observer); }

    // Runs until every source has ended, one has failed, or `stop`. Problems: what failed outside.
    [[nodiscard]] Status run();
    void stop();
    // From the next slot on these rules are judged; state of those that stay as they are is kept. Any thread; of several before
    // the next slot the last one counts.
    void replace_rules(RulePlan plan);
    // From the next slot on this service model holds, with these limits of warnings and these rules. Services, resources and promises
    // that are still there go on with their state; warnings of promises that are gone end. Any thread, as replace_rules.
    void replace_model(std::shared_ptr<const Model> model, const WarnOptions& warn, RulePlan plan);
    RunTotals totals();
    // Fields whose name was beyond its bound. Any thread.
    uint64_t names_refused(NameSpace space) const;
    // Event time up to which everything is decided.
    EventTime decided_until() const { return EventTime{Micros{decided_until_us_.load()}}; }

private:
    Status restore();
    Status open_lanes();
    void close_ready_slots();
    void close_until(SlotIndex last, bool only_open);  // inclusive; `only_open`: no empty slots after the last open one
    void decided_until(SlotIndex slot);
    void turn_names_over();
    void take_new_plan();
    EventTime watermark(bool& only_open);
    bool all_finished();
    bool begin_checkpoint(std::chrono::steady_clock::time_point patience_ends);    // false: not now, an output has not taken everything
    Status end_checkpoint();                                                       // waits until it is stored
    Result<bool> checkpoint(std::chrono::steady_clock::time_point patience_ends);  // both
    bool checkpoint_awaited() const;
    std::chrono::steady_clock::time_point checkpoint_due() const;
    bool all_have_room() const;
    std::string failure() const;  // of a lane or a sink
    bool await_turn(EventTime lane_low);
    std::optional<PartitionState> restored(const std::string& partition);
    void adopted(const std::string& partition);
    void released(const std::string& partition, const PartitionState& state);
    EventTime low_in_flight();
    Status finish();

    PipelineSettings settings_;
    std::shared_ptr<SharedNames> names_;  // changed by the deciding thread alone, under mutex_
    std::unique_ptr<Decider> decider_;
    std::vector<Source*> sources_;
    std::vector<Sink*> sinks_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::vector<std::thread> threads_;
    std::mutex restored_mutex_;
    std::map<std::string, PartitionState> restored_;  // partitions that no lane has: of the checkpoint, or taken from one
    std::map<std::string, std::chrono::steady_clock::time_point> in_flight_;  // those of which a lane should have each soon: since when
    std::map<int64_t, SlotPartial> carried_;          // open slots of the checkpoint
    std::map<std::string, std::string> unclaimed_;    // of the checkpoint: what waits for receivers that are not configured
    SlotPartial merged_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool progressed_ = false;
    std::atomic<bool> stop_{false};
    std::atomic<int64_t> decided_until_us_{INT64_MIN};
    mutable std::mutex totals_mutex_;
    RunTotals decided_totals_;
    std::atomic<uint64_t> checkpoints_{0};
    std::mutex rules_mutex_;
    struct NewPlan {
        RulePlan rules;
        std::shared_ptr<const Model> model;  // null: rules alone
        WarnOptions warn;
    };
    std::optional<NewPlan> new_plan_;  // not yet in use
    std::atomic<uint64_t> rule_changes_{0}, model_changes_{0};
    std::atomic<bool> opened_{false};  // lanes_ does not change any more
    std::chrono::steady_clock::time_point started_;
    std::chrono::steady_clock::time_point next_checkpoint_, soonest_checkpoint_;  // the latter where a sink awaits one
    EventTime first_event_ = kBeginningOfTime;  // for `speed`
    // The checkpoint that is being written, by a thread of its own: slots are decided meanwhile. One at a time.
    struct Saving {
        std::chrono::steady_clock::time_point begun;
        std::vector<PartitionOffset> offsets;
        std::future<Status> status;
    };
    std::optional<Saving> saving_;
    std::optional<SlotIndex> archived_;  // see CheckpointParts
    std::atomic<bool> saved_{false};
};

}  // namespace foreshock
