// When checkpoints are made, beside what is decided.
#include "engine/run/checkpoint.h"

#include <atomic>

#include "connectors/format/native_json.h"
#include "engine/run/pipeline.h"
#include "state/memory_store.h"
#include "tests/support/catch.h"
#include "tools/scenario/memory_source.h"
#include "tools/scenario/rows.h"

using namespace foreshock;

namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kStart = 1'763'629'200 * kSecond;

Expansion half_an_hour() {
    Expansion out;
    out.partitions = 1;
    for (int64_t at = kStart; at < kStart + 1800 * kSecond; at += kSecond)
        append_record(out, at, 0, "{\"ts\":" + std::to_string(at) + ",\"type\":\"metric\",\"resource\":\"r\",\"metric\":\"m\",\"value\":1,\"limit\":2}");
    out.bytes.append(kRecordPadding, ' ');
    return out;
}

}  // namespace

TEST_CASE("slots are decided while a checkpoint is being stored") {
    constexpr size_t kDecided = 80;  // of the slots whose records come before the source falls silent
    struct Decided : Observer {
        std::atomic<size_t> slots{0};
        void decided(const DecidedSlot&) override {
            ++slots;
            slots.notify_all();
        }
    } seen;
    struct SlowStore : MemoryStore {
        explicit SlowStore(Decided& s) : seen(s) {}
        Status save(const Checkpoint& c) override {
            if (saved++ > 0) return MemoryStore::save(c);
            for (size_t now = seen.slots; now < kDecided; now = seen.slots) seen.slots.wait(now);
            pipeline->stop();
            return MemoryStore::save(c);
        }
        Decided& seen;
        Pipeline* pipeline = nullptr;
        int saved = 0;
    } store(seen);
    const Expansion expansion = half_an_hour();
    const Model model;
    NativeJsonFactory decoders;
    PipelineSettings settings{{}, model, decoders, store};
    settings.checkpoint_every = std::chrono::milliseconds{0};
    Pipeline pipeline(settings);
    store.pipeline = &pipeline;
    MemorySourceOptions silent;
    silent.pause_after = kDecided * 10 + 100;
    silent.paused = [] {};
    MemorySource source(expansion, expansion.records, silent);
    pipeline.add(source);
    pipeline.add(seen);
    REQUIRE(pipeline.run());
    CHECK(store.saved >= 2);
    CHECK(seen.slots >= kDecided);
    CHECK(store.load().value()->decided_until == pipeline.decided_until());
}
