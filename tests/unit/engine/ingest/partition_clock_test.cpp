#include "engine/ingest/partition_clock.h"

#include <random>

#include "engine/base/archive.h"
#include "engine/plan/options.h"
#include "engine/run/shared_names.h"
#include "tests/support/catch.h"

using namespace foreshock;

namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kStart = 1'763'629'200 * kSecond;

PartitionClock clock_with_jump() { return PartitionClock(std::chrono::seconds{30}); }

// Four hosts in turn, ten events a second, host 4 off by `off`; returns the greatest error of a returned time after `settled`.
int64_t greatest_error(PartitionClock& clock, int64_t off, int events, int settled) {
    int64_t worst = 0;
    for (int i = 0; i < events; ++i) {
        const auto host = static_cast<NameId>(1 + i % 4);
        const int64_t truth = kStart + i * kSecond / 10;
        const int64_t said = clock.observe(truth + (host == 4 ? off : 0), host);
        if (i >= settled) worst = std::max(worst, std::abs(said - truth));
    }
    return worst;
}

}  // namespace

TEST_CASE("a clock without events knows no time") {
    const PartitionClock clock = clock_with_jump();
    CHECK(clock.now() == kBeginningOfTime);
    CHECK(clock.corrected_hosts() == 0);
}

TEST_CASE("the clock is the greatest time seen") {
    PartitionClock clock = clock_with_jump();
    CHECK(clock.observe(kStart, 1) == kStart);
    CHECK(clock.observe(kStart + 5 * kSecond, 1) == kStart + 5 * kSecond);
    CHECK(clock.observe(kStart + 2 * kSecond, 1) == kStart + 2 * kSecond);
    CHECK(clock.now_us() == kStart + 5 * kSecond);
}

TEST_CASE("the clock never goes back, whatever comes") {
    std::mt19937 random(7);
    PartitionClock clock = clock_with_jump();
    int64_t before = clock.now_us();
    for (int i = 0; i < 20'000; ++i) {
        const int64_t wild = random() % 50 == 0 ? static_cast<int64_t>(random() % 10'000) - 5'000 : static_cast<int64_t>(random() % 4) - 2;
        clock.observe(kStart + (i / 10 + wild) * kSecond, random() % 6);
        REQUIRE(clock.now_us() >= before);
        before = clock.now_us();
    }
}

TEST_CASE("one event far ahead moves nothing") {
    PartitionClock clock = clock_with_jump();
    clock.observe(kStart, 1);
    clock.observe(kStart + 3600 * kSecond, 2);
    CHECK(clock.now_us() == kStart);
    CHECK(clock.last_word_us() == kStart + 3600 * kSecond);  // until somebody contradicts it
    clock.observe(kStart + kSecond, 1);
    CHECK(clock.now_us() == kStart + kSecond);
    CHECK(clock.last_word_us() == kStart + kSecond);
}

TEST_CASE("a leap is believed once another host agrees, or the same one insists") {
    PartitionClock two = clock_with_jump();
    two.observe(kStart, 1);
    two.observe(kStart + 3600 * kSecond, 1);
    two.observe(kStart + 3601 * kSecond, 2);
    CHECK(two.now_us() == kStart + 3600 * kSecond);

    PartitionClock one = clock_with_jump();
    one.observe(kStart, 1);
    int needed = 0;
    while (one.now_us() == kStart && needed < 100) one.observe(kStart + (3600 + needed++) * kSecond, 1);
    CHECK(needed == 8);
    CHECK(one.now_us() == kStart + 3600 * kSecond);
}

TEST_CASE("events without a host confirm each other") {
    PartitionClock clock = clock_with_jump();
    clock.observe(kStart, kNoName);
    clock.observe(kStart + 7200 * kSecond, kNoName);
    CHECK(clock.now_us() == kStart);
    clock.observe(kStart + 7201 * kSecond, kNoName);
    CHECK(clock.now_us() == kStart + 7200 * kSecond);
}

TEST_CASE("a host that is ahead is corrected and never closes slots early") {
    for (const int64_t off : {6 * kSecond, 20 * kSecond, 75 * kSecond, 3600 * kSecond}) {
        CAPTURE(off);
        PartitionClock clock = clock_with_jump();
        CHECK(greatest_error(clock, off, 8'000, 2'000) <= 2 * kSecond);
        CHECK(clock.corrected_hosts() == 1);
        CHECK(clock.now_us() <= kStart + 800 * kSecond + 31 * kSecond);
    }
}

TEST_CASE("a host that is behind is corrected") {
    for (const int64_t off : {-6 * kSecond, -40 * kSecond, -3600 * kSecond}) {
        CAPTURE(off);
        PartitionClock clock = clock_with_jump();
        CHECK(greatest_error(clock, off, 8'000, 2'000) <= 2 * kSecond);
        CHECK(clock.corrected_hosts() == 1);
    }
}

TEST_CASE("ordinary delay is no wrong clock") {
    PartitionClock clock = clock_with_jump();
    CHECK(greatest_error(clock, -3 * kSecond, 8'000, 0) <= 3 * kSecond);
    CHECK(clock.corrected_hosts() == 0);
}

TEST_CASE("a restored clock judges as the one that was saved") {
    std::mt19937 random(3);
    SharedNames names{Bounds{}};
    std::vector<NameId> hosts;
    for (const char* host : {"web-1", "web-2", "web-3", "web-4"}) hosts.push_back(names.intern(NameSpace::host, host));
    PartitionClock whole = clock_with_jump();
    std::vector<std::pair<int64_t, NameId>> events;
    for (int i = 0; i < 5'000; ++i) {
        const NameId host = hosts[random() % 4];
        events.emplace_back(kStart + i * kSecond / 10 + (host == hosts[3] ? 75 * kSecond : 0), host);
    }
    const size_t cut = 1'777;
    for (size_t i = 0; i < cut; ++i) whole.observe(events[i].first, events[i].second);
    Archive save;
    whole.archive(save, names);
    const std::string bytes = save.take();

    SharedNames other{Bounds{}};  // gives other numbers to the same hosts
    for (const char* host : {"x", "web-4", "web-2"}) other.intern(NameSpace::host, host);
    PartitionClock restored = clock_with_jump();
    Archive load(bytes);
    restored.archive(load, other);
    REQUIRE(load.ok());
    CHECK(load.at_end());
    for (size_t i = cut; i < events.size(); ++i) {
        const NameId host = other.intern(NameSpace::host, names.text(NameSpace::host, events[i].second));
        REQUIRE(restored.observe(events[i].first, host) == whole.observe(events[i].first, events[i].second));
        REQUIRE(restored.now_us() == whole.now_us());
    }
}

TEST_CASE("a host that has been silent for hours is forgotten, but not for the time in which its partition was silent, too") {
    PartitionClock clock = clock_with_jump();
    int64_t now = kStart;
    // Three hosts that stay and one that does not, whose clock is a minute behind.
    const auto run = [&](int seconds, NameId fourth, int64_t off) {
        for (const int64_t end = now + seconds * kSecond; now < end; now += kSecond) {
            for (NameId host = 1; host <= 3; ++host) clock.observe(now, host);
            if (fourth != kNoName) clock.observe(now + off, fourth);
        }
    };
    run(1'800, 4, -60 * kSecond);
    REQUIRE(clock.corrected_hosts() == 1);
    now += 30 * 3'600 * kSecond;
    for (int i = 0; i < 20; ++i) clock.observe(now, 1);  // the gap is believed
    run(1'800, kNoName, 0);
    CHECK(clock.corrected_hosts() == 1);
    CHECK(clock.observe(now - 60 * kSecond, 4) == now);
    run(3 * 3'600, kNoName, 0);
    CHECK(clock.corrected_hosts() == 0);
    CHECK(clock.observe(now - 60 * kSecond, 4) == now - 60 * kSecond);
}

TEST_CASE("a clock does not keep the hosts that have gone, whether their names are turned over or not") {
    Bounds bounds;
    bounds.hosts = 40;
    PartitionClock whole = clock_with_jump(), renamed = whole;
    SharedNames all{Bounds{}};
    auto few = std::make_shared<SharedNames>(bounds);
    for (int i = 0; i < 400'000; ++i) {
        const int64_t at = kStart + i * kSecond;
        const std::string host = i % 4 == 0 ? "stays" : "pod-" + std::to_string(i % 4) + "-" + std::to_string(i / 1'800);
        const int64_t ts = at - (i % 4 == 0 ? 40 * kSecond : 0);
        REQUIRE(whole.observe(ts, all.intern(NameSpace::host, host)) == renamed.observe(ts, few->intern(NameSpace::host, host)));
        if (i % 256 != 0 || !few->worn(EventTime{Micros{at}})) continue;
        const auto next = few->next(EventTime{Micros{at}});
        Renaming to(*few, *next);
        renamed.rename(to);
        few = next;
    }
    CHECK(few->refused(NameSpace::host) == 0);
    CHECK(whole.corrected_hosts() == 1);
    CHECK(renamed.corrected_hosts() == 1);
    Archive a, b;
    whole.archive(a, all);
    renamed.archive(b, *few);
    const std::string bytes = a.take();
    CHECK(bytes == b.take());
    CHECK(bytes.size() < 4'000);
}

TEST_CASE("hosts beyond the bound of names are as none, also in a checkpoint") {
    Bounds bounds;
    bounds.hosts = 1;
    SharedNames names(bounds);
    PartitionClock clock = clock_with_jump();
    for (int i = 0; i < 10; ++i) clock.observe(kStart + i * kSecond, names.intern(NameSpace::host, "h" + std::to_string(i)));
    clock.observe(kStart + 3'600 * kSecond, names.intern(NameSpace::host, "h5"));
    Archive a;
    clock.archive(a, names);
    const std::string bytes = a.take();
    Archive back(bytes);
    PartitionClock restored = clock_with_jump();
    restored.archive(back, names);
    CHECK(back.ok());
    CHECK(restored.now_us() == clock.now_us());
}
