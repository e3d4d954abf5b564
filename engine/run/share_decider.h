// The correlation side of a run in several processes: one share of the model, decided from the messages of ingest instances. What it says
// is a pure function of those messages in their order: it has no clock, and idleness is told by them.
//
// One worker only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/decider.h"
#include "engine/run/partial_message.h"
#include "engine/run/shared_names.h"
#include "engine/run/store.h"

namespace foreshock {

class ShareDecider {
public:
    struct Settings {
        EngineOptions options;
        Model part;             // of the model (Components::part)
        RulePlan rules;
        std::string layout;     // layout_of
        std::string partition;  // of the messages, by lasting name
    };
    explicit ShareDecider(Settings settings);
    ShareDecider(const ShareDecider&) = delete;
    ShareDecider& operator=(const ShareDecider&) = delete;

    void add(Sink& sink) { sinks_.push_back(&sink); decider_.add(sink); }
    void add(Observer& observer) { decider_.add(observer); }

    // Before anything is taken, and after the sinks were added. Problems as those of restore_checkpoint.
    [[nodiscard]] Status restore(const Checkpoint& checkpoint);
    // Where to go on reading; nothing: from the first message.
    std::optional<int64_t> next_offset() const { return next_offset_; }

    // Takes a message and decides what is due. Problems: not a message of this layout.
    [[nodiscard]] Status take(std::string_view bytes, int64_t offset);
    // To be stored before the next one is asked for.
    Checkpoint checkpoint();

    std::optional<EventTime> decided_until() const;
    RunTotals totals() const;

private:
    void take_progress(PartialMessage& message);
    void decide_what_is_due();
    void turn_names_over();

    Settings settings_;
    std::shared_ptr<SharedNames> names_;
    Decider decider_;
    std::vector<Sink*> sinks_;
    std::map<std::string, SourceProgress> sources_;
    std::map<int64_t, SlotPartial> open_;
    std::map<std::string, std::string> unclaimed_;
    std::optional<int64_t> next_offset_;
    std::optional<SlotIndex> archived_;
    uint64_t messages_ = 0, after_idle_ = 0, refused_ = 0;
};

}  // namespace foreshock
