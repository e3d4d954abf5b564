// What every store promises, run on each of them.
#include <filesystem>
#include <memory>

#include "state/memory_store.h"
#include "state/rocksdb_store.h"
#include "tests/support/catch.h"
#include "tests/unit/state/checkpoints.h"

using namespace foreshock;

namespace {

template <class S>
class Fresh {
public:
    Store& store() { return *store_; }

private:
    TemporaryFolder folder_;
    std::unique_ptr<Store> store_ = make();

    std::unique_ptr<Store> make() {
        if constexpr (std::is_same_v<S, MemoryStore>) return std::make_unique<MemoryStore>();
        else return std::move(RocksdbStore::open(folder_.path()).value());
    }
};

}  // namespace

TEMPLATE_TEST_CASE("a store gives back the last checkpoint", "", MemoryStore, RocksdbStore) {
    Fresh<TestType> fresh;
    Store& store = fresh.store();
    REQUIRE(store.load().ok());
    CHECK_FALSE(store.load().value().has_value());

    for (int i = 1; i <= 3; ++i) {
        REQUIRE(store.save(checkpoint(i)).ok());
        const auto back = store.load();
        REQUIRE(back.ok());
        check_same(*back.value(), checkpoint(i));
    }
}

TEMPLATE_TEST_CASE("what a checkpoint leaves out is gone", "", MemoryStore, RocksdbStore) {
    Fresh<TestType> fresh;
    Store& store = fresh.store();
    REQUIRE(store.save(checkpoint(1)).ok());
    Checkpoint small;
    small.offsets = {{"t/9", 1}};
    small.parts = {{"window", ""}};
    REQUIRE(store.save(small).ok());
    check_same(*store.load().value(), small);
    REQUIRE(store.save(Checkpoint{}).ok());
    check_same(*store.load().value(), Checkpoint{});
}

TEMPLATE_TEST_CASE("what a checkpoint calls unchanged stays as it was", "", MemoryStore, RocksdbStore) {
    Fresh<TestType> fresh;
    Store& store = fresh.store();
    REQUIRE(store.save(checkpoint(1)).ok());
    for (int i = 2; i < 4; ++i) {
        Checkpoint next = checkpoint(i);
        next.parts.erase("detect");
        next.unchanged = {"detect"};
        REQUIRE(store.save(next).ok());
        Checkpoint expected = checkpoint(i);
        expected.parts["detect"] = checkpoint(1).parts["detect"];
        check_same(*store.load().value(), expected);
    }
    REQUIRE(store.save(checkpoint(4)).ok());
    check_same(*store.load().value(), checkpoint(4));
}

TEMPLATE_TEST_CASE("parts may hold any bytes, of any size", "", MemoryStore, RocksdbStore) {
    Fresh<TestType> fresh;
    Checkpoint c;
    c.config_hash = std::string("\0x", 2);
    c.offsets = {{"with/slash \xc3\xa4", std::numeric_limits<int64_t>::max()}, {"zero", 0}, {"negative", -1}};
    for (const size_t size : {size_t{0}, size_t{1}, kChunkBytes - 1, kChunkBytes, kChunkBytes + 1, 5 * kChunkBytes}) {
        c.parts["part" + std::to_string(size)] = std::string(size, '\0');
    }
    c.parts["a"] = "x";
    c.parts["aa"] = "y";  // the one name begins with the other
    REQUIRE(fresh.store().save(c).ok());
    check_same(*fresh.store().load().value(), c);
}

TEST_CASE("memory and RocksDB behave equally over a long random life") {
    TemporaryFolder folder;
    MemoryStore memory;
    auto rocks = std::move(RocksdbStore::open(folder.path()).value());
    Random random{7};
    Checkpoint c;
    for (int i = 0; i < 60; ++i) {
        change(c, random);
        REQUIRE(memory.save(c).ok());
        REQUIRE(rocks->save(c).ok());
        if (random.below(5) == 0) {
            rocks.reset();
            rocks = std::move(RocksdbStore::open(folder.path()).value());
        }
        if (random.below(3) == 0) check_same(*rocks->load().value(), *memory.load().value());
    }
    check_same(*rocks->load().value(), *memory.load().value());
    CHECK(rocks->sequence() == 60);
}
