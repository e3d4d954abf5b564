// The cost report for people, for programs and for spreadsheets. Pure functions.
#pragma once

#include <string>

#include "tools/report/cost_report.h"

namespace foreshock {

std::string cost_report_text(const CostReportData& d);
std::string cost_report_json(const CostReportData& d);
// One row for each service and resource (RFC 4180).
std::string cost_report_csv(const CostReportData& d);

}  // namespace foreshock
