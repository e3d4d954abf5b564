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
