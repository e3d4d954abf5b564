#include "engine/base/archive.h"

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

struct Inner {
    double x = 0;
    std::string name;
    void archive(Archive& a) { a(x, name); }
    bool operator==(const Inner&) const = default;
};

struct Outer {
    int64_t n = 0;
    EventTime at{};
    std::optional<Inner> maybe, nothing;
    std::vector<Inner> list;
    std::deque<uint16_t> queue;
    std::map<std::string, std::vector<int>> map;
    std::pair<bool, std::string> pair;
    std::array<float, 3> fixed{};
    std::vector<double> numbers;
    void archive(Archive& a) { a(n, at, maybe, nothing, list, queue, map, pair, fixed, numbers); }
    bool operator==(const Outer&) const = default;
};

Outer sample() {
    Outer o;
    o.n = -7;
    o.at = EventTime{std::chrono::seconds{1'763'629'200}};
    o.maybe = Inner{1.5, "one"};
    o.list = {{1, "a"}, {2, ""}, {3, std::string(300, 'x')}};
    o.queue = {1, 2, 3};
    o.map = {{"", {}}, {"b", {1, 2}}};
    o.pair = {true, "p"};
    o.fixed = {1, 2, 3};
    o.numbers.assign(1000, 0.25);  // more than is held back on the way
    return o;
}

std::string saved(Outer o) {
    Archive a;
    o.archive(a);
    return a.take();
}

}  // namespace

TEST_CASE("what was saved comes back") {
    const std::string bytes = saved(sample());
    Outer o;
    o.list = {{9, "to be replaced"}};
    o.nothing = Inner{};
    Archive a(bytes);
    o.archive(a);
    CHECK(a.ok());
    CHECK(a.at_end());
    CHECK(o == sample());
    CHECK(saved(o) == bytes);
}

TEST_CASE("bytes that end too early are refused wherever they end") {
    const std::string bytes = saved(sample());
    for (size_t n = 0; n < bytes.size(); ++n) {
        Outer o;
        Archive a(std::string_view(bytes).substr(0, n));
        o.archive(a);
        REQUIRE_FALSE(a.ok());
    }
}

TEST_CASE("a length beyond the bytes there are is refused without allocating it") {
    Archive save;
    uint64_t enormous = uint64_t{1} << 60;
    save(enormous);
    const std::string bytes = save.take();
    std::string text;
    std::vector<double> list;
    std::map<int, int> map;
    Archive as_text(bytes), as_list(bytes), as_map(bytes);
    as_text(text);
    as_list(list);
    as_map(map);
    CHECK_FALSE(as_text.ok());
    CHECK_FALSE(as_list.ok());
    CHECK_FALSE(as_map.ok());
}

TEST_CASE("altered bytes never do more than give other values") {
    const std::string bytes = saved(sample());
    for (size_t i = 0; i < bytes.size(); ++i) {
        for (const char flip : {'\x01', '\x80', '\xff'}) {
            std::string altered = bytes;
            altered[i] = static_cast<char>(altered[i] ^ flip);
            Outer o;
            Archive a(altered);
            o.archive(a);
        }
    }
    SUCCEED();
}

TEST_CASE("what is made when it is first needed is there again, or not") {
    std::unique_ptr<Inner> one = std::make_unique<Inner>(Inner{2, "x"}), none;
    Archive saving;
    saving(one, none);
    const std::string bytes = saving.take();
    std::unique_ptr<Inner> first, second = std::make_unique<Inner>();
    Archive restoring{std::string_view(bytes)};
    restoring(first, second);
    REQUIRE((restoring.ok() && restoring.at_end()));
    REQUIRE(first != nullptr);
    CHECK(*first == Inner{2, "x"});
    CHECK(second == nullptr);
}
