#include "engine/ingest/partition_clock.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>

#include "engine/base/archive.h"

namespace foreshock {

// Its first event in a round.
void PartitionClock::enter(HostClock& h, NameId host) {
    if (!known(h)) h = {};
    h.round = round_;
    h.least_delay_us = INT64_MIN;
    active_.push_back(with_room(host));
}

// Called for an event further ahead than the allowed jump: the end of a gap, or a wrong clock.
void PartitionClock::leap(int64_t ts_us, NameId host) {
    host = with_room(host);
    if (candidates_ == 0) {
        candidate_us_ = ts_us;
        candidate_host_ = host;
    }
    candidate_us_ = std::min(candidate_us_, ts_us);
    ++candidates_;
    const bool another_agrees = candidates_ >= 2 && (host != candidate_host_ || host == kNoName);
    if (another_agrees || candidates_ >= kAgreeingEvents) {
        now_us_ = std::max(now_us_, candidate_us_);
        candidates_ = 0;
    }
}

// Compares the hosts seen in the round with each other; the median host is right.
void PartitionClock::end_round() {
    if (active_.size() >= 3) {
        delays_.clear();
        for (NameId id : active_) delays_.push_back(host_clock(id).least_delay_us);
        const auto middle = delays_.begin() + static_cast<std::ptrdiff_t>(delays_.size() / 2);
        std::nth_element(delays_.begin(), middle, delays_.end());
        const int64_t usual = *middle;
        for (NameId id : active_) {
            HostClock& h = host_clock(id);
            const int64_t distance = h.least_delay_us - usual;
            h.agreeing = std::llabs(distance - h.distance_us) <= kJitter_us ? h.agreeing + 1 : 1;
            h.distance_us = distance;
            if (h.agreeing >= kAgreeingRounds && std::llabs(distance) > kTolerance_us) {
                h.correction_us += distance;
                h.distance_us = 0;
                h.agreeing = 0;
            }
        }
    }
    active_.clear();
    events_in_round_ = 0;
    ++round_;
    if (now_us_ - era_began_us_ < kEra_us) return;
    era_before_ = era_;
    era_ = round_;
    era_began_us_ = now_us_;
}

size_t PartitionClock::corrected_hosts() const {
    return static_cast<size_t>(std::count_if(hosts_.begin(), hosts_.end(), [this](const HostClock& h) { return known(h) && h.correction_us != 0; }));
}

void PartitionClock::rename(Renaming& to) {
    std::vector<HostClock> before;
    before.swap(hosts_);
    for (NameId id = 0; id < before.size(); ++id) {
        if (!known(before[id])) continue;
        if (const NameId now = to(NameSpace::host, id); now != kNameOverflow) host_clock(now) = before[id];
    }
    for (NameId& id : active_) id = with_room(to(NameSpace::host, id));
    candidate_host_ = with_room(to(NameSpace::host, candidate_host_));
}

void PartitionClock::archive(Archive& a, Names& names) {
    const auto text = [&](NameId id) { return id == kNoName ? std::string{} : names.text(NameSpace::host, id); };
    std::map<std::string, HostClock> hosts;
    std::vector<std::string> active;
    std::string candidate;
    if (!a.restoring()) {
        for (size_t i = 0; i < hosts_.size(); ++i)
            if (known(hosts_[i])) hosts.emplace(text(static_cast<NameId>(i)), hosts_[i]);
        for (NameId id : active_) active.push_back(text(id));
        candidate = text(candidate_host_);
    }
    a(now_us_, candidate_us_, candidate, candidates_, round_, events_in_round_, era_, era_before_, era_began_us_, hosts, active);
    if (!a.restoring()) return;
    const auto id_of = [&](const std::string& name) { return name.empty() ? kNoName : names.intern(NameSpace::host, name); };
    hosts_.clear();
    active_.clear();
    for (const auto& [name, clock] : hosts)
        if (const NameId id = id_of(name); id != kNameOverflow) host_clock(id) = clock;
    for (const std::string& name : active) active_.push_back(with_room(id_of(name)));
    candidate_host_ = with_room(id_of(candidate));
}

}  // namespace foreshock
