// What to see to first. Joins open warnings of one story to incidents, each with one warning that speaks for it, and orders the
// incidents by the loss that is to be expected of them, weighted by the time left and by what the business says:
//
//     priority = P(breach) * value a minute * 0.5 failing * 15 min * 5 / (5 + minutes left to act)
//                * 3 where a differentiator is concerned * 2 during a campaign
//                * 1000 on a priority day of the calendar: its services come first
//
// The value of an incident is that of the services for which no other of it waits: the same money is not counted at every call. Where
// nothing is known, the median of what is open stands for it. What a rule of the user's says counts as half likely with 15 minutes
// left, or as certain and now where it is critical. One worker only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/plan/inventory.h"
#include "engine/warn/warning.h"

namespace foreshock {

// Money that a breach is taken to cost: half of the value failing, for a quarter of an hour.
double at_risk(double value_per_minute);

class Ranker {
public:
    explicit Ranker(const Inventory& inventory) : inventory_(inventory) {}

    // `open`: every warning that is open at `now`; comes back in the order of ranks, parts behind the one that speaks for them.
    // `said`: revisions of this slot, some of them of warnings that are over. Incident, rank and priority are put into both, and
    // into the sentences what they mean: "fix A before B".
    void rank(EventTime now, std::vector<WarningRevision>& open, std::vector<WarningRevision>& said);

    template <class A>
    void archive(A& a) { a(known_); }

private:
    struct Known {
        std::string incident;
        bool spoken = false;  // has been said as the one that speaks
        template <class A>
        void archive(A& a) { a(incident, spoken); }
    };
    struct Incident {
        std::vector<WarningRevision*> parts;  // the one that speaks first
        double priority = 0, value_per_minute = 0;
        std::string money, reason;  // money: at risk, in each currency; empty: unknown
        const WarningRevision* before = nullptr;  // speaks for what the same people should see to later
        const WarningRevision* after = nullptr;   // … first
        WarningRevision& head() const { return *parts.front(); }
    };

    std::vector<Incident> join(std::vector<WarningRevision>& open) const;
    void choose_head(Incident& incident) const;
    std::vector<ServiceIndex> behind(const std::string& service) const;
    void value(Incident& incident) const;
    std::string people(const Incident& incident) const;
    void judge(EventTime now, double value_unknown, Incident& incident) const;
    std::string company(const Incident& incident) const;
    void put(Incident& incident, uint32_t rank);
    void complete(const std::vector<Incident>& incidents, std::vector<WarningRevision>& said);

    const Inventory& inventory_;
    std::map<std::string, Known> known_;  // by warning id, of what is open
};

}  // namespace foreshock
