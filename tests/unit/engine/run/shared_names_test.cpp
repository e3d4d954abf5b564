// Names are the same for every thread, also once no more of them are taken.
#include "engine/run/shared_names.h"

#include <set>
#include <thread>

#include "tests/support/catch.h"

using namespace foreshock;

TEST_CASE("beyond its bound a space refuses what is new and keeps what it has") {
    Bounds bounds;
    bounds.dimension_values = 2;
    SharedNames names(bounds);
    const NameId a = names.intern(NameSpace::dimension_value, "a"), b = names.intern(NameSpace::dimension_value, "b");
    CHECK(a != b);
    CHECK(names.intern(NameSpace::dimension_value, "c") == kNameOverflow);
    CHECK(names.intern(NameSpace::dimension_value, "c") == kNameOverflow);
    CHECK(names.refused(NameSpace::dimension_value) == 2);
    CHECK(names.intern(NameSpace::dimension_value, "a") == a);
    CHECK(names.text(NameSpace::dimension_value, b) == "b");
    CHECK(names.intern(NameSpace::host, "c") != kNameOverflow);
}

TEST_CASE("threads that fill a space agree on its names") {
    constexpr uint32_t kBound = 1000, kNames = 5000;
    Bounds bounds;
    bounds.hosts = kBound;
    SharedNames names(bounds);
    std::vector<std::vector<NameId>> ids(4, std::vector<NameId>(kNames));
    std::vector<std::thread> threads;
    for (size_t t = 0; t < ids.size(); ++t)
        threads.emplace_back([&, t] {
            for (uint32_t i = 0; i < kNames; ++i) {
                const uint32_t n = (i + static_cast<uint32_t>(t) * 77) % kNames;
                ids[t][n] = names.intern(NameSpace::host, std::to_string(n));
            }
        });
    for (std::thread& t : threads) t.join();
    std::set<NameId> given;
    uint64_t refused = 0;
    for (uint32_t n = 0; n < kNames; ++n) {
        const NameId now = names.intern(NameSpace::host, std::to_string(n));
        for (const auto& mine : ids) {
            // Whoever asked before the name was taken by another thread has taken it; whoever was refused came when all was taken.
            CHECK(mine[n] == now);
            refused += mine[n] == kNameOverflow;
        }
        if (now == kNameOverflow) continue;
        given.insert(now);
        CHECK(names.text(NameSpace::host, now) == std::to_string(n));
    }
    CHECK(given.size() == kBound);
    CHECK(names.refused(NameSpace::host) == refused + kNames - kBound);
}

TEST_CASE("names wear out when a space of what comes and goes is nearly full, a minute of event time after they began at the soonest") {
    Bounds bounds;
    bounds.hosts = 16;
    bounds.services = 2;
    SharedNames names(bounds);
    const EventTime now{std::chrono::hours{1}};
    for (const char* service : {"a", "b", "c"}) names.intern(NameSpace::service, service);
    for (int i = 0; i < 13; ++i) names.intern(NameSpace::host, std::to_string(i));
    CHECK_FALSE(names.worn(now));
    names.intern(NameSpace::host, "13");
    CHECK(names.worn(now));
    CHECK_FALSE(names.worn(kBeginningOfTime));  // nothing is decided, so that everything is in use

    const auto next = names.next(now);
    Renaming to(names, *next);
    const NameId kept = names.intern(NameSpace::host, "7");
    CHECK(next->text(NameSpace::host, to(NameSpace::host, kept)) == "7");
    CHECK(to(NameSpace::host, kept) == to(NameSpace::host, kept));
    CHECK(to(NameSpace::host, kNoName) == kNoName);
    CHECK(to(NameSpace::host, kNameOverflow) == kNameOverflow);
    CHECK(next->refused(NameSpace::service) == 1);
    CHECK(next->intern(NameSpace::service, "b") == names.intern(NameSpace::service, "b"));
    CHECK(next->intern(NameSpace::service, "c") == kNameOverflow);  // services last
    for (int i = 0; i < 15; ++i) CHECK(next->intern(NameSpace::host, "new-" + std::to_string(i)) != kNameOverflow);
    CHECK(next->intern(NameSpace::host, "beyond") == kNameOverflow);
    CHECK_FALSE(next->worn(now + std::chrono::seconds{59}));
    CHECK(next->worn(now + std::chrono::seconds{60}));
}
