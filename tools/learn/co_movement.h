// What moves together in a history: services that may call others (caller_search.h), and resources that may carry a service. Differences
// of five-minute means are compared, so that a shape of the day that all share says nothing. A proposal, never a fact.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/run/observer.h"

namespace foreshock {

struct Proposal {
    enum class Kind : uint8_t { call, carries } kind = Kind::call;
    std::string from, to;   // caller and callee, or resource and service
    double correlation = 0; // of differences, 0..1
    size_t intervals = 0;
    std::string reason;
};

// Bounded: the first 512 services and 2048 gauges, the last 14 days. `decided` by the deciding thread.
class CoMovement : public Observer {
public:
    void decided(const DecidedSlot& slot) override;
    // Calls and carriers that the model does not have yet, surest first.
    std::vector<Proposal> proposals(const Model& model) const;

private:
    struct Series {
        std::string name, owner;          // owner: of a gauge, its service as far as it is known
        std::map<int64_t, std::pair<double, double>> bins;  // sum and weight by five minutes
        double slow = 0, slow_weight = 0; // mean p95 of a service
    };
    static void add(Series& s, EventTime t, double x, double weight);

    std::map<ServiceIndex, Series> services_;
    std::map<GaugeIndex, Series> gauges_;
};

}  // namespace foreshock
