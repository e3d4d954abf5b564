#include "rules/yaml.h"

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

struct Parsed {
    Problems problems;
    std::optional<YamlNode> root;

    explicit Parsed(std::string_view text) { root = parse_yaml(text, problems.add_file("t.yaml"), problems); }
    std::string first() {
        const Diagnostics d = problems.take();
        return d.empty() ? "" : d.front().text();
    }
    std::string canonical() const {
        std::string out;
        if (root) append_canonical(out, *root);
        return out;
    }
};

}  // namespace

TEST_CASE("every key and value of a document knows its place") {
    const Parsed p("a: 1\nb:\n  - x\n  - {c: 'd'}\nempty:\n");
    REQUIRE(p.root);
    const YamlEntry* b = p.root->find("b");
    REQUIRE(b != nullptr);
    CHECK(b->place.line == 2);
    CHECK(b->value.items[0].place.line == 3);
    CHECK(b->value.items[0].place.column == 5);
    const YamlEntry* c = b->value.items[1].find("c");
    REQUIRE(c != nullptr);
    CHECK(c->value.quoted);
    CHECK(c->value.place.column == 9);
    CHECK(p.root->find("empty")->value.is_null());
    CHECK(p.root->find("empty")->value.place.line == 5);
    CHECK(p.root->find("nothing") == nullptr);
}

TEST_CASE("an empty document is a null node") {
    for (const char* text : {"", "# only a comment\n", "---\n"}) {
        Parsed p(text);
        REQUIRE(p.root);
        CHECK(p.root->is_null());
        CHECK(p.problems.empty());
    }
}

TEST_CASE("what is no YAML has a place") {
    CHECK(Parsed("a: [1\nb: 2").first().starts_with("t.yaml:2:2: not valid YAML: "));
    CHECK(Parsed("a:\n\tb: 1\n").first().find("indent with spaces") != std::string::npos);
    CHECK(Parsed("a: *nobody\n").first().find("t.yaml:1:") == 0);
    CHECK(Parsed("a: 1\n---\nb: 2\n").first().find("second document") != std::string::npos);
    CHECK(Parsed("{a: 1}: b\n").first().find("key must be plain text") != std::string::npos);
    CHECK(Parsed(std::string(300, '[')).first().find("t.yaml:1:") == 0);
}

TEST_CASE("a key written twice is a problem and keeps the first value") {
    Parsed p("a: 1\nb: 2\na: 3\n");
    CHECK(p.root->find("a")->value.text == "1");
    CHECK(p.first() == "t.yaml:3:1: 'a' is written twice (first in line 1; keep one)");
}

TEST_CASE("anchors, aliases and merge keys are resolved") {
    Parsed p("base: &base {x: 1, y: 2}\nuse: *base\nown: {<<: *base, y: 3}\nlate: {y: 4, <<: *base}\n");
    CHECK(p.problems.empty());
    CHECK(p.root->find("use")->value.find("y")->value.text == "2");
    CHECK(p.root->find("own")->value.find("y")->value.text == "3");
    CHECK(p.root->find("own")->value.find("x")->value.text == "1");
    CHECK(p.root->find("late")->value.find("y")->value.text == "4");
    CHECK(Parsed("a: {<<: 5}\n").first().find("merges a map") != std::string::npos);
    CHECK(Parsed("a: &a [*a]\n").first().find("t.yaml:1:") == 0);
}

TEST_CASE("aliases of aliases do not eat the memory") {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int k = 1; k < 10; ++k) text += ", " + before;
        text += "]\n";
    }
    CHECK(Parsed(text).first().find("too large") != std::string::npos);
}

TEST_CASE("layout, quotes and comments do not change the canonical text") {
    const std::string flow = Parsed("{a: 1, b: [x, 'y z'], c: }").canonical();
    CHECK(Parsed("# hello\na:   '1'\nb:\n- x\n- \"y z\"\nc: ~\n").canonical() == flow);
    CHECK(Parsed("{a: 1, b: [x, 'y  z'], c: }").canonical() != flow);
    CHECK(Parsed("{b: [x, 'y z'], a: 1, c: }").canonical() != flow);
    CHECK(Parsed("[ab, c]").canonical() != Parsed("[a, bc]").canonical());
}

TEST_CASE("near names are found, far ones are not") {
    constexpr std::string_view kNames[]{"allowed_lateness", "length", "idle_timeout"};
    CHECK(nearest("allowed_latness", kNames) == "allowed_lateness");
    CHECK(nearest("lenght", kNames) == "length");
    CHECK(nearest("lateness", kNames) == "allowed_lateness");
    CHECK(nearest("zzz", kNames).empty());
    CHECK(edit_distance("lenght", "length") == 1);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(suggest("zzz", kNames) == "one of allowed_lateness, length, idle_timeout");
}
