// Checkpoints and folders for tests of stores.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>

#include "engine/run/store.h"
#include "tests/support/catch.h"

namespace foreshock {

// An empty folder, gone with the object.
class TemporaryFolder {
public:
    TemporaryFolder() {
        static std::atomic<int> number = 0;
        path_ = std::filesystem::temp_directory_path() / ("foreshock-state-" + std::to_string(getpid()) + "-" + std::to_string(number++));
        std::filesystem::create_directories(path_);
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::string path() const { return path_.string(); }
    std::string operator/(const char* name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

// Small linear congruential generator: the same numbers everywhere.
struct Random {
    uint64_t state;
    uint32_t below(uint32_t n) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return static_cast<uint32_t>(state >> 33) % n;
    }
};

inline Checkpoint checkpoint(int i) {
    Checkpoint c;
    c.offsets = {{"b/0", i * 10}, {"a/1", i * 20}, {"a/0", 7}};
    c.parts = {{"window", "window " + std::to_string(i)}, {"detect", std::string(200'000, static_cast<char>('a' + i))}, {"clocks", "same"}};
    c.config_hash = "hash";
    c.app = "shop";
    c.shape = "shape";
    c.slot_length = std::chrono::seconds{10};
    c.decided_until = EventTime{std::chrono::seconds{i * 10}};
    return c;
}

// Adds, changes, grows, shrinks or drops something.
inline void change(Checkpoint& c, Random& random) {
    const std::string partition = "t/" + std::to_string(random.below(6));
    std::erase_if(c.offsets, [&](const PartitionOffset& o) { return o.partition == partition; });
    if (random.below(4) != 0) c.offsets.push_back({partition, random.below(1000)});
    std::string& part = c.parts["part" + std::to_string(random.below(4))];
    switch (random.below(4)) {
        case 0: part.resize(random.below(300'000), 'x'); break;
        case 1: if (!part.empty()) part[random.below(static_cast<uint32_t>(part.size()))] ^= 1; break;
        case 2: part += std::to_string(random.below(1000)); break;
        default: if (random.below(3) == 0) c.parts.erase("part" + std::to_string(random.below(4)));
    }
    c.config_hash = random.below(10) == 0 ? std::to_string(random.below(9)) : c.config_hash;
}

inline void check_same(const Checkpoint& found, Checkpoint expected) {
    std::ranges::sort(expected.offsets, {}, &PartitionOffset::partition);
    CHECK(found.app == expected.app);
    CHECK(found.shape == expected.shape);
    CHECK(found.slot_length == expected.slot_length);
    CHECK(found.decided_until == expected.decided_until);
    REQUIRE(found.offsets.size() == expected.offsets.size());
    for (size_t i = 0; i < found.offsets.size(); ++i) {
        CHECK(found.offsets[i].partition == expected.offsets[i].partition);
        CHECK(found.offsets[i].next == expected.offsets[i].next);
    }
    CHECK((found.parts == expected.parts));
    CHECK(found.config_hash == expected.config_hash);
}

}  // namespace foreshock
