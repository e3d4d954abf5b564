// The whole pipeline over in-memory sources: whatever the split into batches, lanes and processes, the same is said, and
// every record is accounted for.
#include "engine/run/pipeline.h"

#include <random>

#include "connectors/format/native_json.h"
#include "state/memory_store.h"
#include "tests/support/catch.h"
#include "tools/scenario/memory_source.h"
#include "tools/scenario/rows.h"
#include "tools/scenario/scenario_run.h"

using namespace foreshock;

namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kStart = 1'763'629'200 * kSecond;

// The thread sanitizer does not see how oneTBB and RocksDB, both not instrumented, hand over between threads.
#if defined(__SANITIZE_THREAD__)
constexpr bool kThreadsJudged = true;
#else
constexpr bool kThreadsJudged = false;
#endif

std::string random_record(std::mt19937_64& random, int64_t ts) {
    const auto draw = [&](uint64_t n) { return std::to_string(random() % n); };
    const std::string at = "{\"ts\":" + std::to_string(ts) + ",\"host\":\"h" + draw(5) + "\",";
    switch (random() % 12) {
        case 0: return at + "\"type\":\"transactions\",\"service\":\"s" + draw(3) + "\",\"interval_s\":20,\"count\":" + draw(90) + ",\"value\":" + draw(900) + ",\"p95_ms\":" + draw(500) + "}";
        case 1:
        case 2:
        case 3: return at + "\"type\":\"metric\",\"resource\":\"r" + draw(3) + "\",\"metric\":\"m\",\"value\":" + draw(100) + "." + draw(1000) + ",\"limit\":100}";
        case 4: return random() % 4 == 0 ? "{broken" : at + "\"type\":\"metric\",\"resource\":\"r\"}";
        default:
            return at + "\"type\":\"transaction\",\"service\":\"s" + draw(4) + "\",\"value\":" + draw(5000) + "." + draw(100) + ",\"duration_ms\":" + draw(800) + ",\"campaign\":\"c" + draw(4) + "\"}";
    }
}

// Records of three partitions, mostly in order, some late, some far too late, some broken.
Expansion random_records(uint64_t seed, int events) {
    std::mt19937_64 random(seed);
    Expansion out;
    out.partitions = 3;
    for (int i = 0; i < events; ++i) {
        const int64_t now = kStart + i * kSecond / 20;
        const uint64_t late = random() % 100;
        const int64_t behind = late < 80 ? 0 : late < 97 ? static_cast<int64_t>(random() % 4) : static_cast<int64_t>(random() % 60);
        append_record(out, now, static_cast<uint32_t>(random() % 3), random_record(random, now - behind * kSecond));
    }
    out.bytes.append(kRecordPadding, ' ');
    return out;
}

ScenarioFile plain_scenario() {
    ScenarioFile s;
    s.file = "random";
    return s;
}

struct Watermarks : Observer {
    std::vector<SlotIndex> slots;
    uint64_t events = 0;
    void decided(const DecidedSlot& d) override {
        slots.push_back(d.slot.index);
        events += d.slot.events;
    }
};

}  // namespace

TEST_CASE("random streams say the same in every mode") {
    const ScenarioFile scenario = plain_scenario();
    for (uint64_t seed = 1; seed <= 3; ++seed) {
        const Expansion expansion = random_records(seed, 4'000);
        const RunOutcome plain = run_scenario(scenario, expansion, run_modes().front(), Micros{0});
        REQUIRE(plain.failure.empty());
        REQUIRE(plain.transcript.slots.size() > 15);
        for (const RunMode& mode : run_modes()) {
            if (kThreadsJudged && (mode.parallel_decode || mode.rocksdb)) continue;
            CAPTURE(seed, mode.name);
            const RunOutcome other = run_scenario(scenario, expansion, mode, Micros{0});
            CHECK(other.failure == "");
            CHECK(first_difference(plain.transcript, other.transcript, scenario.start) == "");
        }
    }
}

TEST_CASE("every record is used, late or dropped, once") {
    for (uint64_t seed = 11; seed <= 14; ++seed) {
        const Expansion expansion = random_records(seed, 5'000);
        const Model model;
        NativeJsonFactory decoders;
        MemoryStore store;
        PipelineSettings settings{{}, model, decoders, store};
        settings.lanes = 3;
        Pipeline pipeline(settings);
        MemorySource source(expansion, expansion.records, {});
        Watermarks seen;
        pipeline.add(source);
        pipeline.add(seen);
        REQUIRE(pipeline.run());
        const RunTotals t = pipeline.totals();
        uint64_t dropped = 0;
        for (const uint64_t n : t.dropped) dropped += n;
        CAPTURE(seed);
        CHECK(t.records == 5'000);
        CHECK(t.events + dropped == t.records);
        CHECK(seen.events == t.events);
        CHECK(t.late > 0);
        CHECK(dropped > t.late);
        CHECK(t.skipped == 0);
        CHECK(t.open_slots == 0);
    }
}

TEST_CASE("slots are decided in order, each once, and none is left out") {
    const Expansion expansion = random_records(21, 5'000);
    const Model model;
    NativeJsonFactory decoders;
    MemoryStore store;
    PipelineSettings settings{{}, model, decoders, store};
    settings.lanes = 3;
    Pipeline pipeline(settings);
    MemorySourceOptions uneven;
    uneven.batch = 17;
    uneven.uneven = true;
    MemorySource source(expansion, expansion.records, uneven);
    Watermarks seen;
    pipeline.add(source);
    pipeline.add(seen);
    REQUIRE(pipeline.run());
    REQUIRE(seen.slots.size() > 20);
    for (size_t i = 1; i < seen.slots.size(); ++i) REQUIRE(seen.slots[i].value == seen.slots[i - 1].value + 1);
    CHECK(pipeline.decided_until() >= slot_end(seen.slots.back(), std::chrono::seconds{10}));
}

TEST_CASE("events outside the asked range of time are skipped, not dropped") {
    const Expansion expansion = random_records(31, 2'000);
    const Model model;
    NativeJsonFactory decoders;
    MemoryStore store;
    PipelineSettings settings{{}, model, decoders, store};
    settings.from = EventTime{Micros{kStart + 20 * kSecond}};
    settings.to = EventTime{Micros{kStart + 50 * kSecond}};
    Pipeline pipeline(settings);
    MemorySource source(expansion, expansion.records, {});
    Watermarks seen;
    pipeline.add(source);
    pipeline.add(seen);
    REQUIRE(pipeline.run());
    REQUIRE_FALSE(seen.slots.empty());
    CHECK(slot_start(seen.slots.front(), std::chrono::seconds{10}) >= settings.from);
    CHECK(slot_end(seen.slots.back(), std::chrono::seconds{10}) <= settings.to + std::chrono::seconds{10});
    CHECK(pipeline.totals().skipped > 0);
}

TEST_CASE("an empty source ends without a slot, and restarts") {
    Expansion nothing;
    nothing.bytes.append(kRecordPadding, ' ');
    const Model model;
    NativeJsonFactory decoders;
    MemoryStore store;
    for (int run = 0; run < 2; ++run) {
        PipelineSettings settings{{}, model, decoders, store};
        Pipeline pipeline(settings);
        MemorySource source(nothing, nothing.records, {});
        pipeline.add(source);
        REQUIRE(pipeline.run());
        CHECK(pipeline.totals().slots_closed == 0);
    }
}

TEST_CASE("a finished run that is started again says nothing twice") {
    const Expansion expansion = random_records(41, 1'000);
    const Model model;
    NativeJsonFactory decoders;
    MemoryStore store;
    std::vector<size_t> decided;
    for (int run = 0; run < 2; ++run) {
        PipelineSettings settings{{}, model, decoders, store};
        Pipeline pipeline(settings);
        MemorySource source(expansion, expansion.records, {});
        Watermarks seen;
        pipeline.add(source);
        pipeline.add(seen);
        REQUIRE(pipeline.run());
        decided.push_back(seen.slots.size());
    }
    CHECK(decided[0] > 0);
    CHECK(decided[1] == 0);
}

namespace {

class FailingSource : public Source {
    class Lane : public SourceLane {
        PollResult poll(RecordBatch&, std::chrono::milliseconds) override { return PollResult::failed; }
        std::string failure() const override { return "the disk has gone"; }
    };

public:
    Result<std::vector<std::unique_ptr<SourceLane>>> open(unsigned, ResumeOffset) override {
        std::vector<std::unique_ptr<SourceLane>> lanes;
        lanes.push_back(std::make_unique<Lane>());
        return lanes;
    }
};

}  // namespace

TEST_CASE("a source that fails ends the run with its reason") {
    const Model model;
    NativeJsonFactory decoders;
    MemoryStore store;
    PipelineSettings settings{{}, model, decoders, store};
    Pipeline pipeline(settings);
    FailingSource source;
    pipeline.add(source);
    const Status status = pipeline.run();
    REQUIRE_FALSE(status);
    CHECK(status.problems().front().message == "the disk has gone");
}

TEST_CASE("stored state of another shape is refused with a way out") {
    const Expansion expansion = random_records(51, 500);
    const Model model;
    NativeJsonFactory decoders;
    MemoryStore store;
    const auto run = [&] {
        PipelineSettings settings{{}, model, decoders, store};
        Pipeline pipeline(settings);
        MemorySource source(expansion, expansion.records, {});
        pipeline.add(source);
        return pipeline.run();
    };
    REQUIRE(run());
    const Checkpoint good = *store.load().value();
    for (const auto& [part, bytes] : good.parts) {
        for (const size_t left : {size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
            Checkpoint cut = good;
            cut.parts[part].resize(left);
            REQUIRE(store.save(cut));
            CAPTURE(part, left);
            const Status status = run();
            REQUIRE_FALSE(status);
            CHECK(status.problems().front().text().find(part) != std::string::npos);
            CHECK_FALSE(status.problems().front().hint.empty());
        }
    }
}

namespace {

// A sink by its interface: keeps what waits, or does not take it.
struct WaitingSink : Sink {
    explicit WaitingSink(std::string outbox, bool takes = true) : outbox_name(std::move(outbox)), taking(takes) {}
    void deliver(std::span<const WarningRevision>) override {}
    bool flush(std::chrono::milliseconds) override { return taking; }
    std::string name() const override { return "waiting"; }
    std::string outbox() const override { return outbox_name; }
    void archive(Archive& a) override { a(waiting); }

    std::string outbox_name, waiting;
    bool taking;
};

// What waits leaves with a checkpoint, as it would to Kafka.
struct LeavingSink : WaitingSink {
    LeavingSink() : WaitingSink("leaving") {}
    bool flush(std::chrono::milliseconds) override { return gone == said; }
    void archive(Archive& a) override { a(held = said); }
    void stored() override {
        gone = held;
        why = failing;
    }
    bool awaits_checkpoint() const override { return said > held; }
    bool has_room() const override { return ++looks % 3 == 0; }
    std::string failure() const override { return why; }

    uint64_t said = 1, held = 0, gone = 0;
    mutable uint64_t looks = 0;
    std::string why, failing;
};

// Says why it does not take what was said only when it is asked to have it delivered.
struct RefusingSink : WaitingSink {
    RefusingSink() : WaitingSink("", false) {}
    bool flush(std::chrono::milliseconds) override {
        why = "too large";
        return false;
    }
    std::string failure() const override { return why; }

    std::string why;
};

Status run_with(Store& store, std::vector<Sink*> sinks, const EngineOptions& options = {}, const Model& model = {}) {
    static const Expansion expansion = random_records(61, 300);
    NativeJsonFactory decoders;
    PipelineSettings settings{options, model, decoders, store};
    Pipeline pipeline(settings);
    MemorySource source(expansion, expansion.records, {});
    pipeline.add(source);
    for (Sink* sink : sinks) pipeline.add(*sink);
    return pipeline.run();
}

std::string first_problem(const Status& status) { return status.ok() ? std::string{} : status.problems().front().message; }

}  // namespace

TEST_CASE("no checkpoint is made while an output has not taken what was said") {
    MemoryStore store;
    WaitingSink sink("", false);
    CHECK(first_problem(run_with(store, {&sink})) == "an output did not take all warnings: no checkpoint was made");
    CHECK_FALSE(store.load().value().has_value());
    RefusingSink refusing;
    CHECK(first_problem(run_with(store, {&refusing})) == "too large");
    sink.taking = true;
    CHECK(run_with(store, {&sink}));
    CHECK(store.load().value().has_value());
}

TEST_CASE("what waits for receivers is part of the checkpoint, told apart by name and order") {
    MemoryStore store;
    WaitingSink a("hook", false), b("hook", false), c("other", false);
    a.waiting = "for a";
    b.waiting = "for b";
    c.waiting = "for c";
    REQUIRE(run_with(store, {&a, &b, &c}));  // waiting is no reason to make no checkpoint
    CHECK(store.load().value()->parts.contains("outbox/hook 2"));

    WaitingSink a2("hook"), b2("hook");
    REQUIRE(run_with(store, {&a2, &b2}));
    CHECK(a2.waiting == "for a");
    CHECK(b2.waiting == "for b");

    WaitingSink c2("other");  // was not configured in between
    REQUIRE(run_with(store, {&c2}));
    CHECK(c2.waiting == "for c");
}

TEST_CASE("what leaves with a checkpoint need not wait for the usual one, and has left at the end of a run") {
    MemoryStore store;
    LeavingSink sink;
    REQUIRE(run_with(store, {&sink}));
    CHECK(sink.gone == 1);
    CHECK(sink.looks > 0);
}

TEST_CASE("a sink that is of no use any more ends the run with its reason, after a checkpoint") {
    MemoryStore store;
    LeavingSink sink;
    sink.failing = "taken over";
    CHECK(first_problem(run_with(store, {&sink})) == "taken over");
    CHECK(store.load().value().has_value());
}

TEST_CASE("the state of another app or of other slots is refused, that of another model taken by name") {
    Model model;
    model.services.resize(2);
    model.services[0].name = "shop";
    model.services[0].slos.resize(1);
    model.services[0].slos[0].name = "latency";
    model.services[1].name = "web";
    MemoryStore store;
    REQUIRE(run_with(store, {}, {}, model));
    EngineOptions other;
    other.app = "other";
    CHECK(first_problem(run_with(store, {}, other, model)) == "the stored state is that of app 'foreshock', and this is 'other'");
    other = {};
    other.slots.length = std::chrono::seconds{30};
    CHECK(first_problem(run_with(store, {}, other, model)) == "the stored state has slots of 10 s, the configuration of 30 s");
    Model changed = model;
    std::swap(changed.services[0], changed.services[1]);
    CHECK(run_with(store, {}, {}, changed));
    changed.services[1].slos[0].name = "errors";
    CHECK(run_with(store, {}, {}, changed));
    changed.services.resize(1);
    CHECK(run_with(store, {}, {}, changed));
    const Checkpoint last = *store.load().value();
    CHECK(last.parts.at("inventory").find("shop") == std::string::npos);  // named no more

    Checkpoint old = last;  // of a version that did not note the names
    old.parts.erase("numbering");
    REQUIRE(store.save(old));
    CHECK_THAT(first_problem(run_with(store, {}, {}, model)), Catch::Matchers::Contains("under a service model with other services"));
    Checkpoint broken = last;
    broken.parts["numbering"].resize(9);
    REQUIRE(store.save(broken));
    CHECK_THAT(first_problem(run_with(store, {}, {}, model)), Catch::Matchers::Contains("part numbering does not fit"));
}
