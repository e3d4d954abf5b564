// Hosts and what is named after them come and go without end. Names are turned over on the way, and what is decided is what it would be if
// there were room for all.
#include <map>
#include <set>

#include "connectors/format/native_json.h"
#include "engine/run/pipeline.h"
#include "state/memory_store.h"
#include "tests/support/catch.h"
#include "tests/unit/engine/run/seen_slots.h"
#include "tools/scenario/memory_source.h"
#include "tools/scenario/rows.h"

using namespace foreshock;
using foreshock::test::SeenSlots;

namespace {

constexpr int64_t kSecond = 1'000'000, kStart = 1'763'629'200 * kSecond, kLife = 600;
constexpr uint32_t kPods = 6, kBound = 128;

// The thread sanitizer does not see how oneTBB, which is not instrumented, hands over between threads.
#if defined(__SANITIZE_THREAD__)
constexpr bool kThreadsJudged = true;
constexpr int64_t kHours = 12;
#else
constexpr bool kThreadsJudged = false;
constexpr int64_t kHours = 96;
#endif

// Six pods, of which five are replaced by others every ten minutes, with a host, a campaign and a deployment of its own each. The sixth stays,
// and its clock is behind.
Expansion changing_pods() {
    Expansion out;
    out.partitions = 3;
    for (int64_t at = 0; at < kHours * 3600; at += 10) {
        for (uint32_t i = 0; i < kPods; ++i) {
            const bool stays = i + 1 == kPods;
            const std::string pod = "pod-" + std::to_string(i) + "-" + std::to_string(stays ? 0 : at / kLife);
            const std::string stamp = "{\"ts\":" + std::to_string(kStart + (at - (stays ? 75 : 0)) * kSecond) + ",\"host\":\"" + pod + "\",";
            std::string text = stamp + "\"type\":\"metric\",\"service\":\"web\",\"resource\":\"web-cpu\",\"metric\":\"cpu\",\"value\":" + std::to_string(at % 97) + "}";
            if (at % 60 == 10) text = stamp + "\"type\":\"transaction\",\"service\":\"web\",\"value\":" + std::to_string(at % 89) + ",\"campaign\":\"" + pod + "\"}";
            if (at % kLife == 20) text = stamp + "\"type\":\"event\",\"name\":\"deployed\",\"service\":\"web\",\"labels\":{\"pod\":\"" + pod + "\"}}";
            if (at % 3600 == 70) text = "{broken";
            append_record(out, kStart + at * kSecond, i % 3, text);
        }
    }
    out.bytes.append(kRecordPadding, ' ');
    return out;
}

struct Letters : DeadLetterOutput {
    std::multiset<std::string> written;
    std::mutex mutex;
    void write(const UndeliveredWarning&) override {}
    void write(std::string_view partition, const BadRecord& bad) override {
        const std::lock_guard lock(mutex);
        written.insert(std::string(partition) + "@" + std::to_string(bad.offset));
    }
};

struct Run {
    std::map<int64_t, std::string> slots;
    std::multiset<std::string> letters;
    RunTotals totals;
    Checkpoint last;
};

// In as many parts as there are stops, after so many records each.
Run play(const Expansion& expansion, uint32_t bound, unsigned lanes, bool parallel, const std::vector<uint64_t>& stops = {}) {
    const Model model;
    NativeJsonFactory decoders;
    MemoryStore store;
    Letters letters;
    SeenSlots seen;
    Run run;
    for (size_t part = 0; part <= stops.size(); ++part) {
        PipelineSettings settings{{}, model, decoders, store};
        settings.options.slots.max_open = 16;
        settings.options.bounds.hosts = settings.options.bounds.metric_instances = settings.options.bounds.dimension_values = settings.options.bounds.occurrences = bound;
        settings.lanes = lanes;
        settings.dead_letters = &letters;
        settings.checkpoint_every = std::chrono::milliseconds{20};
        Pipeline pipeline(settings);
        MemorySourceOptions options;
        options.batch = 30;
        options.parallel_decode = parallel;
        if (part < stops.size()) {
            options.pause_after = stops[part];
            options.paused = [&] { pipeline.stop(); };
        }
        MemorySource source(expansion, expansion.records, options);
        pipeline.add(source);
        pipeline.add(seen);
        REQUIRE(pipeline.run());
        run.totals = pipeline.totals();
        for (size_t i = 0; i < kNameSpaces; ++i) {
            CAPTURE(part, to_string(static_cast<NameSpace>(i)));
            CHECK((bound < kBound || run.totals.names_refused[i] == 0));
        }
    }
    run.slots = seen.seen;
    run.letters = letters.written;
    run.last = *store.load().value();
    return run;
}

}  // namespace

TEST_CASE("twenty times as many hosts as there is room for pass by, and nothing is refused") {
    const Expansion expansion = changing_pods();
    REQUIRE((kThreadsJudged || kHours * 3600 / kLife * (kPods - 1) > 20 * kBound));
    const Run whole = play(expansion, 100'000, 1, false);
    REQUIRE(whole.slots.size() > kHours * 350);
    REQUIRE(whole.totals.corrected_hosts == 1);
    REQUIRE(whole.letters.size() == kHours * kPods);
    const auto same = [&](const Run& other) {
        CHECK((other.slots == whole.slots));
        CHECK((other.letters == whole.letters));
        CHECK((other.last.parts == whole.last.parts));
    };
    SECTION("one lane") { same(play(expansion, kBound, 1, false)); }
    SECTION("several lanes") { same(play(expansion, kBound, 3, false)); }
    if (kThreadsJudged) return;
    SECTION("decoding in parallel") { same(play(expansion, kBound, 1, true)); }
    SECTION("several lanes that decode in parallel") { same(play(expansion, kBound, 3, true)); }
}

TEST_CASE("names are turned over before and after a restart") {
    const Expansion expansion = changing_pods();
    const Run whole = play(expansion, 100'000, 1, false), parted = play(expansion, kBound, 3, false, {20'000, 10'000});
    CHECK((parted.slots == whole.slots));
    CHECK((parted.letters == whole.letters));
    CHECK((parted.last.parts == whole.last.parts));
}

TEST_CASE("a space whose names are all in use refuses what is new, and counts it") {
    const Expansion expansion = changing_pods();
    const Run tight = play(expansion, 4, 1, false);
    CHECK(tight.totals.names_refused[static_cast<size_t>(NameSpace::metric_instance)] > 0);
    CHECK(tight.totals.dropped[static_cast<size_t>(DropReason::too_many_series)] > 0);
    for (const auto& [slot, text] : tight.slots)
        if (const size_t at = text.find('*'); at != text.npos) REQUIRE(std::stoi(text.substr(at + 1)) <= 4);
}
