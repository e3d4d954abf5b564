#include "connectors/file/file_source.h"

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

// A folder that goes away with the test.
class Folder {
public:
    Folder() {
        char name[] = "/tmp/foreshock-files-XXXXXX";
        path_ = mkdtemp(name);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string path(const std::string& name) const { return path_ + "/" + name; }
    std::string file(const std::string& name, const std::string& bytes) const {
        std::ofstream(path(name), std::ios::binary) << bytes;
        return path(name);
    }

private:
    std::string path_;
};

std::string gzip(const std::string& text) {
    std::string out(compressBound(text.size()) + 64, '\0');
    z_stream z{};
    deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    z.avail_in = static_cast<uInt>(text.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    deflate(&z, Z_FINISH);
    out.resize(z.total_out);
    deflateEnd(&z);
    return out;
}

std::string zstd(const std::string& text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    ZSTD_CCtx* const z = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);  // as the command does
    out.resize(ZSTD_compress2(z, out.data(), out.size(), text.data(), text.size()));
    ZSTD_freeCCtx(z);
    return out;
}

// That compresses badly.
std::string random_text(size_t size) {
    std::mt19937 random(1);
    std::string out(size, '\0');
    for (char& c : out) c = static_cast<char>(' ' + random() % 90);
    return out;
}

// Everything that a lane gives, in one line per thing.
struct Read {
    std::vector<std::string> lines;
    std::vector<int64_t> offsets;
    std::vector<std::string> notices;
    std::string failure;
    size_t batches = 0;
    size_t largest_batch = 0;
};

Read read_all(SourceLane& lane) {
    Read out;
    std::vector<RecordBatch> kept;  // batches must stay legible however long they live
    for (;;) {
        RecordBatch batch;
        const PollResult result = lane.poll(batch, std::chrono::milliseconds{1000});
        if (result == PollResult::finished) break;
        if (result == PollResult::failed) {
            out.failure = lane.failure();
            break;
        }
        for (const PartitionNotice& n : batch.notices) {
            out.notices.push_back((n.kind == PartitionNotice::Kind::opened ? "opened " : "ended ") + n.name);
        }
        if (batch.records.empty()) continue;
        CHECK(batch.padded);
        ++out.batches;
        out.largest_batch = std::max(out.largest_batch, batch.records.size());
        kept.push_back(std::move(batch));
    }
    for (const RecordBatch& batch : kept) {
        for (const RawRecord& r : batch.records) {
            char padding[kRecordPadding];
            std::memcpy(padding, r.data + r.size, kRecordPadding);  // the address sanitizer judges it
            CHECK(padding[0] != '\0');
            out.lines.emplace_back(r.bytes());
            out.offsets.push_back(r.offset);
        }
    }
    return out;
}

Read read_file(const std::string& path, const FileSourceOptions& options = {}, int64_t from = 0) {
    FileSource source({path}, options);
    auto lanes = source.open(4, [&](const std::string&) { return from == 0 ? std::nullopt : std::optional(from); });
    REQUIRE(lanes.ok());
    REQUIRE(lanes.value().size() == 1);
    CHECK(lanes.value()[0]->decode_in_parallel());
    return read_all(*lanes.value()[0]);
}

std::string numbered_lines(int count) {
    std::string out;
    for (int64_t i = 0; i < count; ++i) out += "{\"i\":" + std::to_string(i * i) + "}\n";
    return out;
}

}  // namespace

TEST_CASE("lines are records, numbered from 0, blank ones only counted") {
    const Folder folder;
    const std::string path = folder.file("a", "one\n\n  \t\r\ntwo\r\nthree");
    const Read r = read_file(path);
    CHECK(r.lines == std::vector<std::string>{"one", "two\r", "three"});
    CHECK(r.offsets == std::vector<int64_t>{0, 3, 4});
    CHECK(r.notices == std::vector<std::string>{"opened " + path, "ended " + path});
    CHECK(r.failure.empty());
}

TEST_CASE("an empty file opens and ends") {
    const Folder folder;
    const std::string bytes = GENERATE("", "\n", "\n\n", "\xef\xbb\xbf");
    const Read r = read_file(folder.file("a", bytes));
    CHECK(r.lines.empty());
    CHECK(r.notices.size() == 2);
    CHECK(r.failure.empty());
}

TEST_CASE("a byte order mark is no part of the first line") {
    const Folder folder;
    const std::string path = folder.file("a", "\xef\xbb\xbf{}\n{}");
    const size_t chunk = GENERATE(1, 2, 3, 4, 1000);
    CHECK(read_file(path, {.chunk_bytes = chunk}).lines == std::vector<std::string>{"{}", "{}"});
}

TEST_CASE("every compression and every chunk size give the same lines") {
    const Folder folder;
    const std::string text = numbered_lines(300);
    const auto form = GENERATE(0, 1, 2);
    const std::string path = folder.file("a", form == 0 ? text : form == 1 ? gzip(text) : zstd(text));
    const Read whole = read_file(path);
    REQUIRE(whole.lines.size() == 300);
    CHECK(whole.lines[299] == "{\"i\":89401}");
    const size_t chunk = GENERATE(1, 7, 11, 12, 13, 64, 1000);
    const Read pieces = read_file(path, {.chunk_bytes = chunk});
    CHECK(pieces.lines == whole.lines);
    CHECK(pieces.offsets == whole.offsets);
}

TEST_CASE("several gzip members or zstd frames are one text, even with a line across them") {
    const Folder folder;
    const std::string a = "one\ntw", b = "o\nthree\n";
    const std::vector<std::string> expected{"one", "two", "three"};
    CHECK(read_file(folder.file("a", gzip(a) + gzip("") + gzip(b))).lines == expected);
    CHECK(read_file(folder.file("b", zstd(a) + zstd("") + zstd(b))).lines == expected);
}

TEST_CASE("many zstd frames, one of them large, broken or cut off") {
    const Folder folder;
    const std::string text = numbered_lines(150'000);
    const std::vector<std::string> expected = read_file(folder.file("plain", text)).lines;
    const size_t each = GENERATE(1'000, 70'000, 500'000);
    std::vector<std::string> frames;
    for (size_t at = 0; at < text.size(); at += each) frames.push_back(zstd(text.substr(at, each)));
    std::string packed;
    for (const std::string& f : frames) packed += f;
    REQUIRE(read_file(folder.file("a", packed)).lines == expected);

    const size_t middle = frames.size() / 2, place = packed.size() / 2;
    SECTION("one is large") {
        const std::string noise = "{" + random_text(6'000'000) + "}\n";
        const Read r = read_file(folder.file("b", zstd(text) + zstd(noise) + packed), {.max_line_bytes = 8'000'000});
        REQUIRE(r.lines.size() == 2 * expected.size() + 1);
        CHECK(r.lines[expected.size()] + "\n" == noise);
        CHECK(std::equal(expected.begin(), expected.end(), r.lines.begin() + static_cast<std::ptrdiff_t>(expected.size()) + 1));
    }
    SECTION("one is broken") {
        std::string broken;
        for (size_t i = 0; i < frames.size(); ++i) broken += i == middle ? frames[i].substr(0, frames[i].size() - 1) + static_cast<char>(~frames[i].back()) : frames[i];
        const Read r = read_file(folder.file("b", broken));
        CHECK(r.failure.find("at byte") != std::string::npos);
        CHECK(r.lines.size() >= expected.size() * middle / frames.size() - 1);
        CHECK(std::equal(r.lines.begin(), r.lines.end(), expected.begin()));
    }
    SECTION("the file is cut off") {
        const Read r = read_file(folder.file("b", packed.substr(0, place)));
        CHECK(r.failure.find("at byte " + std::to_string(place)) != std::string::npos);
        CHECK(std::equal(r.lines.begin(), r.lines.end(), expected.begin()));
    }
    SECTION("something else follows") {
        const Read r = read_file(folder.file("b", packed + "garbage"));
        CHECK(r.failure.find("at byte " + std::to_string(packed.size())) != std::string::npos);
        CHECK(r.lines == expected);
    }
}

TEST_CASE("a cut or broken compressed file fails with its name and place, after the lines before it") {
    const Folder folder;
    const std::string text = numbered_lines(20'000);
    const bool gz = GENERATE(true, false);
    const std::string whole = gz ? gzip(text) : zstd(text);
    const Read cut = read_file(folder.file("cut", whole.substr(0, whole.size() / 2)));
    CHECK(cut.failure.find(folder.path("cut")) == 0);
    CHECK(cut.failure.find("at byte " + std::to_string(whole.size() / 2)) != std::string::npos);
    CHECK(cut.failure.find("after line " + std::to_string(cut.lines.size())) != std::string::npos);
    for (size_t i = 0; i < cut.lines.size(); ++i) REQUIRE(cut.lines[i] == "{\"i\":" + std::to_string(i * i) + "}");

    std::string broken = whole;
    for (size_t i = whole.size() / 2; i < whole.size() / 2 + 50; ++i) broken[i] = static_cast<char>(~broken[i]);
    CHECK_FALSE(read_file(folder.file("broken", broken)).failure.empty());
    CHECK_FALSE(read_file(folder.file("tail", whole + "garbage")).failure.empty());
    CHECK_FALSE(read_file(folder.file("head", whole.substr(0, 5))).failure.empty());
}

TEST_CASE("a line longer than the bound is handed on one byte too long, and costs no more memory") {
    const Folder folder;
    const std::string path = folder.file("a", "ok\n" + std::string(100'000, 'x') + "\nfine\n" + std::string(11, 'y') + "\n" +
                                                  std::string(10, 'z') + "\n" + std::string(5000, 'w'));
    const size_t chunk = GENERATE(4, 10, 11, 12, 1000, 1 << 20);
    const Read r = read_file(path, {.chunk_bytes = chunk, .max_line_bytes = 10});
    CHECK(r.lines == std::vector<std::string>{"ok", std::string(11, 'x'), "fine", std::string(11, 'y'), std::string(10, 'z'),
                                              std::string(11, 'w')});
    CHECK(r.offsets == std::vector<int64_t>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("batches hold as many records as asked") {
    const Folder folder;
    const Read r = read_file(folder.file("a", numbered_lines(100)), {.max_records_per_batch = 7});
    CHECK(r.lines.size() == 100);
    CHECK(r.largest_batch == 7);
    CHECK(r.batches == 15);
}

TEST_CASE("reading goes on at a line") {
    const Folder folder;
    const std::string path = folder.file("a", "a\n\nb\nc\n\nd");
    CHECK(read_file(path, {}, 2).offsets == std::vector<int64_t>{2, 3, 5});
    CHECK(read_file(path, {}, 3).lines == std::vector<std::string>{"c", "d"});
    CHECK(read_file(path, {}, 6).lines.empty());
    CHECK(read_file(path, {.chunk_bytes = 1, .max_records_per_batch = 1}, 4).lines == std::vector<std::string>{"d"});
}

TEST_CASE("files that cannot be read are all named at once") {
    const Folder folder;
    const std::string good = folder.file("good", "x\n");
    FileSource source({folder.path("none"), good, folder.path("."), good});
    const auto lanes = source.open(1, {});
    REQUIRE_FALSE(lanes.ok());
    REQUIRE(lanes.problems().size() == 3);
    CHECK(lanes.problems()[0].text().find(folder.path("none") + ": cannot open: No such file") == 0);
    CHECK(lanes.problems()[1].message == "is a directory");
    CHECK(lanes.problems()[2].message == "is given twice");
}

TEST_CASE("every file is a lane of its own") {
    const Folder folder;
    FileSource source({folder.file("a", "1\n"), folder.file("b", "2\n3\n")});
    auto lanes = source.open(1, {});
    REQUIRE(lanes.ok());
    REQUIRE(lanes.value().size() == 2);
    CHECK(read_all(*lanes.value()[1]).lines == std::vector<std::string>{"2", "3"});
    CHECK(read_all(*lanes.value()[0]).lines == std::vector<std::string>{"1"});
}

TEST_CASE("a pipe gives whole lines as they come, and nothing in between") {
    const Folder folder;
    const std::string path = folder.path("pipe");
    REQUIRE(std::system(("mkfifo " + path).c_str()) == 0);
    std::fstream writer(path);  // for both, so that opening waits for nobody
    FileSource source({path});
    auto lanes = source.open(1, {});
    REQUIRE(lanes.ok());
    SourceLane& lane = *lanes.value()[0];
    RecordBatch batch;
    CHECK(lane.poll(batch, std::chrono::milliseconds{0}) == PollResult::records);  // opened
    CHECK(lane.poll(batch, std::chrono::milliseconds{0}) == PollResult::nothing);
    writer << "one\ntw" << std::flush;
    REQUIRE(lane.poll(batch, std::chrono::milliseconds{5000}) == PollResult::records);
    REQUIRE(batch.records.size() == 1);
    CHECK(batch.records[0].bytes() == "one");
    writer << "o\n" << std::flush;
    REQUIRE(lane.poll(batch, std::chrono::milliseconds{5000}) == PollResult::records);
    REQUIRE(batch.records.size() == 1);
    CHECK(batch.records[0].bytes() == "two");
}
