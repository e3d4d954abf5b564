// Campaigns of the calendar against what came: demand before the start, times what was announced. One worker only.
#pragma once

#include <vector>

#include "engine/base/archive.h"
#include "engine/detect/signal.h"
#include "engine/plan/inventory.h"

namespace foreshock {

class CampaignWatch {
public:
    explicit CampaignWatch(const Inventory& inventory);
    // Once a slot, after the services were judged. Fills one state for each announced campaign that runs now.
    void close(EventTime end, const std::vector<ServiceState>& services, std::vector<CampaignState>& out);

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
        template <class A>
        void archive(A& a) { a(start, usual, usual_value, best); }
    };

    const Inventory& inventory_;
    std::vector<Pair> pairs_;
    std::vector<Run> runs_;  // [pair]
};

}  // namespace foreshock
