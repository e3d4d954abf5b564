// The outlook of one gauge: sensor and demand joined into one level and slope, what it costs, and whether it fills by balance.
// Formulas: engine/correlate/README.md, "Fusion". One worker only.
#pragma once

#include <memory>

#include "engine/correlate/driver_finder.h"
#include "engine/correlate/fill_model.h"
#include "engine/correlate/response_model.h"

namespace foreshock {

// Utilization at which service levels break, by kind: queueing makes waits steep before 1.
double knee_of(ResourceKind kind);

class OutlookMaker {
public:
    void update(const Inventory& inventory, const DriverFinder& drivers, const Signals& signals, GaugeIndex gauge,
                double seconds, Outlook& out);

    template <class A>
    void archive(A& a) { a(response_, fill_, queue_, sensor_over_demand_); }

private:
    struct Guess { double level = kUnknown, slope = 0, slope_error = 0, noise = 0; };

    Guess from_demand(const ServiceState& demand) const;
    void fuse(const GaugeState& g, const Guess& d, Outlook& out);
    void fill(const Inventory& inventory, const DriverFinder& drivers, const Signals& signals, double seconds, Outlook& out);
    void fill_queue(const Inventory& inventory, const DriverFinder& drivers, const Signals& signals, double seconds, Outlook& out);

    // Of a resource that follows demand, that fills up, of a queue: what it is not, it has no room for.
    std::unique_ptr<ResponseModel> response_;
    std::unique_ptr<FillModel> fill_;
    std::unique_ptr<QueueModel> queue_;
    double sensor_over_demand_ = 1;  // EWMA, for the time when the sensor is silent
};

}  // namespace foreshock
