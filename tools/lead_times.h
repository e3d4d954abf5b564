// Judges a run by what happened later: which promises broke, and how long before that each was warned of. A warning foretells
// the first breach of its service that begins within kHorizon after its opening. One that opened because something was broken
// already, or while a breach went on or had just ended, foretells nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/observer.h"

namespace foreshock {

// A promise that broke: its indicator was violated for kSustained without a pause.
struct Breach {
    std::string service, slo;
    EventTime start{}, end{};  // end: when it was kept again, or the last slot
    std::optional<EventTime> warned_at;  // opening of the first warning that foretold it
    std::string kept_back_by;            // maintenance, or the bound, that kept a warning of it back; empty: none
    std::optional<Micros> lead() const { return warned_at ? std::optional(start - *warned_at) : std::nullopt; }
};

class LeadTimes : public Observer {
public:
    static constexpr Micros kSustained = std::chrono::minutes{1};
    static constexpr Micros kHorizon = std::chrono::minutes{30};
    static constexpr Micros kGrace = std::chrono::minutes{5};  // after a breach

    void decided(const DecidedSlot& slot) override;
    // In the order of their start. Violations that are shorter than kSustained are none.
    std::vector<Breach> breaches() const;
    // "4 min 10 s"
    static std::string text(Micros d);

private:
    using Promise = std::pair<std::string, std::string>;  // service, slo
    std::map<Promise, Breach> running_;
    std::vector<Breach> ended_;
    std::map<Promise, std::vector<std::pair<EventTime, std::string>>> kept_back_;  // when, and by which maintenance
    std::map<std::string, std::vector<EventTime>> opened_;  // by service: openings of warnings ahead of a breach
};

}  // namespace foreshock
