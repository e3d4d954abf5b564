// Every way to look for quotes finds the same as looking at one byte after the other.
#include "connectors/format/quote_index.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "engine/event/record.h"
#include "tests/support/catch.h"

using namespace foreshock;

namespace {

bool is_plain(const std::string& record) {
    return std::all_of(record.begin(), record.end(), [](char c) { return c >= ' ' && c != '\\' && static_cast<unsigned char>(c) < 0x80; });
}

std::vector<uint16_t> quotes_of(const std::string& record) {
    std::vector<uint16_t> out;
    for (size_t i = 0; i < record.size(); ++i)
        if (record[i] == '"') out.push_back(static_cast<uint16_t>(i));
    return out;
}

// What stands behind the record must not count.
std::string padded(const std::string& record, char after) { return record + std::string(kRecordPadding, after); }

}  // namespace

TEST_CASE("quotes: all scans find those of any record, and tell what is not plain") {
    REQUIRE_FALSE(quote_scans().empty());
    std::mt19937_64 random{1};
    size_t plain = 0, dense = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string record(random() % 300, 'a');
        const uint64_t share = random() % 5;  // of quotes, from none to all
        for (char& c : record) c = random() % 4 < share ? '"' : static_cast<char>(' ' + random() % 0x5f);
        for (char& c : record)
            if (c == '\\') c = '/';
        if (random() % 4 == 0 && !record.empty()) record[random() % record.size()] = static_cast<char>(random());
        const std::vector<uint16_t> expected = quotes_of(record);
        for (const QuoteScan scan : quote_scans()) {
            std::vector<uint16_t> out(record.size() + 64);
            const std::string memory = padded(record, i % 2 == 0 ? '"' : '\\');
            const uint32_t count = scan(memory.data(), record.size(), out.data());
            REQUIRE((count == kNotPlain) == !is_plain(record));
            if (count == kNotPlain) continue;
            out.resize(count);
            REQUIRE(out == expected);
        }
        plain += is_plain(record);
        dense += expected.size() > 40;
    }
    CHECK(plain > 10'000);
    CHECK(plain < 20'000);
    CHECK(dense > 1'000);
}

TEST_CASE("quotes: the longest record, and one that is longer") {
    QuoteIndex index;
    const std::string longest(QuoteIndex::kLongest, '"');
    REQUIRE(index.read(padded(longest, '"').data(), longest.size()));
    CHECK(index.count() == QuoteIndex::kLongest);
    CHECK(index.positions()[QuoteIndex::kLongest - 1] == QuoteIndex::kLongest - 1);
    CHECK(index.positions()[QuoteIndex::kLongest] == QuoteIndex::kLongest);
    CHECK_FALSE(index.read(padded(longest + "a", '"').data(), longest.size() + 1));
}
