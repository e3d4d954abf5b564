#include "connectors/file/file_dead_letter.h"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "tests/support/catch.h"

using namespace foreshock;

TEST_CASE("dead letters are appended, line by line, from any thread") {
    char path[] = "/tmp/foreshock-dead-XXXXXX";
    close(mkstemp(path));
    {
        auto opened = FileDeadLetter::open(path);
        REQUIRE(opened.ok());
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int j = 0; j < 100; ++j) {
                    opened.value()->write("f", {0, j, DropReason::broken_json, std::string(1000, 'x'), "no JSON"});
                }
            });
        }
        for (std::thread& t : threads) t.join();
        CHECK(opened.value()->lost() == 0);
    }
    auto again = FileDeadLetter::open(path);
    again.value()->write("f", {0, 100, DropReason::broken_json, "{", "no JSON"});
    std::ifstream file(path);
    size_t lines = 0;
    for (std::string line; std::getline(file, line); ++lines) {
        CHECK(line.substr(0, 26) == R"({"partition":"f","offset":)");
        CHECK(line.back() == '}');
    }
    CHECK(lines == 401);
    unlink(path);
}

TEST_CASE("a place that cannot be written is a problem") {
    const auto opened = FileDeadLetter::open("/nowhere/at/all");
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.problems()[0].text().find("/nowhere/at/all: cannot write dead letters: ") == 0);
}

TEST_CASE("what a full disk does not take is counted") {
    if (access("/dev/full", W_OK) != 0) return;
    auto opened = FileDeadLetter::open("/dev/full");
    REQUIRE(opened.ok());
    opened.value()->write("f", {0, 1, DropReason::broken_json, "{", "no JSON"});
    CHECK(opened.value()->lost() == 1);
}
