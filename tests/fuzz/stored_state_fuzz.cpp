// Any bytes as stored state. The first byte says which door: keys and values as they stand in the store, or the state of a run that
// has decided some slots, with bytes changed behind every digest. It is refused with a reason, or taken and can be saved again.
#include <cstdlib>
#include <map>
#include <string>

#include "engine/run/partial_maker.h"
#include "engine/run/share_decider.h"
#include "rules/config.h"
#include "state/difference.h"

using namespace foreshock;

namespace {

constexpr std::string_view kModel = R"(services:
  web: {calls: [pay]}
  pay: {value_per_minute: 5400, slos: {latency: {indicator: p95_latency_ms, below: 300}}}
resources:
  db: {service: pay, match: {resource: '^db$'}, metrics: {cpu: {limit: 1}}, scaling: {unit: replica, step: 1, max: 4}}
calendar:
  - {name: sale, kind: campaign, services: [web], start: 2025-11-20T09:00:00Z, end: 2025-11-20T10:00:00Z, expected_ratio: 3}
rules:
  - {name: busy, when: {all: [{spike: {}}, {pressure: {}}]}}
)";
constexpr int kSlots = 60;

void require(bool holds) {
    if (!holds) std::abort();
}

const Config& config() {
    static const Config loaded = [] {
        auto c = load_config_text(kModel, "fuzz.yaml");
        require(c.ok());
        return std::move(c).value();
    }();
    return loaded;
}

ShareDecider decider() { return ShareDecider({EngineOptions{}, config().model, config().rules, layout_of(config().model, EngineOptions{}, 1), "partials/0"}); }

// A minute of quiet, then demand and use rise.
PartialMessage slot(int i, Names& names, Micros length) {
    constexpr EventTime kStart{std::chrono::seconds{1'763'629'200}};
    PartialMessage m;
    m.layout = layout_of(config().model, EngineOptions{}, 1);
    const EventTime at = kStart + i * length;
    m.sources["events/0"] = {at + 3 * length, at + 3 * length, false};
    SlotPartial& s = m.slots[slot_of(at, length).value];
    for (const char* name : {"web", "pay"}) {
        const NameId id = names.intern(NameSpace::service, name);
        if (id >= s.services.size()) s.services.resize(id + 1);
        ServicePartial& sums = s.services[id];
        sums.rows = sums.count = 100 + (i > kSlots / 2 ? 20 * i : 0);
        sums.value_micro = sums.count * 5'000'000;
        sums.latency.add(Histogram::bucket_of(static_cast<float>(20 + i)));
        s.events += static_cast<uint64_t>(sums.count);
    }
    const NameId cpu = names.intern(NameSpace::metric_instance, "pay\x1f" "db\x1f" "cpu\x1fh1");
    if (cpu >= s.metrics.size()) s.metrics.resize(cpu + 1);
    const double used = i > kSlots / 2 ? 0.3 + 0.02 * (i - kSlots / 2) : 0.3;
    s.metrics[cpu].add({1, to_fixed(used), used, (at + length / 2).time_since_epoch().count(), used, 1, 0});
    return m;
}

const Checkpoint& run() {
    static const Checkpoint made = [] {
        ShareDecider d = decider();
        SharedNames names{Bounds{}};
        for (int i = 0; i < kSlots; ++i) {
            PartialMessage m = slot(i, names, EngineOptions{}.slots.length);
            require(d.take(encode(m, names), i).ok());
        }
        require(d.decided_until().has_value());
        return d.checkpoint();
    }();
    return made;
}

class Bytes {
public:
    explicit Bytes(std::string_view in) : in_(in) {}
    bool empty() const { return in_.empty(); }
    size_t number(int bytes) {
        size_t x = 0;
        for (; bytes > 0 && !in_.empty(); --bytes, in_.remove_prefix(1)) x = x << 8 | static_cast<uint8_t>(in_.front());
        return x;
    }
    std::string text(size_t size) {
        const std::string out(in_.substr(0, size));
        in_.remove_prefix(out.size());
        return out;
    }

private:
    std::string_view in_;
};

void restore(const Checkpoint& checkpoint) {
    ShareDecider d = decider();
    const Status s = d.restore(checkpoint);
    if (!s) return require(!s.problems()[0].message.empty());
    (void)d.checkpoint();
}

void entries(Bytes in) {
    std::map<std::string, std::string> stored;
    while (!in.empty()) {
        const size_t key_size = in.number(1);
        std::string key = in.text(key_size);
        const size_t value_size = in.number(2);
        stored[std::move(key)] = in.text(value_size);
    }
    KnownState known;
    auto read = read_state(stored, "fuzz", known);
    if (!read) return require(!read.problems()[0].message.empty());
    if (read.value()) restore(*read.value());
}

void changed(Bytes in) {
    Checkpoint checkpoint = run();
    while (!in.empty()) {
        const auto part = std::next(checkpoint.parts.begin(), static_cast<std::ptrdiff_t>(in.number(1) % checkpoint.parts.size()));
        std::string& bytes = part->second;
        const size_t at = in.number(2) % (bytes.size() + 1), size = in.number(1);
        if (size == 0) bytes.resize(at);
        else bytes.replace(at, size, in.text(size));
    }
    restore(checkpoint);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    Bytes in({reinterpret_cast<const char*>(data), size});
    in.number(1) % 2 == 0 ? entries(in) : changed(in);
    return 0;
}
