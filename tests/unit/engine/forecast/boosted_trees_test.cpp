#include "engine/forecast/boosted_trees.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace foreshock {
extern const char* const kHazardModelFile;
}

namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
const std::string kHead = "foreshock-trees 1\nfeature a\nfeature b\n";

std::string problem_of(const std::string& text) {
    TreeFile file;
    std::string problem;
    CHECK_FALSE(file.parse(text, problem));
    return problem;
}

TreeFile read(const std::string& text) {
    TreeFile file;
    std::string problem;
    INFO(problem);
    REQUIRE(file.parse(text, problem));
    return file;
}

double sum(const BoostedTrees& t, float a, float b) { return t.sum(std::vector<float>{a, b}); }

}  // namespace

TEST_CASE("trees: a reading at most the threshold goes left, and what is missing takes the split's own branch") {
    const TreeFile file = read(kHead + "# a remark\nnumber p -2.5\ntrees p 2\ns 0 0.5 l 2 0 v -1 s 1 2 r 2 0 v 10 v 20\nv 0.25\ntrees q 0\n");
    CHECK(file.features() == std::vector<std::string>{"a", "b"});
    CHECK(file.number("p") == -2.5);
    CHECK(std::isnan(file.number("q")));
    CHECK(file.trees("r") == nullptr);
    REQUIRE(file.trees("q") != nullptr);
    CHECK(sum(*file.trees("q"), 1, 1) == 0);
    const BoostedTrees& t = *file.trees("p");
    CHECK(t.trees() == 2);
    CHECK(t.nodes() == 6);
    CHECK(sum(t, 0.4F, 9) == -0.75);
    CHECK(sum(t, 0.5F, 9) == -0.75);
    CHECK(sum(t, 0.6F, 2) == 10.25);
    CHECK(sum(t, 0.6F, 2.1F) == 20.25);
    CHECK(sum(t, kNone, 0) == -0.75);      // l: left
    CHECK(sum(t, 0.6F, kNone) == 20.25);   // r: right
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    CHECK(sum(t, -kInfinity, 0) == -0.75);
    CHECK(sum(t, kInfinity, -kInfinity) == 10.25);
}

TEST_CASE("trees: what the readings moved, and what none of them does, is the sum") {
    const TreeFile file = read(kHead + "trees p 1\ns 0 0.5 l 2 3 v -1 s 1 2 r 2 5 v 10 v 20\n");
    std::vector<double> moved(2);
    CHECK(file.trees("p")->explain(std::vector<float>{0.6F, 9}, moved) == 3);
    CHECK(moved == std::vector<double>{2, 15});

    const TreeFile builtin = read(kHazardModelFile);
    std::mt19937 random(3);
    for (const char* name : {"probability", "seconds_0.1", "seconds_0.5", "seconds_0.9"}) {
        const BoostedTrees* t = builtin.trees(name);
        REQUIRE(t != nullptr);
        for (int i = 0; i < 200; ++i) {
            std::vector<float> x(builtin.features().size());
            for (float& v : x) v = random() % 5 == 0 ? kNone : static_cast<float>(random() % 3000) * 0.001F;
            std::vector<double> by(x.size());
            const double base = t->explain(x, by), all = t->sum(x);
            CHECK(std::accumulate(by.begin(), by.end(), base) == Approx(all).epsilon(1e-9).margin(1e-9));
        }
    }
}

TEST_CASE("trees: a file that cannot be read says what is wrong") {
    CHECK_THAT(problem_of(""), ContainsSubstring("foreshock-trees 1"));
    CHECK_THAT(problem_of("foreshock-trees 2\n"), ContainsSubstring("foreshock-trees 1"));
    CHECK_THAT(problem_of(kHead + "forest p 1\n"), ContainsSubstring("'forest'"));
    CHECK_THAT(problem_of(kHead + "number p many\n"), ContainsSubstring("'number'"));
    CHECK_THAT(problem_of(kHead + "number p inf\n"), ContainsSubstring("'number'"));
    CHECK_THAT(problem_of(kHead + "trees p -1\n"), ContainsSubstring("'trees'"));
    CHECK_THAT(problem_of(kHead + "feature b\n"), ContainsSubstring("'b' stands twice"));
}

TEST_CASE("trees: a malformed tree is refused by the name of its sum") {
    for (const char* tree : {
             "",                                     // none
             "v",                                    // a leaf without a value
             "v 1x",                                 // and with half a number
             "v nan", "v inf",                       // and with none
             "w 1",                                  // neither leaf nor split
             "s 0 0.5 l 2 0 v 1",                    // right child out of the tree
             "s 0 0.5 l 3 0 v 1 v 2",                // the same
             "s 0 0.5 l 65536 0 v 1 v 2",            // a distance that no node has
             "s 0 0.5 l 1 0 v 1 v 2",                // the left child once more
             "s 0 0.5 l 0 0 v 1 v 2",                // itself
             "s 0 0.5 l 2 0 v 1 s 1 0.5 l 2 0",      // last node no leaf
             "s 2 0.5 l 2 0 v 1 v 2",                // a feature that the file does not name
             "s -1 0.5 l 2 0 v 1 v 2", "s 0 x l 2 0 v 1 v 2", "s 0 0.5 l 2",
         }) {
        INFO(tree);
        CHECK_THAT(problem_of(kHead + "trees p 1\n" + tree + "\n"), ContainsSubstring("tree of 'p'"));
    }
    CHECK_THAT(problem_of(kHead + "trees p 2\nv 1\n"), ContainsSubstring("tree of 'p'"));  // fewer than are promised
    CHECK_THAT(problem_of(kHead + "trees p 18446744073709551615\nv 1\n"), ContainsSubstring("tree of 'p'"));
}
