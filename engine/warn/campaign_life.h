// Warnings of campaigns that were announced and do not come. One worker only.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/archive.h"
#include "engine/detect/signal.h"
#include "engine/plan/inventory.h"
#include "engine/warn/warning.h"

namespace foreshock {

class CampaignLife {
public:
    CampaignLife(const Inventory& inventory, const std::string& app) : inventory_(inventory), app_(app) {}

    // Appends what is to be said in this slot, and what is open after it.
    void decide(const Signals& signals, std::vector<WarningRevision>& said, std::vector<WarningRevision>& open);

    template <class A>
    void archive(A& a) { a(open_); }

private:
    struct Open {
        EventTime slot{}, at{}, start{};
        double usual = 0;
        template <class A>
        void archive(A& a) { a(slot, at, start, usual); }
    };
    WarningRevision missing(const Signals& signals, const CampaignState& state, const std::string& service, const Open& open) const;
    WarningRevision revision(const Signals& signals, const CalendarEntry& entry, const std::string& service, const Open& open) const;

    const Inventory& inventory_;
    const std::string& app_;
    std::map<std::pair<std::string, std::string>, Open> open_;  // by entry and service
};

}  // namespace foreshock
