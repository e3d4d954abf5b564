// Where times stand on the shared horizontal axis of the report's plots, and its ticks.
#pragma once

#include <string>

#include "tools/report/report_data.h"
#include "tools/report/text.h"

namespace foreshock {

// Pixels of the figure; the page scales it to its width.
struct Frame {
    static constexpr double kWidth = 1080, kLeft = 196, kRight = 84;
    static constexpr double kPlot = kWidth - kLeft - kRight;
};

class TimeAxis {
public:
    TimeAxis(EventTime start, EventTime end) : start_(start), end_(end) {}
    explicit TimeAxis(const Span& span) : TimeAxis(span.start, span.end) {}

    double x(EventTime t) const;  // kept inside the plot
    TimeWords words() const { return {start_, end_}; }
    // Hairlines from y to y + height, with labels below.
    std::string ticks(double y, double height) const;
    // A rectangle for a span, at least 1.5 pixels wide; empty when outside.
    std::string shade(const Span& span, const char* tone, double y, double height, const std::string& title) const;

private:
    EventTime start_, end_;
};

}  // namespace foreshock
