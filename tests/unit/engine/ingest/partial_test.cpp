// Merging in any order gives the same bytes: what makes ingest parallel.
#include "engine/ingest/partial.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

#include "engine/ingest/lane_sums.h"
#include "engine/run/checkpoint.h"
#include "engine/run/shared_names.h"
#include "tests/support/catch.h"

using namespace foreshock;

namespace {

constexpr int64_t kStart = 1'763'629'200'000'000;

struct Stream {
    SharedNames names{Bounds{}};
    EventBatch batch;
    std::mt19937_64 random;

    explicit Stream(uint64_t seed) : random(seed) {}
    uint64_t draw(uint64_t n) { return random() % n; }

    void transaction(Event& e) {
        e.value_micro = static_cast<int64_t>(draw(2'000'000'000)) - 500'000'000;
        e.failed = draw(10) == 0;
        e.currency = draw(2) != 0 ? 'E' << 16 | 'U' << 8 | 'R' : 0;
        e.has_latency = draw(5) != 0;
        e.latency = Histogram::bucket_of(static_cast<float>(draw(100'000)) / 10.0F);
        for (size_t d = 0; d < 2; ++d)
            if (draw(2) != 0) e.dimensions[d] = names.intern(NameSpace::dimension_value, std::to_string(d) + kNameSeparator + "v" + std::to_string(draw(9)));
    }
    void summary(Event& e) {
        Summary s;
        s.count = static_cast<int64_t>(draw(500));
        s.failed = static_cast<int64_t>(draw(5));
        s.interval_us = static_cast<int64_t>(1 + draw(60)) * 1'000'000;
        s.p50_ms = static_cast<double>(draw(100));
        s.p95_ms = draw(3) != 0 ? s.p50_ms * 2.5 : -1;
        e.kind = EventKind::summary;
        e.detail = static_cast<uint32_t>(batch.summaries.size());
        batch.summaries.push_back(s);
    }
    void metric(Event& e) {
        MetricSample m;
        m.instance = names.intern(NameSpace::metric_instance, "s\x1fr" + std::to_string(draw(4)) + "\x1fm\x1fh" + std::to_string(draw(3)));
        m.value = static_cast<double>(draw(1'000'000)) / 997.0;
        m.max = m.value * 1.5;
        if (draw(3) != 0) m.limit = static_cast<double>(100 * (1 + draw(3)));
        if (draw(4) == 0) m.interval_us = 10'000'000;
        e.kind = EventKind::metric;
        e.detail = static_cast<uint32_t>(batch.metrics.size());
        batch.metrics.push_back(m);
    }
    void fill(size_t events) {
        for (size_t i = 0; i < events; ++i) {
            Event e;
            e.ts_us = kStart + static_cast<int64_t>(draw(10'000'000 - 2)) + 1;
            e.service = names.intern(NameSpace::service, "service-" + std::to_string(draw(5)));
            const uint64_t kind = draw(10);
            if (kind == 0) summary(e);
            else if (kind < 4) metric(e);
            else transaction(e);
            batch.events.push_back(e);
        }
    }
    std::string bytes(SlotPartial& sums) {
        Archive a;
        archive_slot(a, sums, names);
        return a.take();
    }
};

std::vector<size_t> in_order(const Stream& stream) {
    std::vector<size_t> order(stream.batch.events.size());
    std::iota(order.begin(), order.end(), size_t{0});
    return order;
}

// The events dealt out to `parts` lanes in the order given, each lane closed, and the slots merged in a random order.
std::string dealt(Stream& stream, const std::vector<size_t>& order, size_t parts) {
    std::vector<std::unique_ptr<LaneSums>> lanes;
    for (size_t i = 0; i < parts; ++i) lanes.push_back(std::make_unique<LaneSums>(std::chrono::seconds{10}, 8));
    for (const size_t i : order) {
        const Event& e = stream.batch.events[i];
        REQUIRE_FALSE(lanes[stream.draw(parts)]->add(e, e.ts_us, stream.batch, kStart, 0));
    }
    std::vector<SlotPartial> slots(parts);
    for (size_t i = 0; i < parts; ++i) lanes[i]->close(slot_of(EventTime{Micros{kStart}}, std::chrono::seconds{10}), slots[i]);
    std::shuffle(slots.begin(), slots.end(), stream.random);
    while (slots.size() > 1) {  // any tree of merges
        const size_t into = stream.draw(slots.size() - 1);
        slots[into].merge(slots.back());
        slots.pop_back();
    }
    return stream.bytes(slots[0]);
}

}  // namespace

TEST_CASE("events in any order, dealt out in any way, give equal bytes") {
    for (uint64_t seed = 1; seed <= 12; ++seed) {
        CAPTURE(seed);
        Stream stream(seed);
        stream.fill(600);
        std::vector<size_t> order = in_order(stream);
        const std::string once = dealt(stream, order, 1);
        CHECK(once.size() > 500);
        for (size_t parts = 1; parts <= 7; ++parts) {
            std::shuffle(order.begin(), order.end(), stream.random);
            REQUIRE(dealt(stream, order, parts) == once);
        }
    }
}

TEST_CASE("saved sums of a slot come back under other name numbers") {
    Stream stream(99);
    stream.fill(400);
    const std::string bytes = dealt(stream, in_order(stream), 3);

    SharedNames other{Bounds{}};
    other.intern(NameSpace::service, "service-4");
    other.intern(NameSpace::dimension_value, std::string("1") + kNameSeparator + "v3");
    SlotPartial restored;
    Archive load(bytes);
    archive_slot(load, restored, other);
    REQUIRE(load.ok());
    CHECK(load.at_end());
    Archive again;
    archive_slot(again, restored, other);
    CHECK(again.take() == bytes);
}

TEST_CASE("sums that go by other names are the same sums") {
    Stream stream(6);
    stream.fill(300);
    const std::string bytes = dealt(stream, in_order(stream), 3);
    SlotPartial sums;
    Archive load(bytes);
    archive_slot(load, sums, stream.names);
    SharedNames other{Bounds{}};
    for (const char* service : {"x", "service-2", "service-1"}) other.intern(NameSpace::service, service);
    Renaming to(stream.names, other);
    sums.rename(to);
    Archive again;
    archive_slot(again, sums, other);
    CHECK(again.take() == bytes);
}

TEST_CASE("cut or altered bytes of a slot are refused, never read beyond") {
    Stream stream(5);
    stream.fill(100);
    const std::string bytes = dealt(stream, in_order(stream), 2);
    for (size_t n = 0; n < bytes.size(); n += 1 + n / 16) {
        SharedNames names{Bounds{}};
        SlotPartial sums;
        Archive cut(std::string_view(bytes).substr(0, n));
        archive_slot(cut, sums, names);
        REQUIRE_FALSE(cut.ok());
    }
    for (size_t i = 0; i < 300; ++i) {
        std::string altered = bytes;
        altered[stream.draw(altered.size())] ^= static_cast<char>(1 + stream.draw(255));
        SharedNames names{Bounds{}};
        SlotPartial sums;
        Archive a(altered);
        archive_slot(a, sums, names);  // good or refused, but back
    }
}

TEST_CASE("the last sample of a metric is the one with the greatest time, whatever comes first") {
    const auto sample = [](int64_t at, double value, double limit) {
        MetricPartial p;
        p.samples = 1;
        p.sum = to_fixed(value);
        p.max = value;
        p.last_us = at;
        p.last = value;
        p.limit = limit;
        return p;
    };
    std::vector<MetricPartial> samples{sample(1, -5, 100), sample(3, -7, std::nan("")), sample(3, -7, 200), sample(2, -2, 300)};
    std::vector<size_t> order{0, 1, 2, 3};
    do {
        MetricPartial all;
        for (const size_t i : order) all.add(samples[i]);
        REQUIRE(all.samples == 4);
        REQUIRE(all.last_us == 3);
        REQUIRE(all.last == -7);
        REQUIRE(all.limit == 200);
        REQUIRE(all.max == -2);
        REQUIRE(from_fixed(all.sum) == -21);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("fixed point keeps a millionth over any number of samples") {
    MetricPartial all;
    MetricPartial one;
    one.samples = 1;
    one.sum = to_fixed(1e12 + 0.125);
    for (int i = 0; i < 100'000; ++i) all.add(one);
    CHECK(from_fixed(all.sum) / static_cast<double>(all.samples) == Catch::Approx(1e12 + 0.125).epsilon(1e-15));
}

TEST_CASE("dimension sums grow and keep every entry") {
    DimensionSums sums;
    std::map<std::pair<NameId, NameId>, std::pair<int64_t, int64_t>> expected;
    std::mt19937 random(1);
    for (int i = 0; i < 20'000; ++i) {
        const NameId service = 1 + random() % 7, value = random() % 100 == 0 ? kNameOverflow : 1 + random() % 900;
        sums.add(service, value, 1, i);
        auto& e = expected[{service, value}];
        e.first += 1;
        e.second += i;
    }
    size_t found = 0;
    sums.each([&](const DimensionSums::Entry& e) {
        ++found;
        CHECK(expected.at({e.service, e.value}) == std::pair(e.count, e.value_micro));
    });
    CHECK(found == expected.size());
    sums.clear();
    sums.each([](const DimensionSums::Entry&) { FAIL("an entry after clear"); });
}
