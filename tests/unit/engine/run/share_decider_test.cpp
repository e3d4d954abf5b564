// Ingest instances that are cut, killed and given each other's partitions, and a correlation instance that is killed and restored: together
// they decide the same slots with the same sums as one pipeline.
#include "engine/run/share_decider.h"

#include <map>
#include <random>

#include "connectors/format/native_json.h"
#include "engine/run/partial_maker.h"
#include "engine/run/pipeline.h"
#include "state/memory_store.h"
#include "tests/support/catch.h"
#include "tests/unit/engine/run/seen_slots.h"
#include "tools/scenario/memory_source.h"
#include "tools/scenario/rows.h"

using namespace foreshock;
using foreshock::test::SeenSlots;

namespace {

constexpr int64_t kSecond = 1'000'000, kStart = 1'763'629'200 * kSecond;
using Steady = PartialMaker::Clock;

// Hosts, resources' instances and campaigns are others after so many events; 0: never.
Expansion random_records(uint64_t seed, int events, int lifetime = 0, int64_t spacing = kSecond / 20) {
    std::mt19937_64 random(seed);
    Expansion out;
    out.partitions = 3;
    const auto draw = [&](uint64_t n) { return std::to_string(random() % n); };
    for (int i = 0; i < events; ++i) {
        const int64_t now = kStart + i * spacing;
        const std::string life = lifetime > 0 ? "-" + std::to_string(i / lifetime) : "";
        const uint64_t late = random() % 100;
        const int64_t ts = now - kSecond * (late < 80 ? 0 : late < 97 ? static_cast<int64_t>(random() % 4) : static_cast<int64_t>(random() % 60));
        const std::string at = "{\"ts\":" + std::to_string(ts) + ",\"host\":\"h" + draw(5) + life + "\",";
        std::string text = at + "\"type\":\"transaction\",\"service\":\"s" + draw(4) + "\",\"value\":" + draw(5000) + ",\"duration_ms\":" + draw(800) + ",\"campaign\":\"c" + draw(4) + life + "\"}";
        if (random() % 4 == 0) text = at + "\"type\":\"metric\",\"service\":\"s" + draw(4) + "\",\"resource\":\"r" + draw(3) + "\",\"metric\":\"m\",\"value\":" + draw(100) + ",\"limit\":100}";
        if (random() % 50 == 0) text = "{broken";
        append_record(out, now, static_cast<uint32_t>(random() % 3), text);
    }
    out.bytes.append(kRecordPadding, ' ');
    return out;
}

// A run of one process: what has to come out.
std::map<int64_t, std::string> alone(const Expansion& expansion) {
    const Model model;
    NativeJsonFactory decoders;
    MemoryStore store;
    PipelineSettings settings{{}, model, decoders, store};
    Pipeline pipeline(settings);
    MemorySource source(expansion, expansion.records, {});
    SeenSlots seen;
    pipeline.add(source);
    pipeline.add(seen);
    REQUIRE(pipeline.run());
    return seen.seen;
}

// Kafka as this test needs it: what was committed is there, what was not is gone.
struct Cluster {
    explicit Cluster(const Expansion& e) : expansion(e) {
        for (const TimedRecord& r : e.records) log[r.partition].push_back(&r);
    }
    static std::string name(uint32_t p) { return "events/" + std::to_string(p); }

    const Expansion& expansion;
    std::map<uint32_t, std::vector<const TimedRecord*>> log;
    std::map<std::string, int64_t> offsets;
    std::map<std::string, std::string> clocks;
    std::vector<std::string> partials;
    uint64_t refused = 0;  // by the ingest instances
};

class Instance {
public:
    Instance(Cluster& cluster, const EngineOptions& options, const Model& model, const Components& components)
        : cluster_(cluster),
          maker_({options, model, components, decoders_, nullptr, 2000,
                  [this](const std::string& p) { return PartitionStart{cluster_.offsets[p], cluster_.clocks[p]}; },
                  [] { return std::set<std::string>{"events/0", "events/1", "events/2"}; }}) {}

    void give(const std::vector<uint32_t>& partitions) {
        RecordBatch batch;
        for (const uint32_t p : held_) batch.notices.push_back({PartitionNotice::Kind::closed, p, Cluster::name(p)});
        for (const uint32_t p : partitions) {
            batch.notices.push_back({PartitionNotice::Kind::opened, p, Cluster::name(p)});
            next_[p] = cluster_.offsets[Cluster::name(p)];
        }
        held_ = partitions;
        maker_.take(batch, Steady::now());
    }
    // Reads up to so many records; false when there are none.
    bool read(std::mt19937_64& random) {
        RecordBatch batch;
        for (const uint32_t p : held_) {
            for (uint64_t n = 1 + random() % 60; n > 0 && next_[p] < static_cast<int64_t>(cluster_.log[p].size()); --n, ++next_[p]) {
                const TimedRecord& r = *cluster_.log[p][static_cast<size_t>(next_[p])];
                batch.records.push_back({cluster_.expansion.bytes.data() + r.begin, r.size, p, next_[p]});
            }
        }
        batch.padded = true;
        maker_.take(batch, Steady::now());
        return !batch.records.empty();
    }
    void commit(Steady::time_point now) {
        PartialCut cut = maker_.cut(now);
        for (auto& m : cut.messages) cluster_.partials.push_back(m.bytes);
        for (const auto& o : cut.offsets) cluster_.offsets[o.partition] = o.next;
        for (const auto& [p, bytes] : cut.clocks) cluster_.clocks[p] = bytes;
        cluster_.refused += maker_.totals().dropped[static_cast<size_t>(DropReason::too_many_series)];
    }

private:
    Cluster& cluster_;
    NativeJsonFactory decoders_;
    PartialMaker maker_;
    std::vector<uint32_t> held_;
    std::map<uint32_t, int64_t> next_;
};

std::vector<std::vector<uint32_t>> dealt(std::mt19937_64& random) {
    std::vector<std::vector<uint32_t>> to(2);
    for (uint32_t p = 0; p < 3; ++p) to[random() % 2].push_back(p);
    return to;
}

// Two ingest instances over the whole log, rebalanced and losing what they had not committed now and then.
void ingest(Cluster& cluster, std::mt19937_64& random, const EngineOptions& options, const Model& model) {
    const Components components(model, {}, 1);
    std::vector<std::unique_ptr<Instance>> instances(2);
    const auto rebalance = [&](bool kill) {
        const auto to = dealt(random);
        for (size_t i = 0; i < 2; ++i) {
            if (kill || !instances[i]) instances[i] = std::make_unique<Instance>(cluster, options, model, components);
            instances[i]->give(to[i]);
        }
    };
    rebalance(true);
    for (bool more = true; more;) {
        more = false;
        for (auto& instance : instances) {
            more = instance->read(random) || more;
            if (random() % 2 == 0) instance->commit(Steady::now());
        }
        if (!more) break;
        if (random() % 8 == 0) rebalance(random() % 2 == 0);
    }
    // All is read: cut, and silent for so long that nothing is held back.
    for (auto& instance : instances) instance->commit(Steady::now() + options.slots.idle_timeout + std::chrono::seconds{1});
}

}  // namespace

TEST_CASE("instances that are killed and rebalanced sum the same slots as one process") {
    for (uint64_t seed = 1; seed <= 6; ++seed) {
        std::mt19937_64 random(seed);
        const Expansion expansion = random_records(seed, 3'000);
        const auto expected = alone(expansion);
        REQUIRE(expected.size() > 10);
        const EngineOptions options;
        const Model model;
        Cluster cluster(expansion);
        ingest(cluster, random, options, model);
        // Killed between messages: everything since the last checkpoint is taken again.
        const auto make = [&](SeenSlots& seen) {
            auto share = std::make_unique<ShareDecider>(ShareDecider::Settings{options, model, {}, layout_of(model, options, 1), "partials/0"});
            share->add(seen);
            return share;
        };
        SeenSlots seen;
        auto share = make(seen);
        MemoryStore store;
        for (size_t i = 0; i < cluster.partials.size(); ++i) {
            REQUIRE(share->take(cluster.partials[i], static_cast<int64_t>(i)).ok());
            if (random() % 5 == 0) REQUIRE(store.save(share->checkpoint()).ok());
            if (random() % 20 != 0) continue;
            share = make(seen);
            const auto last = store.load().value();
            if (last) REQUIRE(share->restore(*last).ok());
            i = last ? static_cast<size_t>(*share->next_offset()) - 1 : static_cast<size_t>(-1);
        }
        CAPTURE(seed);
        CHECK(seen.seen == expected);
        // Nothing is decided between two: the stages are not archived again, and stay.
        REQUIRE(store.save(share->checkpoint()).ok());
        const Checkpoint before = *store.load().value(), idle = share->checkpoint();
        CHECK(idle.unchanged.contains("detect"));
        CHECK_FALSE(idle.parts.contains("detect"));
        REQUIRE(store.save(idle).ok());
        CHECK((store.load().value()->parts == before.parts));
    }
}

TEST_CASE("instances through which more names pass than they have room for sum the same slots") {
    std::mt19937_64 random(7);
    const Expansion expansion = random_records(7, 30'000, 300, kSecond / 5);
    EngineOptions options;
    options.bounds.metric_instances = 400;  // of more than 4,000
    options.bounds.dimension_values = 120;  // of 400
    const Model model;
    Cluster cluster(expansion);
    ingest(cluster, random, options, model);
    CHECK(cluster.refused == 0);
    ShareDecider share({options, model, {}, layout_of(model, options, 1), "partials/0"});
    SeenSlots seen;
    share.add(seen);
    for (size_t i = 0; i < cluster.partials.size(); ++i) REQUIRE(share.take(cluster.partials[i], static_cast<int64_t>(i)).ok());
    CHECK(share.totals().dropped[static_cast<size_t>(DropReason::too_many_series)] == 0);
    CHECK((seen.seen == alone(expansion)));
}

TEST_CASE("a slot waits for partitions that nobody has read yet, and for none that are gone") {
    const EngineOptions options;
    const Model model;
    const std::string layout = layout_of(model, options, 1);
    ShareDecider share({options, model, {}, layout, "partials/0"});
    SeenSlots seen;
    share.add(seen);
    SharedNames names{Bounds{}};
    int64_t offset = 0;
    const auto tell = [&](PartialMessage m) {
        m.layout = layout;
        REQUIRE(share.take(encode(m, names), offset++).ok());
    };
    const EventTime late{Micros{kStart + 100 * kSecond}};
    PartialMessage first;
    first.all = {"a/0", "a/1"};
    first.sources["a/0"] = {late, late, false};
    first.slots[kStart / (10 * kSecond)].events = 1;
    tell(first);
    CHECK(seen.seen.empty());
    PartialMessage second;
    second.sources["a/1"] = {kBeginningOfTime, kBeginningOfTime, true};  // silent
    tell(second);
    CHECK(seen.seen.size() == 9);
    PartialMessage back;  // what it brings for slots that were decided without it is counted
    back.sources["a/1"] = {late, late, false};
    back.slots[kStart / (10 * kSecond) + 1].events = 3;
    tell(back);
    CHECK(share.totals().dropped[static_cast<size_t>(DropReason::late_after_idle)] == 3);
    PartialMessage fewer;
    fewer.all = {"a/0"};
    fewer.sources["a/0"] = {late + std::chrono::seconds{50}, late + std::chrono::seconds{50}, false};
    tell(fewer);
    CHECK(seen.seen.size() == 14);
}

TEST_CASE("sums of another model or another cut are refused") {
    const EngineOptions options;
    const Model model;
    ShareDecider share({options, model, {}, layout_of(model, options, 2), "partials/0"});
    SharedNames names{Bounds{}};
    PartialMessage m;
    m.layout = layout_of(model, options, 3);
    const Status refused = share.take(encode(m, names), 17);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.problems().front().message.find("partials/0 at offset 17") != std::string::npos);
    CHECK_FALSE(share.take("nonsense", 18).ok());
    CHECK_FALSE(share.next_offset());
}
