// Random service maps: one or two entry services, logic behind them, partners, databases and consumers of queues.
#pragma once

#include "tools/generate/scenario/random.h"
#include "tools/generate/scenario/spec.h"

namespace foreshock {

// What the scenario cannot do without.
struct MapNeeds {
    bool consumer = false;    // behind a queue
    bool leaf = false;        // a partner or engine that calls nobody
    bool value_work = false;  // a leaf whose work grows with the value of transactions
    bool rate_limit = false;  // a leaf with a quota
    bool cache = false;       // in front of a database
    bool two_pools = false;   // a chain of two services with connection pools
    bool small = false;       // three or four services
};

// Services, calls, classes and times; resources other than their presence are sized later.
void build_map(ScenarioSpec& spec, RandomStream& random, const MapNeeds& needs);
// Promises and patience, from the times without congestion; after sizing.
void promise(ScenarioSpec& spec, RandomStream& random);

}  // namespace foreshock
