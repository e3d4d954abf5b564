#include "engine/event/names.h"

#include <map>
#include <random>

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

// Counts who is asked.
struct CountingNames : Names {
    std::map<std::string, NameId> ids{};
    size_t most = SIZE_MAX, asked = 0;

    NameId intern(NameSpace, std::string_view text) override {
        ++asked;
        if (const auto found = ids.find(std::string(text)); found != ids.end()) return found->second;
        if (ids.size() == most) return kNameOverflow;
        return ids.emplace(text, static_cast<NameId>(ids.size() + 1)).first->second;
    }
    std::string text(NameSpace, NameId) const override { return {}; }
};

}  // namespace

TEST_CASE("texts of every length that differ in one byte anywhere have different numbers") {
    CountingNames names;
    NameCache cache(names);
    for (size_t size = 1; size <= 40; ++size) {
        std::string text(size, 'a');
        const NameId plain = cache.find(NameSpace::service, text);
        for (size_t at = 0; at < size; ++at) {
            for (const char c : {'b', '\0', '\xff'}) {
                std::string other = text;
                other[at] = c;
                REQUIRE(cache.find(NameSpace::service, other) != plain);
                REQUIRE(cache.find(NameSpace::service, other) == names.ids.at(other));
            }
        }
        REQUIRE(cache.find(NameSpace::service, text) == plain);
    }
}

TEST_CASE("each text is asked for once, however many there are and wherever it stands") {
    CountingNames names;
    NameCache cache(names);
    std::mt19937 random(7);
    std::vector<std::string> texts;
    for (int i = 0; i < 20'000; ++i) {
        std::string text(1 + random() % 24, '\0');
        for (char& c : text) c = static_cast<char>('a' + random() % 3);
        texts.push_back(std::move(text));
    }
    std::string moved;
    for (int round = 0; round < 2; ++round) {
        for (const std::string& text : texts) {
            moved = text;  // not where it was
            const NameId id = cache.find(NameSpace::host, moved);
            REQUIRE(id == names.ids.at(text));
        }
        CHECK(names.asked == names.ids.size());
    }
    CHECK(cache.find(NameSpace::host, "") == kNoName);
}

TEST_CASE("a refused text is asked for again, as there may be room some day") {
    CountingNames names;
    names.most = 1;
    NameCache cache(names);
    CHECK(cache.find(NameSpace::service, "first") == 1);
    CHECK(cache.find(NameSpace::service, "second") == kNameOverflow);
    names.most = 2;
    CHECK(cache.find(NameSpace::service, "second") == 2);
    CHECK(cache.find(NameSpace::service, "first") == 1);
}
