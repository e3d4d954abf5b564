#include "engine/run/input_log.h"

#include <algorithm>

namespace foreshock {
namespace {

constexpr Micros kStep = std::chrono::minutes{1}, kKept = std::chrono::hours{2}, kBefore = std::chrono::minutes{10};

}  // namespace

void InputLog::add(EventTime slot_start, EventTime slot_end, const SlotPartial& sums, const Names& names) {
    std::map<std::string, OffsetRange> ranges;
    for (NameId id = 0; id < sums.inputs.size(); ++id)
        if (!sums.inputs[id].empty()) ranges.emplace(names.text(NameSpace::partition, id), sums.inputs[id]);
    if (minutes_.empty() || slot_start >= minutes_.back().start + kStep)
        minutes_.push_back({slot_start - slot_start.time_since_epoch() % kStep, {}, {}});
    minutes_.back().end = slot_end;
    while (minutes_.front().end + kKept <= slot_start) minutes_.pop_front();
    for (const auto& [name, range] : ranges) {
        const auto [known, unknown] = numbers_.try_emplace(name, static_cast<uint32_t>(names_.size()));
        if (unknown) names_.push_back(name);
        minutes_.back().ranges[known->second].add(range);
    }
}

void InputLog::archive(Archive& a) {
    a(names_, minutes_);
    if (!a.restoring()) return;
    numbers_.clear();
    for (const std::string& name : names_) numbers_.emplace(name, static_cast<uint32_t>(numbers_.size()));
    for (const Minute& m : minutes_)
        if (!m.ranges.empty() && m.ranges.rbegin()->first >= names_.size()) return a.fail();
}

std::vector<InputRange> InputLog::since(EventTime from) const {
    std::map<std::string, OffsetRange> ranges;
    for (const Minute& m : minutes_) {
        if (m.end <= from) continue;
        for (const auto& [number, range] : m.ranges) ranges[names_[number]].add(range);
    }
    std::vector<InputRange> all;
    for (const auto& [name, range] : ranges) all.push_back({name, range.first, range.next});
    return all;
}

std::vector<InputRange> InputLog::behind(const WarningRevision& w) const {
    EventTime from = w.opened_at - kBefore;
    if (w.driver.since != EventTime{}) from = std::min(from, w.driver.since);
    for (const WarningRevision::Seen& s : w.seen) from = std::min(from, s.at);
    return since(from);
}

}  // namespace foreshock
