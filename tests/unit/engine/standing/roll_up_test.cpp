#include "engine/standing/roll_up.h"

#include <vector>

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

constexpr Condition kOk = Condition::ok, kUnknown_ = Condition::unknown, kRisk = Condition::at_risk, kBroken = Condition::broken;

Member of(Condition c, RollUp rule = RollUp::worst, double weight = 1) { return {c, weight, rule, {}, 1}; }
Member in_group(Condition c, uint32_t needs = 1, RollUp rule = RollUp::worst) { return {c, 1, rule, "g", needs}; }

}  // namespace

TEST_CASE("the worst member makes it, and is named") {
    const std::vector<Member> members{of(kOk), of(kUnknown_), of(kRisk), of(kBroken)};
    CHECK(worst_of(std::span(members).first(1)).condition == kOk);
    CHECK(worst_of(std::span(members).first(2)).condition == kUnknown_);
    CHECK(worst_of(std::span(members).first(3)).condition == kRisk);
    CHECK(worst_of(members).condition == kBroken);
    CHECK(worst_of(members).because == 3);
}

TEST_CASE("capped is at most at risk, ignored is nothing, unknown stays unknown") {
    CHECK(worst_of(std::vector{of(kBroken, RollUp::capped)}).condition == kRisk);
    CHECK(worst_of(std::vector{of(kUnknown_, RollUp::capped)}).condition == kUnknown_);
    CHECK(worst_of(std::vector{of(kBroken, RollUp::ignore), of(kOk)}).condition == kOk);
}

TEST_CASE("a group is as well as the members that it needs") {
    CHECK(worst_of(std::vector{in_group(kOk), in_group(kBroken)}).condition == kRisk);
    CHECK(worst_of(std::vector{in_group(kBroken), in_group(kBroken)}).condition == kBroken);
    CHECK(worst_of(std::vector{in_group(kOk), in_group(kUnknown_)}).condition == kOk);
    CHECK(worst_of(std::vector{in_group(kBroken), in_group(kUnknown_)}).condition == kUnknown_);
    CHECK(worst_of(std::vector{in_group(kOk, 2), in_group(kOk), in_group(kBroken)}).condition == kRisk);
    CHECK(worst_of(std::vector{in_group(kOk, 2), in_group(kBroken), in_group(kBroken)}).condition == kBroken);
    CHECK(worst_of(std::vector{in_group(kOk, 2), in_group(kUnknown_), in_group(kBroken)}).condition == kUnknown_);
    CHECK(worst_of(std::vector{in_group(kBroken, 1, RollUp::capped), in_group(kBroken, 1, RollUp::capped)}).condition == kRisk);
    const auto rolled = worst_of(std::vector{of(kOk), in_group(kOk), of(kOk), in_group(kBroken)});
    CHECK(rolled.because == 3);
}

TEST_CASE("by weight") {
    CHECK(weighted(std::vector{of(kBroken), of(kOk, RollUp::worst, 9)}).condition == kOk);
    CHECK(weighted(std::vector{of(kBroken), of(kOk, RollUp::worst, 3)}).condition == kRisk);
    CHECK(weighted(std::vector{of(kBroken), of(kOk)}).condition == kBroken);
    CHECK(weighted(std::vector{of(kRisk), of(kOk)}).condition == kRisk);
    CHECK(weighted(std::vector{of(kUnknown_), of(kOk)}).condition == kUnknown_);
    CHECK(weighted(std::vector{of(kUnknown_), of(kOk, RollUp::worst, 9)}).condition == kOk);
}
