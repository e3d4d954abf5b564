// Warnings of campaigns that were announced and do not come, or fall short of the money aimed at: of several at one service the one that expects the most speaks.
// Maintenance of the service keeps them back, and the bound of open warnings. One worker only.
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

    struct Out {
        std::vector<WarningRevision>&said, &open;
        std::vector<SuppressedWarning>& suppressed;
    };
    // Appends what is to be said in this slot, what is open after it, and what was kept back or let go. At most `places` are open.
    void decide(const Signals& signals, size_t places, Out out);
    size_t open() const { return open_.size(); }

    template <class A>
    void archive(A& a) { a(open_, held_); }

private:
    struct Open {
        EventTime slot{}, at{}, start{};
        double usual = 0, so_far = 0;  // so_far: money that it has brought
        uint32_t currency = 0;
        bool by_target = false;        // opened because of the target alone
        template <class A>
        void archive(A& a) { a(slot, at, start, usual, so_far, currency, by_target); }
    };
    using Name = std::pair<std::string, std::string>;  // entry and service
    using Running = std::map<Name, const CampaignState*>;

    // Of each service that misses any: the campaign that is to speak.
    std::map<std::string, Name> speakers(const Running& running) const;
    bool keep_back(const Signals& signals, const Name& name, size_t places, Out& out);
    void let_go(const Signals& signals, const Running& running, Out& out);
    void end(const Signals& signals, const Name& name, const Open& open, bool came, Out& out) const;
    void note(SuppressedWarning::State state, const Signals& signals, const Name& name, const std::string& by, Out& out) const;
    static std::string last_word(const CalendarEntry& entry, const Open& open, bool came);
    WarningRevision missing(const Signals& signals, const CampaignState& state, const std::string& service, const Open& open) const;
    WarningRevision revision(const Signals& signals, const CalendarEntry& entry, const std::string& service, const Open& open) const;

    const Inventory& inventory_;
    const std::string& app_;
    std::map<Name, Open> open_;
    std::map<Name, std::string> held_;  // kept back, by which entry or bound
};

}  // namespace foreshock
