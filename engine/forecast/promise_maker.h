// From the forecasts of gauges to those of promises: a latency or error promise breaks when a resource of the service, or of
// anything that it waits for, saturates; a promise on a metric breaks when that metric does; a service that no promise covers
// gets one: that its resources stay below their knee. One worker only.
#pragma once

#include "engine/forecast/feature_maker.h"
#include "engine/forecast/forecast.h"
#include "engine/forecast/gauge_forecaster.h"
#include "engine/forecast/hazard.h"
#include "engine/plan/renumbering.h"

namespace foreshock {

// What the learned decision says of one promise.
struct LearnedForecast {
    Hazard::Estimate estimate;
    const FeatureVector* features = &kNoFeatures;
    std::vector<Reason> reasons;   // heaviest first
    GaugeIndex urgent = kNoIndex;  // that the readings called "first" are of
};

class PromiseMaker {
public:
    explicit PromiseMaker(const Inventory& inventory) : inventory_(inventory) {}

    // The level, as a utilization, at which a promise on the gauge's metric is broken; NaN when none is made of it.
    double promised_limit(GaugeIndex g, const Signals& signals) const;
    PromiseSubject subject(const SloState& s) const;
    // Gauges that the promise depends on: one metric, or all on its service's way that are no promises of their own.
    std::vector<GaugeIndex> gauges_behind(const BreachForecast& f, const SloState* slo) const;
    // [SLO] gauge of a promise on a metric, kNoIndex for others.
    const std::vector<GaugeIndex>& metrics() const { return promised_; }
    // Once a slot, before the others: the inventory may have grown.
    void grow();
    // `learned`: for each SLO, the word of the learned decision.
    void make(const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& gauges,
              const std::vector<LearnedForecast>& learned, std::vector<BreachForecast>& out);

    template <class A>
    void archive(A& a) {
        archive_numbered(a, latency_broken_, &Renumbering::services);
        archive_numbered(a, errors_followed_, &Renumbering::services);
        archive_numbered(a, counted_, &Renumbering::services);
        archive_numbered(a, broken_, &Renumbering::services);
    }

private:
    // `driver`: what the learned decision says it is; `other`: it says nothing.
    void fill(const Signals& signals, const Correlation& c, const GaugeForecast& g, DriverKind driver, BreachForecast& f) const;
    void add_driver(const Signals& signals, const Correlation& c, const Outlook& o, DriverKind learned, BreachForecast& f) const;
    template <class F>
    void each_gauge(const std::vector<ServiceIndex>& services, F&& f) const;  // calls f(GaugeIndex) for those of their resources
    // By one of the laws of a forecast; promises on metrics are left out. Null where no gauge is.
    const GaugeForecast* most_urgent(const std::vector<ServiceIndex>& services, const std::vector<GaugeForecast>& gauges,
                                     Crossing GaugeForecast::*law) const;
    void make_slo(const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& gauges, const LearnedForecast& learned,
                  size_t k, BreachForecast& f);
    void make_capacity(const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& gauges, ServiceIndex s,
                       BreachForecast& f);
    // What has run out, or is about to, while a promise is broken without a forecast: the resource nearest to its knee of those that
    // are used far beyond their usual; null when none is.
    const GaugeForecast* suspect(const std::vector<ServiceIndex>& services, const Signals& signals,
                                 const std::vector<GaugeForecast>& gauges) const;
    void learn_errors(const Signals& signals);
    double share_of_errors(ServiceIndex s) const;

    const Inventory& inventory_;
    std::vector<std::vector<ServiceIndex>> reach_;  // [service]
    std::vector<bool> uncovered_;                   // [service] gets the capacity promise
    std::vector<GaugeIndex> promised_;              // [SLO] gauge of a metric promise, kNoIndex for others
    bool grown_ = false;
    std::vector<uint32_t> promise_of_;              // [gauge] SLO of a metric promise on it, kNoIndex for others
    // How often errors broke when latency did. [service]
    std::vector<uint32_t> latency_broken_, errors_followed_;
    std::vector<uint8_t> counted_;
    // A broken capacity promise: it holds again when the resource falls below the knee that it had passed.
    struct Broken {
        EventTime since{};
        GaugeIndex gauge = kNoIndex;  // none: not broken
        double knee = 0;
        void archive(Archive& a) {
            a(since);
            archive_number(a, gauge, &Renumbering::gauges);
            a(knee);
        }
    };
    std::vector<Broken> broken_;  // [service]
};

}  // namespace foreshock
