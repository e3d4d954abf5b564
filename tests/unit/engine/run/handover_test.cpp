// A partition that moves between the lanes of a live run keeps its position and its clock, whichever lane comes to know of it first.
#include <array>
#include <atomic>
#include <thread>

#include "connectors/format/native_json.h"
#include "engine/run/pipeline.h"
#include "state/memory_store.h"
#include "tests/support/catch.h"

using namespace foreshock;

namespace {

constexpr const char* kName = "events/0";
constexpr size_t kHalf = 2'000;

// One host is a minute behind the others, which the clock of the partition finds out.
std::vector<std::string> make_records() {
    std::vector<std::string> out;
    for (int i = 0; i < static_cast<int>(2 * kHalf); ++i) {
        const int64_t ts = 1'763'629'200'000 + i * 20 - (i % 4 == 0 ? 60'000 : 0);
        out.push_back("{\"ts\":" + std::to_string(ts) + ",\"type\":\"transaction\",\"service\":\"web\",\"host\":\"h" + std::to_string(i % 4) + "\"}" + std::string(kRecordPadding, ' '));
    }
    return out;
}

// What a poll says. It waits until the other lane has begun its poll number `after`, and so knows what came of those before.
struct Poll {
    std::vector<PartitionNotice> notices;
    size_t from = 0, until = 0;  // records, of partition number `of`
    uint32_t of = 0;
    int after = 0;
};

struct Script {
    std::vector<std::vector<Poll>> lanes;
    std::vector<std::string> records = make_records();
    std::array<std::atomic<int>, 2> begun{};
};

class ScriptedSource : public Source {
    struct Lane : SourceLane {
        Lane(Script& s, size_t n) : script(s), number(n) {}
        PollResult poll(RecordBatch& batch, std::chrono::milliseconds) override {
            const auto poll = static_cast<size_t>(script.begun[number]++);
            const std::vector<Poll>& polls = script.lanes[number];
            if (poll >= polls.size()) return PollResult::finished;
            const Poll& p = polls[poll];
            while (script.begun[1 - number] < p.after) std::this_thread::yield();
            batch.notices = p.notices;
            for (size_t i = p.from; i < p.until; ++i) {
                const std::string& r = script.records[i];
                batch.records.push_back({r.data(), static_cast<uint32_t>(r.size() - kRecordPadding), p.of, static_cast<int64_t>(i)});
            }
            return PollResult::records;
        }
        Script& script;
        size_t number;
    };

public:
    explicit ScriptedSource(Script& script) : script_(script) {}
    Result<std::vector<std::unique_ptr<SourceLane>>> open(unsigned, ResumeOffset) override {
        std::vector<std::unique_ptr<SourceLane>> lanes;
        for (size_t i = 0; i < script_.lanes.size(); ++i) lanes.push_back(std::make_unique<Lane>(script_, i));
        return lanes;
    }

private:
    Script& script_;
};

PartitionNotice opened(uint32_t number) { return {PartitionNotice::Kind::opened, number, kName}; }
PartitionNotice closed(uint32_t number) { return {PartitionNotice::Kind::closed, number, kName}; }

struct Kept {
    std::vector<PartitionOffset> offsets;
    std::string clocks;
    uint64_t events = 0;
};

Kept play(std::vector<std::vector<Poll>> lanes) {
    Script script{std::move(lanes)};
    for (auto& b : script.begun) b = 0;
    const Model model;
    NativeJsonFactory decoders;
    MemoryStore store;
    PipelineSettings settings{{}, model, decoders, store};
    settings.live = true;
    settings.options.slots.idle_timeout = std::chrono::seconds{3};  // a lane without partitions holds the others back for so long
    Pipeline pipeline(settings);
    ScriptedSource source(script);
    pipeline.add(source);
    REQUIRE(pipeline.run());
    const Checkpoint made = *store.load().value();
    return {made.offsets, made.parts.at("clocks"), pipeline.totals().events};
}

}  // namespace

TEST_CASE("a partition that moves keeps its position and clock") {
    const Kept whole = play({{{{opened(0)}, 0, kHalf}, {{}, kHalf, 2 * kHalf}}, {}});
    REQUIRE(whole.offsets.size() == 1);
    REQUIRE(whole.offsets[0].next == static_cast<int64_t>(2 * kHalf));
    std::vector<std::vector<Poll>> lanes;
    SECTION("taken and given back in one batch") { lanes = {{{{opened(0)}, 0, kHalf}, {{closed(0), opened(1)}, kHalf, 2 * kHalf, 1}}, {}}; }
    SECTION("to another lane, which comes to know of it later") { lanes = {{{{opened(0)}, 0, kHalf}, {{closed(0)}}}, {{{opened(0)}, kHalf, 2 * kHalf, 0, 3}}}; }
    SECTION("to another lane, which comes to know of it first") {
        lanes = {{{{opened(0)}, 0, kHalf}, {{closed(0)}, 0, 0, 0, 2}}, {{{opened(0)}, kHalf, 2 * kHalf, 0, 2}}};
    }
    const Kept moved = play(std::move(lanes));
    CHECK(moved.events == whole.events);
    REQUIRE(moved.offsets.size() == 1);
    CHECK(moved.offsets[0].next == whole.offsets[0].next);
    CHECK(moved.clocks == whole.clocks);
}

TEST_CASE("a partition that is taken and given back stays where it was, though nothing more comes") {
    const Kept back = play({{{{opened(0)}, 0, kHalf}, {{closed(0), opened(1)}}}, {}});
    REQUIRE(back.offsets.size() == 1);
    CHECK(back.offsets[0].next == static_cast<int64_t>(kHalf));
}
