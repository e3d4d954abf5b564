#include "engine/forecast/demand_ahead.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr double kHalfOfToday = 6 * 3600;
constexpr double kLeastToday = 0.2, kMostToday = 5;

// Empty when nothing is known of the demand.
std::vector<float> curve_of(const Signals& signals, const DemandState& d, ServiceIndex s, Measure m, size_t steps, bool& shaped) {
    const double now = std::isnan(d.baseline) ? d.level : d.baseline;
    if (std::isnan(now)) return {};
    const auto usual = [&](EventTime t) { return signals.usual == nullptr ? kUnknown : signals.usual->at(s, m, t); };
    const double usual_now = usual(signals.end);
    shaped = usual_now > 0;
    const double today = shaped ? std::clamp(now / usual_now, kLeastToday, kMostToday) : 1;
    std::vector<float> curve(steps);
    for (size_t k = 0; k < steps; ++k) {
        const Micros later = static_cast<int64_t>(k) * DemandAhead::kStep;
        const double then = usual(signals.end + later);
        const double left = std::exp2(-to_seconds(later) / kHalfOfToday);
        curve[k] = static_cast<float>(shaped && !std::isnan(then) ? then * (1 + (today - 1) * left) : now);
    }
    return curve;
}

}  // namespace

size_t DemandAhead::steps() const {
    size_t n = 0;
    for (const Curve& c : services) n = std::max(n, c.volume.size());
    return n;
}

double DemandAhead::at(const std::vector<float>& curve, EventTime t) const {
    if (curve.empty()) return kUnknown;
    const auto k = std::clamp<int64_t>((t - start) / kStep, 0, static_cast<int64_t>(curve.size()) - 1);
    return static_cast<double>(curve[static_cast<size_t>(k)]);
}

DemandAhead demand_ahead(const Signals& signals, EventTime until) {
    DemandAhead out;
    out.start = signals.end;
    const Micros length = std::clamp<Micros>(until - signals.end, Micros{0}, DemandAhead::kLongest);
    const auto steps = static_cast<size_t>(length / DemandAhead::kStep) + 1;
    out.services.resize(signals.services.size());
    for (const ServiceState& s : signals.services) {
        DemandAhead::Curve& c = out.services[s.service];
        bool valued = false;
        c.volume = curve_of(signals, s.volume, s.service, Measure::volume, steps, c.shaped);
        c.value = curve_of(signals, s.value, s.service, Measure::value, steps, valued);
    }
    return out;
}

}  // namespace foreshock
