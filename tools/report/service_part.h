// The report's part on one service: its plots, and what was said of it.
#pragma once

#include <string>
#include <vector>

#include "tools/report/report_data.h"
#include "tools/report/svg_plot.h"

namespace foreshock {

struct ServicePart {
    const ServiceTrack* track = nullptr;
    std::string anchor;                     // id in the page
    std::vector<const GaugeTrack*> gauges;  // of its resources, fullest first
    std::vector<const WarningStory*> warnings;
    Shading shading;
    bool eventful() const { return !shading.warnings.empty() || !shading.breaches.empty() || !shading.spikes.empty(); }
};

// Services to plot: those with warnings or breaches first, by time; then those with spikes; then the busiest.
std::vector<ServicePart> service_parts(const ReportData& data);

std::string service_html(const ServicePart& part, const ReportData& data);

// What came of a warning: broke later (with the lead time), averted, did not come true, still open.
std::string outcome_html(const WarningStory& w, const std::vector<Breach>& breaches, const TimeWords& words);
std::string promise_of(const ReportData& data, const Breach& b);
std::string grouped(uint64_t n);  // "1,234,567"

}  // namespace foreshock
