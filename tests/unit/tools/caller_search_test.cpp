// Call chains, fan-in and fan-out are found again from how volumes change.
#include "tools/learn/caller_search.h"

#include <cmath>
#include <limits>
#include <random>

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

constexpr size_t kIntervals = 72;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class History {
public:
    explicit History(uint64_t seed) : random_(seed) {}
    // Traffic of its own.
    std::vector<double> own(double size = 100) {
        std::vector<double> out(kIntervals);
        for (double& x : out) x = size * (static_cast<double>(random_() % 20001) / 10000 - 1);
        return out;
    }
    // `calls` times what each of `from` gets, and a scatter of so much of its own.
    std::vector<double> fed(const std::vector<std::vector<double>>& from, double calls, double scatter) {
        std::vector<double> out = own(scatter);
        for (const auto& f : from)
            for (size_t i = 0; i < out.size(); ++i) out[i] += calls * f[i];
        return out;
    }

private:
    std::mt19937_64 random_;
};

std::string text(const std::vector<Volume>& services, const std::vector<std::pair<size_t, size_t>>& known = {}) {
    std::string out;
    for (const FoundCall& c : find_calls(services, known))
        out += services[c.caller].name + (c.directed ? ">" : "-") + services[c.callee].name + (c.or_else.empty() ? "" : "|" + c.or_else) + " ";
    return out;
}

}  // namespace

TEST_CASE("a chain is found as a chain") {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
        History h(seed);
        const auto a = h.own(), b = h.fed({a}, 0.8, 15), c = h.fed({b}, 0.5, 3), d = h.own();
        INFO(seed);
        CHECK(text({{"a", a, 300}, {"b", b, 200}, {"c", c, 100}, {"d", d, 150}}) == "a>b b>c ");
        CHECK(text({{"a", a, kNan}, {"b", b, kNan}, {"c", c, kNan}, {"d", d, kNan}}) == "b-a|c c-b ");
    }
}

TEST_CASE("in a chain without any scatter the nearest in time is taken, and the doubt is told") {
    History h(1);
    const auto a = h.own(), b = h.fed({a}, 1, 0), c = h.fed({b}, 1, 0);
    CHECK(text({{"a", a, 300}, {"b", b, 200}, {"c", c, 100}}) == "a>b b>c|a ");
}

TEST_CASE("each of several callers keeps its part, however small beside the others") {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
        History h(seed);
        const auto a = h.own(), b = h.own(), small = h.own(20), c = h.fed({a, b, small}, 1, 4), other = h.own();
        INFO(seed);
        const std::string found = text({{"a", a, 300}, {"b", b, 280}, {"small", small, 250}, {"c", c, 100}, {"other", other, 400}});
        for (const char* call : {"a>c ", "b>c ", "small>c "}) CHECK(found.find(call) != std::string::npos);
        CHECK(found.find("other") == std::string::npos);
    }
}

TEST_CASE("two that are called by one do not call each other") {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
        History h(seed);
        const auto a = h.own(), b = h.fed({a}, 0.8, 5), c = h.fed({a}, 0.7, 5);
        INFO(seed);
        CHECK(text({{"a", a, 300}, {"b", b, 200}, {"c", c, 100}}) == "a>b a>c ");
    }
}

TEST_CASE("what the model says already is taken off first, and not said again") {
    History h(3);
    const auto a = h.own(), b = h.own(), c = h.fed({a, b}, 1, 4);
    const std::vector<Volume> services{{"a", a, 300}, {"b", b, 280}, {"c", c, 100}};
    CHECK(text(services, {{0, 2}}) == "b>c ");
    CHECK(text(services, {{0, 2}, {1, 2}}).empty());
    CHECK(text(services, {{2, 0}}) == "b>c ");  // the other way round is known
}

TEST_CASE("hundreds of services that have nothing to do with each other call nobody, and few intervals prove nothing") {
    History h(4);
    std::vector<Volume> services;
    for (int i = 0; i < 200; ++i) services.push_back({"s" + std::to_string(i), h.own(), 100.0 + 10 * i});
    CHECK(text(services).empty());
    auto a = h.own(), b = h.fed({a}, 1, 5);
    for (size_t i = 20; i < kIntervals; ++i) b[i] = kNan;
    CHECK(text({{"a", a, 300}, {"b", b, 100}}).empty());
}
