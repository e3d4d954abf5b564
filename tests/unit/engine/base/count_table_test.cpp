#include "engine/base/count_table.h"

#include <deque>
#include <random>

#include "engine/base/archive.h"
#include "tests/support/catch.h"

using namespace foreshock;

namespace {

using Table = CountTable<3>;

std::string saved(Table& t) {
    Archive a;
    t.archive(a);
    return a.take();
}

}  // namespace

TEST_CASE("count table: holds what was counted, whatever its size") {
    std::mt19937_64 random(7);
    Table t;
    std::deque<Table::Row> expected;
    const auto draw = [&] { return static_cast<int64_t>(random() >> (random() % 64)) * (random() % 50 == 0 ? -1 : 1); };
    for (int i = 0; i < 2000; ++i) {
        if (i % 7 == 0 && expected.size() > 40) {
            const size_t gone = random() % 40;
            t.drop_front(gone);
            expected.erase(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(gone));
        }
        // The first column stays empty for long, the others grow.
        const Table::Row row{i < 1000 ? 0 : 1, static_cast<int64_t>(random() % (1 + static_cast<uint64_t>(i) * 100)), i < 1500 ? i : draw()};
        t.append({});
        t.add_to_last(row);
        expected.push_back(row);
        REQUIRE(t.size() == expected.size());
        const size_t some = random() % (expected.size() + 1);
        Table::Row sum{};
        for (size_t r = expected.size() - some; r < expected.size(); ++r)
            for (size_t c = 0; c < 3; ++c) sum[c] = static_cast<int64_t>(static_cast<uint64_t>(sum[c]) + static_cast<uint64_t>(expected[r][c]));
        if (i < 1500) REQUIRE(t.sum(some) == sum);
        const size_t any = random() % expected.size();
        REQUIRE(t[any] == expected[any]);
    }
}

TEST_CASE("count table: takes as many bytes as its numbers need") {
    Table t;
    for (int i = 0; i < 100; ++i) t.append({0, 200, 0});
    const size_t narrow = saved(t).size();
    for (int i = 0; i < 100; ++i) t.append({0, 0, 0});
    CHECK(saved(t).size() == narrow + 100);
    t.append({0, 0, 70'000});
    CHECK(saved(t).size() == narrow + 101 + 201 * 4);
    CHECK(t.sum(201) == Table::Row{0, 20'000, 70'000});
}

TEST_CASE("count table: restored as it was, and never from what cannot be") {
    Table t, same;
    for (int i = 0; i < 50; ++i) t.append({i, i * 1000, -i});
    const std::string bytes = saved(t);
    Archive whole{std::string_view(bytes)};
    same.archive(whole);
    REQUIRE((whole.ok() && whole.at_end()));
    t.append({1, 2, 3});
    same.append({1, 2, 3});
    CHECK(saved(t) == saved(same));
    for (const auto& [at, byte] : std::vector<std::pair<size_t, char>>{{8, 3}, {8, 16}, {9, 1}, {0, 49}}) {
        std::string wrong = bytes;
        wrong[at] = byte;
        Archive a{std::string_view(wrong)};
        Table none;
        none.archive(a);
        CHECK_FALSE(a.ok());
        CHECK(none.empty());
    }
}
