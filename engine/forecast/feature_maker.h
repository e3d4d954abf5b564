// Readings of the learned decision (hazard_features.h) for each promise, from signals and outlooks; keeps what they need of the last
// hour. One worker only.
#pragma once

#include <span>
#include <vector>

#include "engine/base/mean_history.h"
#include "engine/base/trend_filter.h"
#include "engine/forecast/calendar_evidence.h"
#include "engine/forecast/resource_readings.h"
#include "engine/plan/renumbering.h"

namespace foreshock {

// What a promise depends on: every resource on its service's call path, or one metric alone.
struct PromiseSubject {
    ServiceIndex service = kNoIndex;
    GaugeIndex metric = kNoIndex;  // of a promise on a metric
    bool operator==(const PromiseSubject&) const = default;
};

class FeatureMaker {
public:
    FeatureMaker(const Inventory& inventory, const CalendarEvidence& calendar) : inventory_(inventory), calendar_(calendar) {}

    // Once a slot of `seconds`, before `make`. `gauges`: forecasts by physics, before any of them shields others. `metrics`: [SLO] the gauge
    // of a promise on a metric, kNoIndex for others; it has to last until the next slot.
    void observe(const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& gauges,
                 std::span<const GaugeIndex> metrics, double seconds);
    // Of the same `signals`, `c` and `gauges`. `first`: the most urgent resource, kNoIndex when there is none.
    void make(const PromiseSubject& subject, const Signals& signals, const Correlation& c, const std::vector<GaugeForecast>& gauges,
              FeatureVector& out, GaugeIndex& first) const;

    template <class A>
    void archive(A& a) {
        archive_numbered(a, gauges_, &Renumbering::gauges);
        archive_numbered(a, services_, &Renumbering::services);
        archive_numbered(a, promises_, &Renumbering::promises);
        a(known_seconds_);
    }

private:
    struct ServiceMemory {
        TrendFilter<45> fast;
        TrendFilter<150> middle, value;
        TrendFilter<300> slow;
        TrendFilter<60> latency;
        MeanHistory volume;
        float each_usual = std::numeric_limits<float>::quiet_NaN();
        float latency_usual = std::numeric_limits<float>::quiet_NaN();
        float record = std::numeric_limits<float>::quiet_NaN();  // highest volume, fading
        float since_harmed = 7200;  // seconds since a promise of the service or of who waits for it was broken, at most this
        double latency_rise = kUnknown;  // p95 against its usual, up to the slot before; made anew
        template <class A>
        void archive(A& a) { a(fast, middle, slow, value, latency, volume, each_usual, latency_usual, record, since_harmed); }
    };
    struct PromiseMemory {
        TrendFilter<100> indicator;
        float usual = std::numeric_limits<float>::quiet_NaN();
        float since_broken = 7200;  // seconds, at most this
        template <class A>
        void archive(A& a) { a(indicator, usual, since_broken); }
    };

    // What the middle one of the resources behind one entry does.
    struct Common {
        float growth = std::numeric_limits<float>::quiet_NaN(), recent = growth, slope = growth, slope_slow = growth;
    };

    struct Candidate {
        GaugeIndex gauge = kNoIndex;
        int hops = 0;
        float urgency = -1;
    };
    static void rank(const Candidate& x, bool fills, std::array<Candidate, 3>& best);

    void grow(const Signals& signals);
    void observe_harm(const Signals& signals, double seconds);
    void observe_service(const ServiceState& s, double seconds);
    void observe_latency(const ServiceState& s, double seconds);
    void find_common(const Signals& signals, const std::vector<ServiceIndex>& entries);
    ResourceReadings::Sight sight_of(const GaugeForecast& f, const Signals& signals, const Correlation& c) const;
    double latency_rise(ServiceIndex s) const;
    void observe_promise(const SloState& s, size_t k, double seconds);
    void put_demand(const PromiseSubject& subject, const Signals& signals, const Correlation& c, FeatureVector& out) const;
    void put_indicator(const PromiseSubject& subject, const Signals& signals, FeatureVector& out) const;
    void put_calendar(const PromiseSubject& subject, const Signals& signals, const Correlation& c, GaugeIndex first, FeatureVector& out) const;
    bool of_subject(const PromiseSubject& subject, size_t promise, const Signals& signals) const;

    const Inventory& inventory_;
    const CalendarEvidence& calendar_;
    std::vector<ResourceReadings> gauges_;
    std::vector<ServiceMemory> services_;
    std::vector<PromiseMemory> promises_;  // [SLO]
    double known_seconds_ = 0;
    // Of this slot or of the inventory, made anew.
    std::span<const GaugeIndex> metrics_;       // [SLO]
    std::vector<Common> commons_;               // [service] of entries
    std::vector<std::vector<std::pair<ServiceIndex, int>>> reach_;  // [service] whom it waits for, and over how many calls
    std::vector<bool> promised_;                // [gauge] a promise is made of it
    std::vector<std::vector<uint32_t>> slos_;   // [service] numbers in `Signals::slos`
};

}  // namespace foreshock
