// What warnings name as their inputs: offsets by partition, from some minute on.
#include "engine/run/input_log.h"

#include "engine/run/shared_names.h"
#include "tests/support/catch.h"

using namespace foreshock;

namespace {

constexpr EventTime kStart = EventTime{std::chrono::hours{489'000}};
constexpr Micros kSlot = std::chrono::seconds{10};

class Feed {
public:
    InputLog log;
    void slot(int number, const std::map<std::string, OffsetRange>& ranges) {
        SlotPartial sums;
        for (const auto& [name, range] : ranges) {
            const NameId id = names_.intern(NameSpace::partition, name);
            if (id >= sums.inputs.size()) sums.inputs.resize(id + 1);
            sums.inputs[id].add(range);
        }
        log.add(kStart + number * kSlot, kStart + (number + 1) * kSlot, sums, names_);
    }
    std::string since(Micros after) const { return text(log.since(kStart + after)); }
    static std::string text(const std::vector<InputRange>& ranges) {
        std::string out;
        for (const InputRange& r : ranges) out += r.partition + " " + std::to_string(r.first) + ".." + std::to_string(r.next) + "; ";
        return out;
    }

private:
    SharedNames names_{Bounds{}};
};

}  // namespace

TEST_CASE("inputs are the offsets of the slots from a minute on, in the order of the partitions' names") {
    Feed feed;
    feed.slot(0, {{"t/1", {100, 110}}});
    feed.slot(6, {{"t/1", {108, 120}}, {"t/0", {5, 9}}});
    feed.slot(7, {});
    feed.slot(12, {{"t/0", {9, 12}}});
    CHECK(feed.since(Micros{0}) == "t/0 5..12; t/1 100..120; ");
    CHECK(feed.since(std::chrono::seconds{60}) == "t/0 5..12; t/1 108..120; ");
    CHECK(feed.since(std::chrono::seconds{115}) == "t/0 9..12; ");  // slots 6 and 7 have ended by then
    CHECK(feed.since(std::chrono::seconds{130}).empty());
}

TEST_CASE("what lies more than two hours back is forgotten, and the rest survives a restart") {
    Feed feed;
    feed.slot(0, {{"t/0", {0, 10}}});
    for (int i = 1; i <= 730; ++i) feed.slot(i, {{"t/0", {10 + i, 11 + i}}});
    CHECK(feed.since(Micros{0}) == "t/0 16..741; ");
    Archive saved;
    feed.log.archive(saved);
    const std::string bytes = saved.take();
    Feed again;
    Archive in(bytes);
    again.log.archive(in);
    CHECK(in.ok());
    CHECK(in.at_end());
    again.slot(731, {{"t/0", {741, 745}}});
    CHECK(again.since(std::chrono::minutes{120}) == "t/0 730..745; ");
}

TEST_CASE("a warning's inputs begin ten minutes before it opened, or with the rise where that was earlier") {
    Feed feed;
    for (int i = 0; i < 240; ++i) feed.slot(i, {{"t/0", {i, i + 1}}});
    WarningRevision w;
    w.opened_at = kStart + std::chrono::minutes{30};
    CHECK(Feed::text(feed.log.behind(w)) == "t/0 120..240; ");
    w.driver.since = kStart + std::chrono::minutes{12};
    CHECK(Feed::text(feed.log.behind(w)) == "t/0 72..240; ");
    w.seen.push_back({"spike", "shop volume", 2, kStart + std::chrono::minutes{2}});
    CHECK(Feed::text(feed.log.behind(w)) == "t/0 12..240; ");
}
