#include "engine/run/pipeline.h"

#include <algorithm>

#include "engine/base/kill_point.h"
#include "engine/run/checkpoint.h"

namespace foreshock {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPatience{5000};  // with all outputs together, for each checkpoint, and for all that ends a run
constexpr std::chrono::milliseconds kReady{30'000};   // instead, with outputs that take what they are given, when everything has been read
constexpr std::chrono::milliseconds kLetters{1000};   // with the dead letters, which hold up nothing for longer
constexpr std::chrono::milliseconds kLook{500};       // at sinks, whose words wake nobody
// Checkpoints that a sink awaits take a fifth of the time at most.
constexpr std::chrono::milliseconds kSoonest{50};
constexpr int kRest = 4;

// True when all of them have taken what was said. Those that are away come last, or they use up the patience of the others.
bool flush(std::vector<Sink*> sinks, bool with_outbox, steady_clock::time_point end, steady_clock::time_point end_of_ready) {
    std::stable_partition(sinks.begin(), sinks.end(), [](const Sink* s) { return s->ready(); });
    bool all = true;
    for (Sink* sink : sinks) {
        if (sink->outbox().empty() == with_outbox) continue;
        const auto by = [sink](steady_clock::time_point t) {
            return sink->flush(std::max(std::chrono::duration_cast<std::chrono::milliseconds>(t - steady_clock::now()), std::chrono::milliseconds{0}));
        };
        all = (by(end) || (end_of_ready > end && sink->ready() && by(end_of_ready))) && all;
    }
    return all;
}

}  // namespace

Pipeline::Pipeline(PipelineSettings settings)
    : settings_(std::move(settings)), names_(std::make_shared<SharedNames>(settings_.options.bounds)), decider_(std::make_unique<Decider>(borrowed(settings_.model), settings_.options)) {
    decider_->use(std::move(settings_.rules));
}

Pipeline::~Pipeline() {
    stop();
    for (std::thread& t : threads_) if (t.joinable()) t.join();
}

Status Pipeline::run() {
    started_ = steady_clock::now();
    if (Status s = restore(); !s) return s;
    if (Status s = open_lanes(); !s) return s;
    opened_ = true;
    for (auto& lane : lanes_) threads_.emplace_back([this, &lane] { lane->run(stop_); });
    next_checkpoint_ = started_ + settings_.checkpoint_every;
    while (!stop_ && !all_finished()) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait_until(lock, std::min(checkpoint_due(), steady_clock::now() + kLook), [this] { return progressed_ || stop_; });
            progressed_ = false;
        }
        turn_names_over();
        if (all_have_room()) close_ready_slots();
        if (saved_)
            if (Status s = end_checkpoint(); !s) return s;
        if (steady_clock::now() >= checkpoint_due()) (void)begin_checkpoint(steady_clock::now() + kPatience);
    }
    return finish();
}

bool Pipeline::checkpoint_awaited() const {
    return std::ranges::any_of(sinks_, [](const Sink* s) { return s->awaits_checkpoint(); });
}

steady_clock::time_point Pipeline::checkpoint_due() const {
    if (saving_) return steady_clock::time_point::max();
    return checkpoint_awaited() ? std::min(soonest_checkpoint_, next_checkpoint_) : next_checkpoint_;
}

bool Pipeline::all_have_room() const {
    return std::ranges::all_of(sinks_, [](const Sink* s) { return s->has_room(); });
}

std::string Pipeline::failure() const {
    for (const auto& lane : lanes_)
        if (std::string why = lane->failure(); !why.empty()) return why;
    for (const Sink* sink : sinks_)
        if (std::string why = sink->failure(); !why.empty()) return why;
    return settings_.dead_letters == nullptr ? std::string{} : settings_.dead_letters->failure();
}

Status Pipeline::finish() {
    std::string why = failure();
    if (!why.empty()) stop_ = true;
    wake_.notify_all();
    for (std::thread& t : threads_) t.join();
    threads_.clear();
    if (saving_)
        if (Status s = end_checkpoint(); !s) return s;
    if (why.empty()) why = failure();
    if (!stop_ && why.empty()) close_until({INT64_MAX - 1}, true);
    const auto end = steady_clock::now() + kPatience;
    if (checkpoint_awaited())  // what waits leaves with this one, and the last one need not keep it
        if (const auto made = checkpoint(end); !made) return made.problems();
    (void)flush(sinks_, true, end, stop_ ? end : end + kReady);
    const auto made = checkpoint(end);
    if (!made) return made.problems();
    if (why.empty()) why = failure();
    if (!why.empty()) return Diagnostic{{}, 0, 0, why, {}};
    if (!made.value())
        return Diagnostic{{}, 0, 0, "an output did not take all warnings: no checkpoint was made", "what came since the last one is done again at the next start"};
    return Done{};
}

Status Pipeline::open_lanes() {
    for (Source* source : sources_) {
        auto opened = source->open(settings_.lanes, [this](const std::string& partition) -> std::optional<int64_t> {
            const auto known = restored(partition);
            return known ? std::optional(known->next_offset) : std::nullopt;
        });
        if (!opened) return opened.problems();
        for (auto& lane : opened.value())
            lanes_.push_back(std::make_unique<Lane>(
                std::move(lane),
                Lane::Context{settings_.options, settings_.decoders, names_, settings_.dead_letters, settings_.live, settings_.from,
                              settings_.to,
                              [this] {
                                  { const std::lock_guard lock(mutex_); progressed_ = true; }
                                  wake_.notify_all();
                              },
                              [this](EventTime low) { return await_turn(low); },
                              [this](const std::string& partition) { return restored(partition); },
                              [this](const std::string& partition) { adopted(partition); },
                              [this](const std::string& partition, const PartitionState& state) { released(partition, state); }}));
    }
    if (const auto next = decider_->next())
        for (auto& lane : lanes_) lane->begin_at(*next);
    return Done{};
}

bool Pipeline::all_finished() {
    return !failure().empty() || std::ranges::all_of(lanes_, [](const auto& lane) { return lane->progress().finished; });
}

// The event time up to which every event has been seen. When no partition holds it back (all have ended, or are idle in a
// live run), what is open closes, up to the last word of any partition: `only_open`.
EventTime Pipeline::watermark(bool& only_open) {
    EventTime low = kEndOfTime, high = kBeginningOfTime;
    if (settings_.live) low = low_in_flight();
    for (auto& lane : lanes_) {
        const LaneProgress p = lane->progress();
        low = std::min(low, p.low);
        high = std::max(high, p.high);
    }
    only_open = low == kEndOfTime;
    if (!only_open) return low;
    if (high == kBeginningOfTime) return kBeginningOfTime;
    return high + settings_.options.slots.length + settings_.options.slots.allowed_lateness;
}

void Pipeline::close_ready_slots() {
    bool only_open = false;
    const EventTime w = watermark(only_open);
    if (w == kBeginningOfTime) return;
    const SlotIndex last{slot_of(w - settings_.options.slots.allowed_lateness, settings_.options.slots.length).value - 1};
    close_until(last, only_open);
    decided_until(last);  // also where there was nothing to decide
}

void Pipeline::close_until(SlotIndex last, bool only_open) {
    for (;;) {
        std::optional<SlotIndex> open;
        const auto note = [&](SlotIndex first) { open = open ? std::min(*open, first) : first; };
        if (!carried_.empty()) note({carried_.begin()->first});
        for (auto& lane : lanes_)
            if (const auto first = lane->first_open()) note(*first);
        const auto due = decider_->due(open, last, only_open);
        if (!due) return;
        const SlotIndex slot = *due;
        merged_.clear();
        if (const auto carried = carried_.find(slot.value); carried != carried_.end()) {
            merged_.merge(carried->second);
            carried_.erase(carried);
        }
        for (auto& lane : lanes_) lane->close(slot, merged_);
        take_new_plan();
        decider_->decide(slot, merged_, *names_);
        kill_point("slot/decided");
        { const std::lock_guard lock(totals_mutex_); decided_totals_ = decider_->totals(); }
        decided_until(slot);
        turn_names_over();
    }
}

// Whatever holds numbers of the old names gets those of the new ones, between two slots; lanes decode again what was on its way to them.
void Pipeline::turn_names_over() {
    const EventTime now = decided_until();
    if (!names_->worn(now)) return;
    const std::shared_ptr<SharedNames> next = names_->next(now);
    Renaming to(*names_, *next);
    for (auto& [slot, sums] : carried_) sums.rename(to);
    Lane::turn_over(lanes_, to, next);
    { const std::lock_guard lock(restored_mutex_); for (auto& [partition, state] : restored_) state.go_by(next); }
    merged_ = {};
    decider_->forget_names();
    { const std::lock_guard lock(mutex_); names_ = next; }
    wake_.notify_all();
}

void Pipeline::replace_rules(RulePlan plan) {
    const std::lock_guard lock(rules_mutex_);
    if (new_plan_) new_plan_->rules = std::move(plan);
    else new_plan_.emplace(NewPlan{std::move(plan), nullptr, {}});
}

void Pipeline::replace_model(std::shared_ptr<const Model> model, const WarnOptions& warn, RulePlan plan) {
    const std::lock_guard lock(rules_mutex_);
    new_plan_.emplace(NewPlan{std::move(plan), std::move(model), warn});
}

void Pipeline::take_new_plan() {
    std::optional<NewPlan> plan;
    {
        const std::lock_guard lock(rules_mutex_);
        plan.swap(new_plan_);
    }
    if (!plan) return;
    if (plan->model == nullptr) {
        decider_->use(std::move(plan->rules));
        ++rule_changes_;
    } else {
        settings_.options.warn = plan->warn;
        decider_ = under_model(*decider_, std::move(plan->model), settings_.options, std::move(plan->rules));
        ++model_changes_;
    }
}

void Pipeline::decided_until(SlotIndex slot) {
    {
        const std::lock_guard lock(mutex_);
        decided_until_us_ = slot_end(slot, settings_.options.slots.length).time_since_epoch().count();
    }
    wake_.notify_all();
}

// Keeps lanes within `max_open` slots of what is decided, so that no source runs ahead and fills the memory.
bool Pipeline::await_turn(EventTime lane_low) {
    if (lane_low == kBeginningOfTime || lane_low == kEndOfTime) return true;
    const Micros ahead = settings_.options.slots.length * settings_.options.slots.max_open;
    std::unique_lock lock(mutex_);
    const auto its_turn = [&] {
        if (stop_) return true;
        const int64_t decided = decided_until_us_;
        if (names_->worn(EventTime{Micros{decided}})) return false;  // there may be no room for what it reads until they are turned over
        if (decided != INT64_MIN) return lane_low - ahead <= EventTime{Micros{decided}};
        // Nothing decided yet: the lane that is furthest behind goes first, and none leaves its first slot further behind.
        return std::ranges::all_of(lanes_, [&](auto& lane) {
            const auto first = lane->first_open();
            return lane->progress().low >= lane_low - ahead && (!first || slot_start(*first, settings_.options.slots.length) >= lane_low - ahead);
        });
    };
    if (names_->worn(decided_until())) {
        progressed_ = true;
        wake_.notify_all();
    }
    // A live lane looks at its source now and then all the same: the one that it waits for may be waiting for it, in a group that shares
    // its partitions out anew.
    if (settings_.live && !wake_.wait_for(lock, kLook, its_turn)) return false;
    wake_.wait(lock, its_turn);
    if (settings_.speed <= 0) return true;
    if (first_event_ == kBeginningOfTime) first_event_ = lane_low;
    const auto due = started_ + std::chrono::duration_cast<steady_clock::duration>((lane_low - first_event_) / settings_.speed);
    wake_.wait_until(lock, due, [this] { return stop_.load(); });
    return true;
}

std::optional<PartitionState> Pipeline::restored(const std::string& partition) {
    const std::lock_guard lock(restored_mutex_);
    if (const auto known = restored_.find(partition); known != restored_.end()) return known->second;
    // A lane that it was taken from may not have come to know of it: that happens in another thread, or in the same batch.
    for (auto& lane : lanes_)
        if (auto state = lane->held(partition)) return state;
    return std::nullopt;
}

void Pipeline::adopted(const std::string& partition) {
    const std::lock_guard lock(restored_mutex_);
    restored_.erase(partition);
    in_flight_.erase(partition);
}

void Pipeline::released(const std::string& partition, const PartitionState& state) {
    const std::lock_guard lock(restored_mutex_);
    const auto holders = std::ranges::count_if(lanes_, [&](auto& lane) { return lane->held(partition).has_value(); });
    if (holders > 1) return;  // the next one has it already
    restored_.insert_or_assign(partition, state);
    in_flight_.insert_or_assign(partition, steady_clock::now());
}

// The least clock of the partitions that no lane has at the moment; like silent ones they hold back for a while only.
EventTime Pipeline::low_in_flight() {
    const std::lock_guard lock(restored_mutex_);
    const auto since = steady_clock::now() - settings_.options.slots.idle_timeout;
    std::erase_if(in_flight_, [&](const auto& flight) { return flight.second < since; });
    EventTime low = kEndOfTime;
    for (const auto& [partition, when] : in_flight_) low = std::min(low, restored_.at(partition).clock.now());
    return low;
}

Status Pipeline::restore() {
    auto loaded = settings_.store.load();
    if (!loaded) return loaded.problems();
    if (!loaded.value()) return Done{};
    kill_point("restore/loaded");
    Status done = restore_checkpoint(*loaded.value(), {settings_.options, names_, *decider_, restored_, carried_, sinks_, unclaimed_, archived_});
    if (const auto next = decider_->next()) decided_until({next->value - 1});
    for (const auto& [partition, state] : restored_) in_flight_.emplace(partition, started_);
    kill_point("restore/done");
    return done;
}

// What was said must have arrived, or be part of the checkpoint, before its making is forgotten.
bool Pipeline::begin_checkpoint(steady_clock::time_point patience_ends) {
    kill_point("checkpoint/begun");
    const auto begun = steady_clock::now();
    const bool taken = flush(sinks_, false, patience_ends, patience_ends);
    next_checkpoint_ = steady_clock::now() + settings_.checkpoint_every;
    soonest_checkpoint_ = steady_clock::now() + kSoonest;
    if (!taken) return false;
    kill_point("checkpoint/flushed");
    Checkpoint made = [this] {
        const std::lock_guard lock(restored_mutex_);
        return make_checkpoint({settings_.options, names_, *decider_, restored_, carried_, sinks_, unclaimed_, archived_}, lanes_);
    }();
    kill_point("checkpoint/made");
    saved_ = false;
    saving_.emplace(Saving{begun, made.offsets, {}});
    saving_->status = std::async(std::launch::async, [this, made = std::move(made)]() mutable {
        const Checkpoint mine = std::move(made);  // freed here, not where slots are decided
        if (settings_.dead_letters != nullptr) (void)settings_.dead_letters->flush(kLetters);  // those of the records that it counts as read
        Status s = settings_.store.save(mine);
        kill_point("checkpoint/saved");
        {
            const std::lock_guard lock(mutex_);
            saved_ = progressed_ = true;
        }
        wake_.notify_all();
        return s;
    });
    return true;
}

Status Pipeline::end_checkpoint() {
    Saving ended = std::move(*saving_);
    const Status s = ended.status.get();
    saving_.reset();
    saved_ = false;
    if (!s) return s;
    ++checkpoints_;
    for (Source* source : sources_) source->stored(ended.offsets);
    for (Sink* sink : sinks_) sink->stored();
    kill_point("checkpoint/told");
    const auto end = steady_clock::now();
    next_checkpoint_ = end + settings_.checkpoint_every;
    soonest_checkpoint_ = end + std::max<steady_clock::duration>(kSoonest, kRest * (end - ended.begun));
    return Done{};
}

Result<bool> Pipeline::checkpoint(steady_clock::time_point patience_ends) {
    if (!begin_checkpoint(patience_ends)) return false;
    if (Status s = end_checkpoint(); !s) return s.problems();
    return true;
}

uint64_t Pipeline::names_refused(NameSpace space) const {
    const std::scoped_lock lock(mutex_, totals_mutex_);
    return names_->refused(space) + decided_totals_.names_refused[static_cast<size_t>(space)];
}

void Pipeline::stop() {
    stop_ = true;
    wake_.notify_all();
}

RunTotals Pipeline::totals() {
    RunTotals t;
    if (!opened_) return t;
    { const std::lock_guard lock(totals_mutex_); t = decided_totals_; }
    for (auto& lane : lanes_) lane->add_totals(t);
    t.late = t.dropped[static_cast<size_t>(DropReason::late)] + t.dropped[static_cast<size_t>(DropReason::late_after_idle)];
    for (size_t i = 0; i < kNameSpaces; ++i) t.names_refused[i] = names_refused(static_cast<NameSpace>(i));
    t.checkpoints = checkpoints_;
    t.rule_changes = rule_changes_;
    t.model_changes = model_changes_;
    t.seconds = std::chrono::duration<double>(steady_clock::now() - started_).count();
    t.watermark_us = decided_until_us_;
    return t;
}

}  // namespace foreshock
