#include "connectors/http/waiting_events.h"

#include "tests/support/catch.h"

using namespace foreshock;
using namespace std::chrono_literals;

namespace {

struct DeadLetters : DeadLetterOutput {
    std::vector<std::string> lines;
    void write(std::string_view, const BadRecord&) override {}
    void write(const UndeliveredWarning& w) override {
        lines.push_back(std::string(w.receiver) + " " + std::string(w.reason) + " " + std::string(w.event) + ": " + std::string(w.what));
    }
};

WaitingEvents::Event event(const std::string& warning, int revision, bool update = false) {
    return {warning, warning + "." + std::to_string(revision), "\"" + warning + std::to_string(revision) + "\"", update, {}};
}

HttpReply status(int code, const std::string& error = {}) { return {code, error, {}}; }

std::string next_of(WaitingEvents& waiting) {
    const auto request = waiting.next();
    if (!request) return {};
    return request->headers.back().second;
}

}  // namespace

TEST_CASE("a warning that the receiver fails on holds up no other, and its own order holds") {
    WaitingEvents waiting({});
    for (auto& e : {event("a", 1), event("a", 2), event("b", 1), event("b", 2)}) waiting.push(e);
    CHECK(next_of(waiting) == "a.1");
    waiting.failed(status(500));
    for (const char* key : {"b.1", "b.2"}) {
        CHECK(next_of(waiting) == key);
        waiting.settled();
    }
    CHECK(next_of(waiting) == "a.1");
    waiting.failed(status(500));
    CHECK(next_of(waiting) == "a.1");
    waiting.settled();
    CHECK(next_of(waiting) == "a.2");
    waiting.settled();
    CHECK(next_of(waiting).empty());
}

TEST_CASE("a receiver that is not reached is tried with the same event again") {
    WaitingEvents waiting({});
    waiting.push(event("a", 1));
    waiting.push(event("b", 1));
    for (int i = 0; i < 3; ++i) {
        CHECK(next_of(waiting) == "a.1");
        waiting.failed(status(0, "Connection refused"));
    }
}

TEST_CASE("what waits goes through an archive, in order and before what is said later") {
    WaitingEvents before({});
    for (int i = 1; i <= 3; ++i) before.push(event("a", i, i == 2));
    CHECK(next_of(before) == "a.1");  // on its way is not arrived
    Archive saving;
    before.archive(saving);
    const std::string bytes = saving.take();

    WaitingEvents after({});
    Archive restoring(bytes);
    after.archive(restoring);
    CHECK(restoring.ok());
    CHECK(restoring.at_end());
    after.push(event("a", 4));
    REQUIRE(after.waiting() == 4);
    for (const char* key : {"a.1", "a.2", "a.3", "a.4"}) {
        const auto request = after.next();
        CHECK(request->headers.back().second == key);
        after.settled();
    }

    WaitingEvents cut({});
    Archive half(std::string_view(bytes).substr(0, bytes.size() / 2));
    cut.archive(half);
    CHECK_FALSE(half.ok());
}

TEST_CASE("what is given up goes to the dead letters with its reason") {
    DeadLetters dead;
    WaitingEvents waiting({"webhook http://x", {}, 2, 0s, &dead});
    waiting.push(event("a", 1));
    CHECK(next_of(waiting) == "a.1");
    waiting.refused(status(404, "no such hook"));
    REQUIRE(dead.lines.size() == 1);
    CHECK(dead.lines[0] == "webhook http://x refused \"a1\": status 404: no such hook");

    waiting.push(event("b", 1));
    CHECK(next_of(waiting) == "b.1");
    waiting.push(event("b", 2, true));
    waiting.push(event("b", 3));  // one too many: the update goes, not what is on its way
    REQUIRE(dead.lines.size() == 2);
    CHECK(dead.lines[1] == "webhook http://x overflow \"b2\": 2 events wait");
    CHECK(waiting.overflowed() == 1);

    waiting.failed(status(0, "Connection refused"));  // and nothing is tried any longer
    REQUIRE(dead.lines.size() == 4);
    CHECK(dead.lines[2] == "webhook http://x given_up \"b1\": Connection refused");
    CHECK(dead.lines[3] == "webhook http://x given_up \"b3\": Connection refused");
    CHECK(waiting.given_up() == 2);
    CHECK(waiting.waiting() == 0);
}
