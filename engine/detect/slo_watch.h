// One promise: its indicator over its own window, from the slots that end inside the window, and what that means for its error
// budget. One worker only.
#pragma once

#include <vector>

#include "engine/base/histogram.h"
#include "engine/detect/budget_ledger.h"
#include "engine/detect/signal.h"
#include "engine/plan/model.h"
#include "engine/window/slot.h"

namespace foreshock {

// What a promise sees of one slot. Null: no row in it.
struct SloSight {
    EventTime start{}, end{};
    Micros elapsed{0};                     // since the slot before; longer than the slot over a gap
    const ServiceSlot* service = nullptr;
    const GaugeSlot* gauge = nullptr;      // metric, freshness of a metric
    const DemandState* volume = nullptr;   // drop
    double composed = kUnknown, owed = kUnknown;  // composite: of all parts, and of those that count
    bool excluded = false;                 // maintenance that does not count
};

class SloWatch {
public:
    // Transactions. With less in its window the indicator is unknown, unless what lies before it shows that the promise is broken.
    static constexpr int64_t kLeastEvidence = 20;
    static constexpr Micros kLongestEvidence = std::chrono::minutes{30};
    static constexpr size_t kMostParts = 720;

    // Once a slot, in order.
    void close(const SloSight& sight, const Slo& slo, const std::vector<ZoneOffset>& zone, SloState& state);

    template <class A>
    void archive(A& a) { a(parts_, since_, seen_, violated_, burning_, burning_since_, ledger_); }
    // After restoring: the state as `close` left it.
    void restore(const Slo& slo, SloState& state) const;

private:
    struct Part {
        EventTime end{};
        int64_t count = 0, failed = 0, value = 0, failed_value = 0;
        double weight = 0, sum = 0;  // metric only
        Histogram latency;
        template <class A>
        void archive(A& a) { a(end, count, failed, value, failed_value, weight, sum, latency); }
    };
    void add(EventTime end, const ServiceSlot& s, const Slo& slo);
    void add(EventTime end, const GaugeSlot& g);
    double indicator(const SloSight& sight, const Slo& slo) const;
    double of_transactions(EventTime now, const Slo& slo) const;
    void forget(EventTime now, const Slo& slo);
    BudgetLedger::Slice slice(const SloSight& sight, const Slo& slo, const SloState& state) const;

    std::vector<Part> parts_;
    EventTime since_{}, seen_{};
    bool violated_ = false;
    std::vector<uint8_t> burning_;
    std::vector<EventTime> burning_since_;
    BudgetLedger ledger_;
};

}  // namespace foreshock
