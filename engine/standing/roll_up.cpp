#include "engine/standing/roll_up.h"

#include <algorithm>
#include <vector>

namespace foreshock {
namespace {

constexpr double kBroken = 0.5, kAtRisk = 0.25;

// First of the worst members, for the reason.
uint32_t worst_member(std::span<const Member> members) {
    uint32_t at = kItself;
    for (uint32_t i = 0; i < members.size(); ++i) {
        if (members[i].rule == RollUp::ignore) continue;
        if (at == kItself || as_seen(members[i]) > as_seen(members[at])) at = i;
    }
    return at;
}

void take(RolledUp& into, const RolledUp& other) {
    if (other.condition > into.condition) into = other;
}

}  // namespace

Condition as_seen(const Member& m) {
    if (m.rule == RollUp::ignore) return Condition::ok;
    return m.rule == RollUp::capped ? std::min(m.condition, Condition::at_risk) : m.condition;
}

RolledUp needed(std::span<const Member> members, uint32_t needs) {
    size_t well = 0, unknown = 0, broken = 0;
    for (const Member& m : members) {
        broken += m.condition == Condition::broken;
        unknown += m.condition == Condition::unknown;
    }
    well = members.size() - broken - unknown;
    const uint32_t worst = worst_member(members);
    if (well + unknown < needs) return {Condition::broken, worst};
    if (well < needs) return {Condition::unknown, worst};
    if (broken > 0) return {Condition::at_risk, worst};
    // Enough are well. What is unknown beyond that, or at risk, is a reserve.
    const size_t quiet = static_cast<size_t>(std::ranges::count_if(members, [](const Member& m) { return m.condition <= Condition::maintenance; }));
    if (quiet >= needs) return {Condition::ok, kItself};
    return {Condition::at_risk, worst};
}

RolledUp worst_of(std::span<const Member> members) {
    RolledUp out;
    for (uint32_t i = 0; i < members.size(); ++i) {
        const Member& m = members[i];
        if (m.group.empty()) {
            take(out, {as_seen(m), i});
            continue;
        }
        const auto before = members.first(i);
        if (std::ranges::any_of(before, [&](const Member& x) { return x.group == m.group; })) continue;
        std::vector<Member> group;
        std::vector<uint32_t> numbers;
        uint32_t needs = 1;
        for (uint32_t k = i; k < members.size(); ++k) {
            if (members[k].group != m.group) continue;
            group.push_back(members[k]);
            numbers.push_back(k);
            needs = std::max(needs, members[k].needs);
        }
        RolledUp rolled = needed(group, std::min(needs, static_cast<uint32_t>(group.size())));
        if (rolled.because != kItself) rolled.because = numbers[rolled.because];
        const bool capped = std::ranges::all_of(group, [](const Member& x) { return x.rule != RollUp::worst; });
        if (capped) rolled.condition = std::min(rolled.condition, Condition::at_risk);
        take(out, rolled);
    }
    return out;
}

RolledUp weighted(std::span<const Member> members) {
    double all = 0, bad = 0, unknown = 0;
    for (const Member& m : members) {
        if (m.rule == RollUp::ignore) continue;
        const Condition seen = as_seen(m);
        all += m.weight;
        if (seen == Condition::broken) bad += m.weight;
        if (seen == Condition::at_risk) bad += m.weight / 2;
        if (seen == Condition::unknown) unknown += m.weight;
    }
    if (all <= 0) return {};
    const uint32_t worst = worst_member(members);
    if (bad / all >= kBroken) return {Condition::broken, worst};
    if (bad / all >= kAtRisk) return {Condition::at_risk, worst};
    if ((bad + unknown) / all >= kAtRisk) return {Condition::unknown, worst};
    return {};
}

}  // namespace foreshock
