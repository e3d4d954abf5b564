// Joins open spikes, drops and pressures that touch each other in the service model into incidents with ranked causes.
// One worker only.
#pragma once

#include <map>

#include "engine/correlate/driver_finder.h"

namespace foreshock {

class IncidentMaker {
public:
    // Reads the outlooks of `c` and writes its incidents.
    void update(const Inventory& inventory, const DriverFinder& drivers, const Signals& signals, Correlation& c);

    template <class A>
    void archive(A& a) { a(open_); }

private:
    struct Open {
        uint64_t id = 0;
        EventTime since{};
        template <class A>
        void archive(A& a) { a(id, since); }
    };
    std::map<std::string, Open> open_;  // by the name of the incident's first service
};

// Causes of a rise of one resource: demand (split by campaign and the like) and what each transaction costs.
std::vector<Cause> causes_of(const Inventory& inventory, const Signals& signals, const Correlation& c, const Outlook& o);

}  // namespace foreshock
