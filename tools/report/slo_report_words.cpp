#include "tools/report/slo_report_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/base/currency.h"
#include "engine/warn/sentence.h"
#include "rules/values.h"
#include "tools/report/text.h"

namespace foreshock {
namespace {

constexpr double kAlmostGone = 0.1;
constexpr double kCame = 0.4;  // of the announced rise, as for warnings

std::string trimmed(std::string digits) {
    if (digits.find('.') == digits.npos) return digits;
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
    return digits;
}

double good_share(int64_t bad, int64_t all) { return all > 0 ? 1 - static_cast<double>(bad) / static_cast<double>(all) : kUnknown; }

}  // namespace

double in_unit(int64_t n, Budgeting b) { return static_cast<double>(n) / static_cast<double>(units_of(b)); }

std::string amount_text(int64_t n, Budgeting b) {
    if (b == Budgeting::windows) return (n < 0 ? "-" : "") + (n == 0 ? "0 s" : span_text(Micros{std::abs(n) * 1000}));
    if (b == Budgeting::transactions) return fmt::format("{} transactions", n);
    return fmt::format("{:.2f} of value", in_unit(n, b));
}

// Never rounded up to a whole that it is not.
std::string percent_text(double share, int decimals) {
    if (std::isnan(share)) return "unknown";
    const double scale = std::pow(10.0, decimals);
    return trimmed(fmt::format("{:.{}f}", std::floor(share * 100 * scale + 1e-6) / scale, decimals)) + " %";
}

double availability(const ServiceRow& s) { return good_share(s.failed, s.count); }
double value_availability(const ServiceRow& s) { return good_share(s.failed_value_micro, s.value_micro); }

std::string service_text(const ServiceRow& s) {
    std::string out = fmt::format("{}: {} of {} transactions were ok ({})", s.service, s.count - s.failed, s.count, percent_text(availability(s)));
    if (s.value_micro <= 0) return out;
    return out + fmt::format(", {} of the value; {} {:.2f} failed", percent_text(value_availability(s)), currency_text(s.currency),
                             static_cast<double>(s.failed_value_micro) * 1e-6);
}

std::string_view verdict_of(const CampaignRow& row) {
    const double stands = std::isnan(row.target) ? row.best_ratio - 1 : row.over ? row.value : row.projected;
    const double wanted = std::isnan(row.target) ? kCame * (row.expected_ratio - 1) : row.target;
    if (!row.over) return stands >= wanted ? "on_the_way" : "short";
    if (std::isnan(row.target)) return stands >= wanted ? "came" : "did_not_come";
    return stands >= wanted ? "reached" : "missed";
}

std::string campaign_text(const CampaignRow& row) {
    const auto money = [&](double x) { return (currency_text(row.currency) + " " + readable_number(x)).substr(row.currency == 0 ? 1 : 0); };
    std::string out = fmt::format("campaign {}, {} to {}: ", row.campaign, to_rfc3339(row.start), row.end == kEndOfTime ? "no end" : to_rfc3339(row.end));
    if (!std::isnan(row.expected_ratio)) out += fmt::format("x{} came of x{} announced; ", readable_number(row.best_ratio), readable_number(row.expected_ratio));
    out += money(row.value) + (row.over ? " came" : " came so far");
    if (std::isnan(row.target)) return out;
    out += " of " + money(row.target) + " aimed at (" + percent_text(row.value / row.target, 0) + ")";
    return row.over ? out : out + ", " + money(row.projected) + " to be expected";
}

std::string_view verdict_of(const ObjectiveRow& row) {
    if (!row.model->objective) return "none";
    if (std::isnan(row.budget.left)) return "unknown";
    if (row.budget.left < 0) return "broken";
    const bool burning = std::ranges::any_of(row.budget.burn, [](const BurnState& b) { return b.burning; });
    const bool behind = row.budget.kept < *row.model->objective;
    return burning || behind || row.budget.left < kAlmostGone ? "at_risk" : "kept";
}

std::string standing_text(const ObjectiveRow& r) {
    const Slo& slo = *r.model;
    if (std::isnan(r.budget.kept)) return "nothing known";
    std::string out = percent_text(r.budget.kept);
    if (slo.objective) out += fmt::format(" of {}, {} of the budget left, {}", percent_text(*slo.objective), percent_text(r.budget.left, 1), verdict_of(r));
    const std::string period = slo.period_kind == PeriodKind::rolling ? duration_text(slo.period) : "this " + std::string(to_string(slo.period_kind));
    const bool counted = slo.budgeting == Budgeting::transactions;
    const std::string bad = counted ? std::to_string(r.budget.bad) : amount_text(r.budget.bad, slo.budgeting);
    out += fmt::format(" ({} of {} bad in {}, since {})", bad, amount_text(r.budget.total, slo.budgeting), period, to_rfc3339(r.budget.from));
    if (r.budget.unknown_ms > 0) out += ", " + span_text(Micros{r.budget.unknown_ms * 1000}) + " unknown";
    if (r.budget.excluded_ms > 0) out += ", " + span_text(Micros{r.budget.excluded_ms * 1000}) + " excluded";
    return out;
}

std::string burn_text(const ObjectiveRow& row) {
    std::string out;
    for (const BurnState& b : row.budget.burn) {
        const std::string rate = std::isnan(b.long_rate) ? "unknown" : trimmed(fmt::format("{:.2f}", b.long_rate));
        out += (out.empty() ? "" : ", ") + duration_text(b.long_window) + " " + rate + (b.burning ? " (burning)" : "");
    }
    return out;
}

std::string correction_text(const Correction& c, Budgeting b) {
    const std::string what = c.exclude ? "excluded " + to_rfc3339(c.start) + " to " + to_rfc3339(c.end)
                                       : "corrected at " + to_rfc3339(c.start) + " by " + amount_text(c.bad, b) + " bad" +
                                             (c.total != 0 ? " and " + amount_text(c.total, b) + " in all" : "");
    return what + " by " + c.author + ": " + c.reason;
}

}  // namespace foreshock
