// The report's part on one service: its plots, and what was said of it.
#pragma once

#include <string>
#include <vector>

#include "tools/report/report_data.h"
#include "tools/report/svg_plot.h"

namespace foreshock {

// What every part of the page needs to know.
struct ReportView {
    explicit ReportView(const ReportData& data);

    const ReportData& data;
    std::vector<Breach> breaches;
    Span all;    // the whole run
    Span shown;  // what the plots of services show: all, or the stretch with warnings and breaches when that is short
    TimeWords words;
};

struct ServicePart {
    const ServiceTrack* track = nullptr;
    std::string anchor;                     // id in the page
    std::vector<const GaugeTrack*> gauges;  // of its resources, fullest first
    std::vector<const WarningStory*> warnings;
    Shading shading;
    bool eventful() const { return !shading.warnings.empty() || !shading.breaches.empty() || !shading.spikes.empty(); }
};

// Services to plot: those longest in breach first, then those warned of, then those with spikes; then the busiest.
std::vector<ServicePart> service_parts(const ReportView& view);

std::string service_html(const ServicePart& part, const ReportView& view);

// The first breach of the service within the horizon after a warning that was ahead of it; null: none.
const Breach* breach_after(const WarningStory& w, const ReportView& view);
// What came of a warning: broke later (with the lead time), averted, did not come true, still open.
std::string outcome_html(const WarningStory& w, const ReportView& view);
std::string promise_of(const ReportData& data, const Breach& b);
std::string grouped(uint64_t n);  // "1,234,567"

}  // namespace foreshock
