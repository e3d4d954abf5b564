// A partition that is taken from one lane and given to another goes on where and as it was.
#include "engine/run/lane.h"

#include <algorithm>
#include <deque>
#include <thread>

#include "connectors/format/native_json.h"
#include "engine/base/archive.h"
#include "engine/run/shared_names.h"
#include "engine/run/slot_archive.h"
#include "tests/support/catch.h"

using namespace foreshock;

namespace {

// What the pipeline keeps of partitions that no lane has.
using Kept = std::map<std::string, PartitionState>;

constexpr const char* kName = "events/0";

// Opens the partition, serves records of it, and says its end.
class ServingLane : public SourceLane {
public:
    ServingLane(const std::vector<std::string>& records, size_t from, size_t until, PartitionNotice::Kind end) : records_(records), from_(from), until_(until), end_(end) {}
    PollResult poll(RecordBatch& batch, std::chrono::milliseconds) override {
        if (step_ == 0) {
            batch.notices.push_back({PartitionNotice::Kind::opened, 0, kName});
            for (size_t i = from_; i < until_; ++i) batch.records.push_back({records_[i].data(), static_cast<uint32_t>(records_[i].size()), 0, static_cast<int64_t>(i)});
        }
        if (step_ == 1) batch.notices.push_back({end_, 0, kName});
        return step_++ < 2 ? PollResult::records : PollResult::finished;
    }

private:
    const std::vector<std::string>& records_;
    size_t from_, until_;
    PartitionNotice::Kind end_;
    int step_ = 0;
};

// Two partitions: of one it serves a minute with every poll, of the other ten seconds, unless they are held back.
class UnevenLane : public SourceLane {
public:
    static constexpr int kSeconds = 7200;
    PollResult poll(RecordBatch& batch, std::chrono::milliseconds) override {
        for (uint32_t n = 0; n < 2; ++n) {
            if (next_[n] == 0) batch.notices.push_back({PartitionNotice::Kind::opened, n, "events/" + std::to_string(n)});
            const int until = held_[n] ? next_[n] : std::min(kSeconds, next_[n] + (n == 0 ? 60 : 10));
            for (; next_[n] < until; ++next_[n]) {
                const std::string& record = records_.emplace_back("{\"ts\":" + std::to_string(1'763'629'200 + next_[n]) + ",\"type\":\"transaction\",\"service\":\"web\",\"host\":\"h" + std::to_string(n) + "\"}");
                batch.records.push_back({record.data(), static_cast<uint32_t>(record.size()), n, next_[n]});
            }
        }
        if (!batch.records.empty()) return PollResult::records;
        return held_[0] || held_[1] ? PollResult::nothing : PollResult::finished;
    }
    bool hold_back(const std::vector<bool>& partitions) override {
        held_ = partitions;
        held_.resize(2);
        return true;
    }
private:
    std::deque<std::string> records_;
    int next_[2] = {0, 0};
    std::vector<bool> held_{false, false};
};

struct Ground {
    EngineOptions options;
    NativeJsonFactory decoders;
    std::shared_ptr<SharedNames> names = std::make_shared<SharedNames>(Bounds{});
    Kept kept;

    std::unique_ptr<Lane> lane(std::unique_ptr<SourceLane> source, std::function<bool(EventTime)> await_turn, const DecoderFactory* with = nullptr,
                               DeadLetterOutput* letters = nullptr) {
        return std::make_unique<Lane>(std::move(source),
                                      Lane::Context{options, with == nullptr ? decoders : *with, names, letters, true, kBeginningOfTime, kEndOfTime, [] {}, std::move(await_turn),
                                                    [this](const std::string& p) { return kept.contains(p) ? std::optional(kept.at(p)) : std::nullopt; },
                                                    [this](const std::string& p) { kept.erase(p); },
                                                    [this](const std::string& p, const PartitionState& s) { kept.insert_or_assign(p, s); }});
    }
    std::unique_ptr<Lane> run(const std::vector<std::string>& records, size_t from, size_t until, PartitionNotice::Kind end) {
        auto made = lane(std::make_unique<ServingLane>(records, from, until, end), [](EventTime) { return true; });
        made->run(stop);
        return made;
    }
    std::string clock_of(PartitionState state) {
        Archive a;
        state.clock.archive(a, *state.names);
        return a.take();
    }
    std::atomic<bool> stop{false};
};

// One host is a minute behind the others, and is found out after some hundred records.
std::vector<std::string> skewed_records(int count) {
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i) {
        const int64_t ts = 1'763'629'200'000 + i * 20 - (i % 4 == 0 ? 60'000 : 0);
        out.push_back("{\"ts\":" + std::to_string(ts) + ",\"type\":\"transaction\",\"service\":\"web\",\"host\":\"h" + std::to_string(i % 4) + "\"}");
    }
    return out;
}

uint64_t used(Lane& lane) {
    RunTotals t;
    lane.add_totals(t);
    return t.events;
}

}  // namespace

TEST_CASE("a lane that loses a partition hands its position and clock over, and the next goes on with them") {
    const std::vector<std::string> records = skewed_records(4'000);
    Ground one, two;
    const auto whole = one.run(records, 0, records.size(), PartitionNotice::Kind::closed);
    REQUIRE(one.kept.contains(kName));
    CHECK(one.kept.at(kName).next_offset == 4'000);

    const auto first = two.run(records, 0, 2'000, PartitionNotice::Kind::closed);
    REQUIRE(two.kept.contains(kName));
    CHECK(two.kept.at(kName).next_offset == 2'000);
    size_t seen = 0;
    first->inspect([&](const auto& states, const LaneSums&) { seen += states.size(); });
    CHECK(seen == 0);  // a checkpoint finds it in one place
    const auto second = two.run(records, 2'000, records.size(), PartitionNotice::Kind::closed);
    CHECK(two.kept.at(kName).next_offset == 4'000);
    CHECK(two.clock_of(two.kept.at(kName)) == one.clock_of(one.kept.at(kName)));
    CHECK(used(*first) + used(*second) == used(*whole));
}

TEST_CASE("a partition of which nothing was read has no position: its source's own rule holds") {
    Ground ground;
    const std::vector<std::string> none;
    const auto lane = ground.run(none, 0, 0, PartitionNotice::Kind::ended);
    lane->inspect([](const auto& states, const LaneSums&) { CHECK(states.empty()); });
    (void)ground.run(none, 0, 0, PartitionNotice::Kind::closed);
    CHECK(ground.kept.empty());
}

TEST_CASE("a partition far ahead of the others of its lane waits for them, and loses nothing") {
    Ground ground;
    ground.options.slots.max_open = 64;
    uint64_t most_open = 0, closed = 0;
    std::unique_ptr<Lane> lane;
    const auto close_what_is_due = [&](EventTime low) {  // as the deciding thread does
        RunTotals now;
        lane->add_totals(now);
        most_open = std::max(most_open, now.open_slots);
        if (low == kBeginningOfTime || low == kEndOfTime) return true;
        SlotPartial sums;
        const SlotIndex due = slot_of(low - ground.options.slots.allowed_lateness, ground.options.slots.length);
        for (auto open = lane->first_open(); open && open->value < due.value; open = lane->first_open()) lane->close(*open, sums);
        closed += sums.events;
        return true;
    };
    lane = ground.lane(std::make_unique<UnevenLane>(), close_what_is_due);
    lane->run(ground.stop);
    CHECK(used(*lane) == 2 * UnevenLane::kSeconds);
    CHECK(closed > UnevenLane::kSeconds);
    CHECK(most_open > 20);
    CHECK(most_open < 50);  // half of 64, what one poll brings, and what lateness keeps open; without waiting it were 600
}

TEST_CASE("while it is not its turn a lane reads nothing, and no partition becomes idle") {
    Ground ground;
    ground.options.slots.idle_timeout = std::chrono::milliseconds{100};
    std::unique_ptr<Lane> lane;
    int looks = 0;
    uint64_t read = 0;
    EventTime low{};
    const auto its_turn = [&](EventTime at) {
        if (at == kBeginningOfTime || ++looks > 20) return true;
        if (looks == 1) read = used(*lane);
        if (looks == 2) low = lane->progress().low;
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{10};
        while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
        CHECK(used(*lane) == read);
        if (looks > 2) CHECK(lane->progress().low == low);
        return false;
    };
    lane = ground.lane(std::make_unique<UnevenLane>(), its_turn);
    lane->run(ground.stop);
    CHECK(read > 0);
    CHECK(used(*lane) == 2 * UnevenLane::kSeconds);
}

namespace {

// Decodes as JSON; behind some batches names are turned over, as if the deciding thread came between decoding and summing.
struct OvertakenDecoders : DecoderFactory {
    struct Overtaken : Decoder {
        Overtaken(const OvertakenDecoders& o, Names& names) : owner(o), json(NativeJsonFactory().make(names)) {}
        void decode(const RecordBatch& in, EventBatch& out) override {
            json->decode(in, out);
            if (!std::exchange(owner.armed, false)) return;
            ++owner.overtaken;
            owner.turn_over();
        }
        const OvertakenDecoders& owner;
        std::unique_ptr<Decoder> json;
    };
    std::unique_ptr<Decoder> make(Names& names) const override { return std::make_unique<Overtaken>(*this, names); }
    std::function<void()> turn_over;
    mutable bool armed = false;
    mutable int overtaken = 0;
};

struct Letters : DeadLetterOutput {
    std::vector<int64_t> offsets;
    void write(const UndeliveredWarning&) override {}
    void write(std::string_view, const BadRecord& bad) override { offsets.push_back(bad.offset); }
};

// Serves the records ten by ten, closing nothing.
class SteadyLane : public SourceLane {
public:
    SteadyLane(const std::vector<std::string>& records, std::function<void()> before_poll) : records_(records), before_poll_(std::move(before_poll)) {}
    PollResult poll(RecordBatch& batch, std::chrono::milliseconds) override {
        before_poll_();
        if (next_ == 0) batch.notices.push_back({PartitionNotice::Kind::opened, 0, kName});
        if (next_ == records_.size()) return PollResult::finished;
        for (const size_t until = std::min(records_.size(), next_ + 10); next_ < until; ++next_)
            batch.records.push_back({records_[next_].data(), static_cast<uint32_t>(records_[next_].size()), 0, static_cast<int64_t>(next_)});
        return PollResult::records;
    }

private:
    const std::vector<std::string>& records_;
    std::function<void()> before_poll_;
    size_t next_ = 0;
};

// Sums of all slots, clocks and totals, by text.
std::string all_of(Lane& lane, Names& names) {
    std::string text;
    lane.inspect([&](const std::map<std::string, PartitionState*>& states, const LaneSums& sums) {
        Archive a;
        for (const auto& [name, state] : states) state->clock.archive(a, *state->names);
        for (const auto& [slot, partial] : sums.open()) archive_slot(a, *partial, names);
        text = a.take();
    });
    RunTotals t;
    lane.add_totals(t);
    text += std::to_string(t.events);
    for (const uint64_t n : t.dropped) text += ' ' + std::to_string(n);
    return text;
}

}  // namespace

TEST_CASE("what was decoded by names that were turned over meanwhile is decoded again, and said to be bad once") {
    std::vector<std::string> records = skewed_records(3'000);
    for (size_t i = 5; i < records.size(); i += 100) records[i] = "{broken";
    for (size_t i = 7; i < records.size(); i += 20)
        records[i].replace(records[i].size() - 1, 1, ",\"campaign\":\"c" + std::to_string(i) + "\"}");
    const auto run = [&](int every, Letters& letters) {
        Ground ground;
        OvertakenDecoders decoders;
        std::unique_ptr<Lane> lane;
        decoders.turn_over = [&] {
            const auto next = ground.names->next(kBeginningOfTime);
            // Others give other numbers to the same names.
            for (int i = 0; i < decoders.overtaken; ++i) next->intern(NameSpace::host, "other-" + std::to_string(i));
            Renaming to(*ground.names, *next);
            Lane::turn_over({&lane, 1}, to, next);
            ground.names = next;
        };
        int polls = 0;
        lane = ground.lane(std::make_unique<SteadyLane>(records, [&] { decoders.armed = every > 0 && ++polls % every == 0; }),
                           [](EventTime) { return true; }, &decoders, &letters);
        lane->run(ground.stop);
        CHECK((every == 0 || decoders.overtaken > 20));
        return all_of(*lane, *ground.names);
    };
    Letters undisturbed, overtaken;
    CHECK((run(0, undisturbed) == run(7, overtaken)));
    CHECK(undisturbed.offsets.size() == 30);
    CHECK((overtaken.offsets == undisturbed.offsets));
}

TEST_CASE("a partition that comes with the clock of names that were turned over goes on with it") {
    const std::vector<std::string> records = skewed_records(4'000);
    Ground one, two;
    (void)one.run(records, 0, records.size(), PartitionNotice::Kind::closed);
    (void)two.run(records, 0, 2'000, PartitionNotice::Kind::closed);
    two.names = two.names->next(kBeginningOfTime);
    for (const char* host : {"h3", "x", "h1"}) two.names->intern(NameSpace::host, host);
    const auto second = two.run(records, 2'000, records.size(), PartitionNotice::Kind::closed);
    CHECK(two.kept.at(kName).names == two.names);
    CHECK(two.clock_of(two.kept.at(kName)) == one.clock_of(one.kept.at(kName)));
}
