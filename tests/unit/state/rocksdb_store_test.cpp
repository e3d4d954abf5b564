#include "state/rocksdb_store.h"

#include <rocksdb/db.h>

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/unit/state/checkpoints.h"

using namespace foreshock;
namespace fs = std::filesystem;

namespace {

std::unique_ptr<RocksdbStore> opened(const std::string& folder) {
    auto store = RocksdbStore::open(folder);
    if (!store) UNSCOPED_INFO(store.problems().front().text());
    REQUIRE(store.ok());
    return std::move(store.value());
}

std::string refusal(const std::string& folder) {
    const auto store = RocksdbStore::open(folder);
    if (store.ok()) return {};
    CHECK(store.problems().front().file == folder);
    return store.problems().front().message;
}

// Writes behind the store's back.
void put_raw(const std::string& folder, const std::string& key, const std::string& value) {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* raw = nullptr;
    REQUIRE(rocksdb::DB::Open(options, folder, &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    REQUIRE(db->Put({}, key, value).ok());
}

fs::path newest_log(const std::string& folder) {
    fs::path newest;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == ".log" && entry.path() > newest) newest = entry.path();
    }
    return newest;
}

std::string number(uint64_t x) {
    std::string out;
    put_u64(out, x);
    return out;
}

}  // namespace

TEST_CASE("a checkpoint outlives the process") {
    TemporaryFolder folder;
    {
        const auto store = opened(folder.path());
        REQUIRE(store->save(checkpoint(1)).ok());
        REQUIRE(store->save(checkpoint(2)).ok());
    }
    const auto store = opened(folder.path());
    check_same(*store->load().value(), checkpoint(2));
    CHECK(store->sequence() == 2);
}

TEST_CASE("only what changed is written again") {
    TemporaryFolder folder;
    auto store = opened(folder.path());
    Checkpoint c;
    c.parts = {{"big", std::string(10 * kChunkBytes, 'x')}, {"other", "y"}};
    c.offsets = {{"t/0", 1}};
    REQUIRE(store->save(c).ok());
    CHECK(store->last_cost().parts == 2);
    CHECK(store->last_cost().chunks == 11);

    REQUIRE(store->save(c).ok());
    CHECK(store->last_cost().parts == 0);
    CHECK(store->last_cost().bytes < 200);

    c.parts["big"][3 * kChunkBytes] = 'z';
    REQUIRE(store->save(c).ok());
    CHECK(store->last_cost().parts == 1);
    CHECK(store->last_cost().chunks == 1);

    store.reset();  // a restart knows what the folder holds, with and without asking for it
    store = opened(folder.path());
    c.parts["big"].back() = 'z';
    REQUIRE(store->save(c).ok());
    CHECK(store->last_cost().chunks == 1);
    check_same(*store->load().value(), c);
}

TEST_CASE("one process at a time has a folder") {
    TemporaryFolder folder;
    const auto first = opened(folder.path());
    CHECK(refusal(folder.path()) == "cannot open the state: another process is using this folder");
    REQUIRE(first->save(checkpoint(1)).ok());
}

TEST_CASE("a copy taken while the process runs resumes at the last checkpoint") {
    TemporaryFolder folder, copy;
    const auto store = opened(folder.path());
    for (int i = 1; i <= 5; ++i) {
        REQUIRE(store->save(checkpoint(i)).ok());
        const std::string to = copy / std::to_string(i).c_str();
        fs::copy(folder.path(), to, fs::copy_options::recursive);
        check_same(*opened(to)->load().value(), checkpoint(i));
    }
}

TEST_CASE("a write torn by a crash leaves the checkpoint before it, whole") {
    TemporaryFolder folder, copy;
    const auto store = opened(folder.path());
    REQUIRE(store->save(checkpoint(1)).ok());
    const auto before = fs::file_size(newest_log(folder.path()));
    REQUIRE(store->save(checkpoint(2)).ok());
    const auto after = fs::file_size(newest_log(folder.path()));
    REQUIRE(after > before);
    int number_of_copy = 0;
    for (const auto size : {before, before + 1, before + (after - before) / 2, after - 1}) {
        const std::string to = copy / std::to_string(number_of_copy++).c_str();
        fs::copy(folder.path(), to, fs::copy_options::recursive);
        fs::resize_file(newest_log(to), size);
        const auto torn = opened(to);
        check_same(*torn->load().value(), checkpoint(1));
        REQUIRE(torn->save(checkpoint(3)).ok());
        check_same(*torn->load().value(), checkpoint(3));
    }
}

TEST_CASE("many checkpoints take no more room than a few") {
    TemporaryFolder folder;
    const auto store = opened(folder.path());
    Random random{3};
    Checkpoint c = checkpoint(1);
    for (int i = 0; i < 300; ++i) {
        for (char& x : c.parts["detect"]) x = static_cast<char>(random.below(256));
        REQUIRE(store->save(c).ok());
    }
    uintmax_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(folder.path())) bytes += entry.file_size();
    CHECK(bytes < 60u << 20);  // 200 kB of state, 60 MB were written
    check_same(*store->load().value(), c);
}

TEST_CASE("another format is refused") {
    TemporaryFolder folder;
    {
        const auto store = opened(folder.path());
        REQUIRE(store->save(checkpoint(1)).ok());
    }
    put_raw(folder.path(), "format", number(kStateFormat + 1));
    const std::string ours = ", this program reads format " + std::to_string(kStateFormat);
    CHECK(refusal(folder.path()) == "the state has format " + std::to_string(kStateFormat + 1) + ours);
    put_raw(folder.path(), "format", "?");
    CHECK(refusal(folder.path()) == "the state has format unknown" + ours);
}

TEST_CASE("folders of others are left alone") {
    TemporaryFolder folder;
    put_raw(folder / "database", "somebody", "else");
    CHECK(refusal(folder / "database") == "not a state folder of Foreshock");

    std::ofstream(folder / "notes.txt") << "mine";
    CHECK(refusal(folder.path()).starts_with("cannot keep state here: the folder holds "));
    CHECK(refusal(folder / "notes.txt") == "cannot keep state here: not a folder");
    CHECK(refusal(folder / "notes.txt/state").starts_with("cannot make the state folder: "));
    CHECK_FALSE(fs::exists(folder / "CURRENT"));
}

TEST_CASE("a folder is made when it is not there") {
    TemporaryFolder folder;
    const auto store = opened(folder / "a/b/state");
    REQUIRE(store->save(checkpoint(1)).ok());
}

TEST_CASE("a read-only folder is refused") {
    if (geteuid() == 0) SKIP("root writes everywhere");
    TemporaryFolder folder;
    fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
    CHECK(refusal(folder.path()) == "cannot open the state: the folder cannot be written");
    fs::permissions(folder.path(), fs::perms::owner_all);
}

TEST_CASE("broken state is said to be broken, not used") {
    TemporaryFolder folder;
    {
        const auto store = opened(folder.path());
        REQUIRE(store->save(checkpoint(1)).ok());
    }
    const auto damage = GENERATE(as<std::string>{}, "part/window", "part/nobody", "chunk/window", "offset/a/0", "unknown", "sequence");
    CAPTURE(damage);
    std::string key = damage;
    if (damage == "chunk/window") key += std::string("\0\0\0\0\0", 5);
    put_raw(folder.path(), key, "12345");
    const auto store = opened(folder.path());
    const auto loaded = store->load();
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.problems().front().message.starts_with("the state is broken"));
    CHECK_FALSE(store->save(checkpoint(2)).ok());
}

TEST_CASE("files damaged on disk are said to be broken") {
    TemporaryFolder folder;
    {
        const auto store = opened(folder.path());
        REQUIRE(store->save(checkpoint(1)).ok());
    }
    std::ofstream(folder / "CURRENT") << "MANIFEST-999999\n";
    CHECK(refusal(folder.path()).starts_with("cannot open the state: "));
}

TEST_CASE("the hash of bytes is the documented one") {
    CHECK(hash_bytes("") == 0x9e3779b97f4a7c15u);
    CHECK(hash_bytes("foreshock") == hash_bytes(std::string("foreshock")));
    CHECK(hash_bytes("a") != hash_bytes(std::string("a\0", 2)));
    CHECK(hash_bytes(std::string(8, '\0')) != hash_bytes(std::string(16, '\0')));
    std::string number_bytes;
    put_u64(number_bytes, 0x0102030405060708);
    CHECK(number_bytes == std::string("\x08\x07\x06\x05\x04\x03\x02\x01", 8));
    CHECK(get_u64(number_bytes) == 0x0102030405060708);
    std::string key;
    put_u32_big_endian(key, 0x01020304);
    CHECK(key == "\x01\x02\x03\x04");
    CHECK(get_u32_big_endian(key) == 0x01020304);
}
