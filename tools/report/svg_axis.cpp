#include "tools/report/svg_axis.h"

#include <fmt/format.h>

#include <algorithm>

namespace foreshock {
namespace {

constexpr int64_t kMostTicks = 9;

Micros tick_step(Micros range) {
    using namespace std::chrono;
    constexpr Micros kSteps[]{10s, 30s, 1min, 2min, 5min, 10min, 15min, 30min,   1h,       2h,
                              3h,  6h,  12h,  24h,  48h,  72h,   96h,   24h * 7, 24h * 14, 24h * 28};
    for (const Micros step : kSteps) {
        if (range / step <= kMostTicks) return step;
    }
    return range / kMostTicks + Micros{1};
}

bool midnight(EventTime t) { return t == std::chrono::floor<std::chrono::days>(t); }

}  // namespace

double TimeAxis::x(EventTime t) const {
    const double share = to_seconds(std::clamp(t, start_, end_) - start_) / std::max(to_seconds(end_ - start_), 1e-6);
    return Frame::kLeft + share * Frame::kPlot;
}

std::string TimeAxis::ticks(double y, double height) const {
    std::string out;
    const Micros step = tick_step(end_ - start_);
    const int64_t us = start_.time_since_epoch().count();
    for (EventTime t{step * ((us + step.count() - 1) / step.count())}; t <= end_; t += step) {
        const double at = x(t);
        const bool day = midnight(t);
        out += fmt::format(
            "<path class=\"tick\" d=\"M{0:.1f} {1:.0f}v{2:.0f}\"/><text class=\"time{5}\" x=\"{0:.1f}\" "
            "y=\"{3:.0f}\">{4}</text>",
            at, y, height, y + height + 15, day ? day_text(t) : to_clock(t), day ? " day" : "");
    }
    return out;
}

std::string TimeAxis::shade(const Span& span, const char* tone, double y, double height,
                            const std::string& title) const {
    if (span.end <= start_ || span.start >= end_) return {};
    const double left = x(span.start), right = std::max(x(span.end), left + 1.5);
    return fmt::format(
        "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.0f}\" width=\"{:.1f}\" height=\"{:.0f}\"><title>{}</title></rect>",
        tone, left, y, right - left, height, html_escaped(title));
}

}  // namespace foreshock
