// Words and numbers that all forms of the objectives report share. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "tools/report/slo_report.h"

namespace foreshock {

inline constexpr std::string_view kNothingPromised = "The model promises nothing: write slos under its services.";

// Seconds, transactions or money.
double in_unit(int64_t n, Budgeting b);
std::string amount_text(int64_t n, Budgeting b);  // "4 min 10 s", "12 transactions", "1234.50 of value"
std::string percent_text(double share, int decimals = 3);  // "99.87 %"; "unknown"

double availability(const ServiceRow& s);
double value_availability(const ServiceRow& s);
std::string service_text(const ServiceRow& s);

// What came of a campaign: reached or missed where money is aimed at, came or did_not_come where a ratio was announced; on_the_way or
// short while it runs.
std::string_view verdict_of(const CampaignRow& row);
std::string campaign_text(const CampaignRow& row);

// kept, at_risk (it burns, less than a tenth of the budget is left, or so far less is kept than the objective), broken (the budget of
// the whole period is gone), unknown, or none without an objective.
std::string_view verdict_of(const ObjectiveRow& row);
std::string standing_text(const ObjectiveRow& row);
std::string burn_text(const ObjectiveRow& row);  // "1h 0.2, 6h 0.1, 3d 0.1"
std::string correction_text(const Correction& c, Budgeting b);

}  // namespace foreshock
