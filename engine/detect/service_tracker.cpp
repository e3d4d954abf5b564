#include "engine/detect/service_tracker.h"

#include <algorithm>
#include <cmath>

#include "engine/base/archive.h"

namespace foreshock {
namespace {

constexpr double kFilterSeconds = 150;  // over which the slow level averages: chance alone moves a count by its root
constexpr double kDay = 86400;
constexpr double kValueScatter = 1.5;   // values differ among themselves

}  // namespace

void ServiceTracker::age(EventTime end, double seconds) {
    volume_.age(seconds);
    value_.age(seconds);
    contributors_.age(end, seconds);
    silent_ += seconds;
    const double keep = std::exp(-seconds / kDay);
    counted_ *= keep;
    valued_ *= keep;
    present_ = span_ > 0 && silent_ < span_;
}

void ServiceTracker::add(const ServiceSlot& s, EventTime end, double slot_seconds) {
    const double span = s.span_seconds > 0 ? s.span_seconds : slot_seconds;
    seen_ = true;
    span_ = span;
    silent_ = 0;
    summarised_ = span > slot_seconds * 1.5;
    present_ = true;
    has_value_ = has_value_ || s.value_micro != 0;
    if (s.currency != 0) currency_ = s.currency;
    const double count = static_cast<double>(s.count);
    volume_.add(end, count / span, span);
    if (has_value_) value_.add(end, static_cast<double>(s.value_micro) * 1e-6 / span, span);
    counted_ += count;
    valued_ += static_cast<double>(s.value_micro) * 1e-6;
    contributors_.add(s.dimensions, span);
    error_ratio_ = s.count > 0 ? static_cast<double>(s.failed) / count : kUnknown;
    p95_ms_ = s.latency.empty() ? kUnknown : s.latency.quantile(0.95);
}

void ServiceTracker::add_nothing(EventTime end, double seconds) {
    volume_.add(end, 0, seconds);
    if (has_value_) value_.add(end, 0, seconds);
    error_ratio_ = p95_ms_ = kUnknown;
}

void ServiceTracker::close(EventTime start, EventTime end, const std::vector<std::string>& dimension_names,
                           const ServiceModel* model, ServiceState& out) {
    const double usual = volume_.state().baseline;
    const double chance = std::sqrt(std::max(std::isnan(usual) ? 0 : usual, 1 / kFilterSeconds) / kFilterSeconds);
    volume_.close(start, end, chance);
    const double each = counted_ > 0 ? std::max(0.0, valued_ / counted_) : 0;
    value_.close(start, end, chance * each * kValueScatter);
    for (const Measure m : {Measure::volume, Measure::value}) {
        DemandState& d = m == Measure::volume ? volume_.state() : value_.state();
        if (d.spike) d.contributors = contributors_.split(m, d.level, d.baseline, dimension_names);
        else d.contributors.clear();
    }
    out.volume = volume_.state();
    out.value = value_.state();
    out.seen = seen_;
    out.present = present_;
    out.summarised = summarised_;
    out.silent_seconds = silent_;
    out.currency = currency_;
    out.error_ratio = error_ratio_;
    out.p95_ms = p95_ms_;
    // What is at risk while transactions fail to come is what usually comes.
    const double level = std::max(out.value.level, out.value.drop ? out.value.baseline : 0.0);
    out.value_per_minute = std::isnan(level) || !has_value_ ? 0 : level * 60;
    if (!has_value_ && model != nullptr && model->value_per_minute) out.value_per_minute = *model->value_per_minute;
}

}  // namespace foreshock
