// The event-time clock of one source partition, and the clocks of the hosts that write into it. All judgements depend on the
// order of events within the partition only, never on batches, threads or other partitions. One worker only.
//
// The clock is the greatest time seen, guarded twice: a jump ahead moves it only once another host, or several events in a
// row, agree; and a host that is constantly ahead of or behind the others is corrected by its usual distance from them
// (the least delay seen in a round of events, after the clock filter of NTP, RFC 5905 section 10). A host that has been silent for
// one or two hours, in which the partition was not, is forgotten: hosts are ephemeral.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/time.h"
#include "engine/event/names.h"

namespace foreshock {

class Archive;

class PartitionClock {
public:
    explicit PartitionClock(Micros jump) : jump_us_(jump.count()) {}

    // Corrected event time of the next event in partition order, in microseconds; moves the clock.
    int64_t observe(int64_t ts_us, NameId host) {
        HostClock& h = host_clock(host);
        if (h.round != round_) enter(h, host);
        ts_us -= h.correction_us;
        if (now_us_ == kNever) [[unlikely]] now_us_ = ts_us;
        const int64_t ahead = ts_us - now_us_;
        if (ahead > h.least_delay_us) h.least_delay_us = ahead;
        if (ahead > jump_us_) [[unlikely]] {
            leap(ts_us, host);
        } else {
            candidates_ = 0;
            if (ahead > 0) now_us_ = ts_us;
        }
        if (++events_in_round_ == kRoundEvents) end_round();
        return ts_us;
    }
    // Greatest believed time; INT64_MIN before the first event.
    int64_t now_us() const { return now_us_; }
    EventTime now() const { return now_us_ == kNever ? kBeginningOfTime : EventTime{Micros{now_us_}}; }
    // The same, or the time of an unconfirmed leap: what to close up to when nothing will follow.
    int64_t last_word_us() const { return candidates_ > 0 ? candidate_us_ : now_us_; }
    size_t corrected_hosts() const;

    // Goes by other names from now on; hosts that these have no room for are as those that are seen for the first time.
    void rename(Renaming& to);
    void archive(Archive& a, Names& names);

private:
    static constexpr int64_t kNever = INT64_MIN / 2;  // so that differences do not overflow
    static constexpr uint32_t kRoundEvents = 256;
    static constexpr uint32_t kAgreeingRounds = 3;
    static constexpr uint32_t kAgreeingEvents = 8;
    static constexpr int64_t kTolerance_us = 5'000'000;  // distances below this are ordinary delay
    static constexpr int64_t kJitter_us = 2'000'000;     // a constant distance stays within this
    static constexpr int64_t kEra_us = 3'600'000'000;    // a host that was in neither this one nor the one before is forgotten

    struct HostClock {
        int64_t least_delay_us = INT64_MIN;  // in this round: greatest (event time - clock)
        int64_t distance_us = 0;             // from the other hosts, in the last round
        int64_t correction_us = 0;           // taken off the host's times
        uint32_t round = 0;                  // the last round it was seen in
        uint32_t agreeing = 0;               // rounds in a row with the same distance
    };
    static NameId with_room(NameId host) { return host == kNameOverflow ? kNoName : host; }
    HostClock& host_clock(NameId host) {
        host = with_room(host);
        if (host >= hosts_.size()) hosts_.resize(host + 1);
        return hosts_[host];
    }
    bool known(const HostClock& h) const { return h.round != 0 && h.round >= era_before_; }
    void enter(HostClock& h, NameId host);
    void leap(int64_t ts_us, NameId host);
    void end_round();

    int64_t jump_us_;
    int64_t now_us_ = kNever;
    int64_t candidate_us_ = 0;     // least time of the events that would leap
    NameId candidate_host_ = kNoName;
    uint32_t candidates_ = 0;      // events in a row that are far ahead
    uint32_t round_ = 1;
    uint32_t events_in_round_ = 0;
    uint32_t era_ = 0, era_before_ = 0;  // first round of the running era, which is at least kEra_us long, and of the one before
    int64_t era_began_us_ = kNever;
    std::vector<HostClock> hosts_;   // [host id]; 0 stands for events without a host, or with one beyond the bound
    std::vector<NameId> active_;     // hosts seen in this round
    std::vector<int64_t> delays_;    // theirs; for end_round alone
};

}  // namespace foreshock
