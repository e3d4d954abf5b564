// Puts the report together: one HTML file that needs nothing else, light and dark, for the screen and for paper.
#pragma once

#include <string>

#include "tools/report/report_data.h"

namespace foreshock {

// At most this many services are plotted, those with something to tell first; at most this many warnings are listed.
inline constexpr size_t kPlottedServices = 24;
inline constexpr size_t kListedWarnings = 200;

std::string html_page(const std::string& app, const ReportData& data);

}  // namespace foreshock
