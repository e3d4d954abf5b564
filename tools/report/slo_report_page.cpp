#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/base/currency.h"
#include "rules/values.h"
#include "tools/report/page_style.h"
#include "tools/report/slo_report_forms.h"
#include "tools/report/slo_report_words.h"
#include "tools/report/text.h"

namespace foreshock {
namespace {

std::string row_html(const ObjectiveRow& r) {
    const Slo& slo = *r.model;
    const std::string_view verdict = verdict_of(r);
    const std::string_view tone = verdict == "kept" ? "good" : verdict == "broken" || verdict == "at_risk" ? "bad" : "soft";
    const std::string period = slo.period_kind == PeriodKind::rolling ? duration_text(slo.period) : std::string(to_string(slo.period_kind));
    std::string notes;
    for (const Correction& c : r.corrections) notes += "<br>" + html_escaped(correction_text(c, slo.budgeting));
    return fmt::format(
        "<tr><td>{}</td><td>{}<br><span class=\"soft\">{}{}</span></td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
        "<td class=\"n {}\">{}</td><td class=\"n\">{}</td></tr>",
        html_escaped(r.service), html_escaped(r.slo), html_escaped(r.promise), notes, slo.objective ? percent_text(*slo.objective) : "none",
        percent_text(r.budget.kept), slo.objective ? percent_text(r.budget.left, 1) : "–", tone, verdict,
        period + (r.budget.burn.empty() ? "" : "<br><span class=\"soft\">burn " + html_escaped(burn_text(r)) + "</span>"));
}

std::string services_html(const SloReportData& d) {
    if (d.services.empty()) return {};
    std::string out = "<section class=\"card\"><h2>Transactions</h2><table><tr><th>Service</th><th class=\"n\">Transactions</th><th class=\"n\">Failed</th>"
                      "<th class=\"n\">Availability</th><th class=\"n\">By value</th><th class=\"n\">Value lost</th></tr>";
    for (const ServiceRow& s : d.services) {
        out += fmt::format("<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{} {:.2f}</td></tr>",
                           html_escaped(s.service), s.count, s.failed, percent_text(availability(s)), percent_text(value_availability(s)),
                           html_escaped(currency_text(s.currency)), static_cast<double>(s.failed_value_micro) * 1e-6);
    }
    return out + "</table></section>\n";
}

std::string campaigns_html(const SloReportData& d) {
    if (d.campaigns.empty()) return {};
    std::string out = "<section class=\"card\"><h2>Campaigns</h2><table><tr><th>Campaign</th><th>What came</th><th class=\"n\">State</th></tr>";
    for (const CampaignRow& c : d.campaigns) {
        const std::string_view verdict = verdict_of(c);
        const std::string_view tone = verdict == "reached" || verdict == "came" || verdict == "on_the_way" ? "good" : "bad";
        out += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"n {}\">{}</td></tr>", html_escaped(c.campaign), html_escaped(campaign_text(c)), tone, verdict);
    }
    return out + "</table></section>\n";
}

std::string lead_sentence(const SloReportData& d) {
    if (d.objectives.empty()) return std::string(kNothingPromised);
    size_t with = 0, broken = 0, risk = 0, unknown = 0;
    for (const ObjectiveRow& r : d.objectives) {
        const std::string_view v = verdict_of(r);
        with += v != "none";
        broken += v == "broken";
        risk += v == "at_risk";
        unknown += v == "unknown";
    }
    return fmt::format("{} of {} objectives are kept, {} at risk, {} broken, {} unknown.", with - broken - risk - unknown, with, risk, broken, unknown);
}

}  // namespace

std::string slo_report_html(const SloReportData& d) {
    std::string out = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        "<title>{0} · objectives</title><style>{1}</style></head><body><main>\n<header><p class=\"eyebrow\">Foreshock objectives</p><h1>{0}</h1>"
        "<p class=\"range\">{2} to {3} UTC</p></header><p class=\"lead\">{4}</p>\n",
        html_escaped(d.app), kPageStyle, to_rfc3339(d.start), to_rfc3339(d.end), lead_sentence(d));
    out += "<section class=\"card\"><h2>Objectives</h2><table><tr><th>Service</th><th>Promise</th><th class=\"n\">Objective</th><th class=\"n\">Kept</th>"
           "<th class=\"n\">Budget left</th><th class=\"n\">State</th><th class=\"n\">Period</th></tr>";
    for (const ObjectiveRow& r : d.objectives) out += row_html(r);
    out += "</table></section>\n" + campaigns_html(d) + services_html(d);
    out += "<footer><p>What is left of a budget is at the pace so far where the period is not full. To count again: Foreshock " + html_escaped(d.version) +
           ", configuration <code>" + html_escaped(d.config_hash) + "</code>";
    for (const PartitionOffset& i : d.inputs) out += fmt::format(", <code>{}</code> to offset {}", html_escaped(i.partition), i.next);
    return out + ".</p></footer></main></body></html>\n";
}

}  // namespace foreshock
