// Campaigns of the calendar against what came: demand before the start, times what was announced, and the money that was aimed at
// against what came so far and is still to come. One worker only.
#pragma once

#include <vector>

#include "engine/base/archive.h"
#include "engine/detect/signal.h"
#include "engine/plan/inventory.h"
#include "engine/window/slot.h"

namespace foreshock {

class CampaignWatch {
public:
    explicit CampaignWatch(const Inventory& inventory);
    // Once a slot, after the services were judged. Fills one state for each announced campaign that runs now and each of its services.
    void close(const ClosedSlot& slot, const std::vector<ServiceState>& services, const UsualDemand& usual, std::vector<CampaignState>& out);

    template <class A>
    void archive(A& a) {
        const size_t wanted = runs_.size();
        std::vector<Run> runs = runs_;
        a(runs);
        if (runs.size() == wanted) runs_ = std::move(runs);  // else the calendar is another one: what runs is judged anew
    }

private:
    struct Pair { uint32_t entry; ServiceIndex service; };
    struct Run {
        EventTime start{};  // of the occurrence; zero: none runs
        double usual = kUnknown, usual_value = kUnknown;  // per second, before it
        double best = 0;    // greatest ratio so far
        int64_t value_micro = 0;  // that came since the start
        double pace = 0;          // money per second, the last minutes most
        bool short_of_target = false;
        template <class A>
        void archive(A& a) { a(start, usual, usual_value, best, value_micro, pace, short_of_target); }
    };
    static bool follow(Run& run, const CalendarEntry& entry, const ClosedSlot& slot, const ServiceState& s, CampaignState& state);
    void judge_targets(EventTime end, const UsualDemand& usual, std::vector<CampaignState>& out);

    const Inventory& inventory_;
    std::vector<Pair> pairs_;      // services of one entry stand together
    std::vector<Run> runs_;        // [pair]
    std::vector<size_t> running_;  // pairs that run, as in the output; of this slot alone
};

}  // namespace foreshock
