// The plots of the report as inline SVG: strips above one another that share one axis of time.
#pragma once

#include <string>
#include <vector>

#include "tools/report/report_data.h"
#include "tools/report/text.h"

namespace foreshock {

// One strip: a track with its band from least to greatest, what is usual as a dashed line, and a bound.
struct Strip {
    std::string title, note;  // left of the plot: "Orders", "a minute"
    std::string tone;         // class of the colour: demand, value, capacity, promise
    const Track* track = nullptr;
    const Track* baseline = nullptr;  // may be null
    double bound = kUnknown;          // limit or objective
    double at_most = kUnknown;        // greater numbers are cut off
    Unit unit = Unit::plain;
    std::string currency = {};
};

// What is shaded behind every strip of a service.
struct Shading {
    std::vector<Span> warnings, breaches, spikes;
};

// `label`: what the figure shows, for those who cannot see it.
// `shown`: the part of the timeline that is plotted.
std::string strips_svg(const std::vector<Strip>& strips, const Timeline& timeline, const Span& shown,
                       const Shading& shading, const std::string& label);

// One line a service with its spikes, warnings and breaches.
struct Lane {
    std::string name, link;  // link: "#id" of the service's part of the page
    Shading shading;
};
std::string lanes_svg(const std::vector<Lane>& lanes, const Span& all);

}  // namespace foreshock
