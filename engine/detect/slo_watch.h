// One promise: its indicator over its own window, from the slots that end inside the window. One worker only.
#pragma once

#include <deque>

#include "engine/base/histogram.h"
#include "engine/detect/signal.h"
#include "engine/plan/model.h"
#include "engine/window/slot.h"

namespace foreshock {

class SloWatch {
public:
    static constexpr int64_t kLeastEvidence = 20;  // transactions; below, the indicator is unknown
    static constexpr size_t kMostParts = 720;

    void add(EventTime end, const ServiceSlot& s, const Slo& slo);
    void add(EventTime end, const GaugeSlot& g);
    // Indicator over the window that ends at `end`.
    void close(EventTime start, EventTime end, const Slo& slo, SloState& state);

    template <class A>
    void archive(A& a) { a(parts_, since_, violated_); }

private:
    struct Part {
        EventTime end{};
        int64_t count = 0, failed = 0;
        double weight = 0, sum = 0;  // metric only
        Histogram latency;
        template <class A>
        void archive(A& a) { a(end, count, failed, weight, sum, latency); }
    };
    double indicator(const Slo& slo) const;

    std::deque<Part> parts_;
    EventTime since_{};
    bool violated_ = false;
};

}  // namespace foreshock
