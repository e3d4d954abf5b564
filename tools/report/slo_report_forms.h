// The objectives report for people, for programs, for spreadsheets and as a page of its own. Pure functions.
#pragma once

#include <string>

#include "tools/report/slo_report.h"

namespace foreshock {

std::string slo_report_text(const SloReportData& data);
std::string slo_report_json(const SloReportData& data);  // one object, indented
std::string slo_report_csv(const SloReportData& data);   // RFC 4180; one row an objective
std::string slo_report_html(const SloReportData& data);

}  // namespace foreshock
