#include "tools/report/html_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "foreshock_version.h"
#include "tools/report/page_style.h"
#include "tools/report/service_part.h"
#include "tools/report/svg_plot.h"
#include "tools/report/text.h"

namespace foreshock {
namespace {

constexpr size_t kOpenRows = 12, kFewRows = 4;  // a few more than open are not worth folding

std::string plural(size_t n, const char* one, const char* many) { return fmt::format("{} {}", n, n == 1 ? one : many); }

struct Score {
    size_t breaches = 0, warned = 0, averted = 0, wrong = 0;
    Micros median_lead{0};
    double at_risk = 0;
    std::string currency;
};

Score score_of(const ReportView& view) {
    Score s;
    std::vector<Micros> leads;
    for (const Breach& b : view.breaches) {
        ++s.breaches;
        if (const auto lead = b.lead()) leads.push_back(*lead);
    }
    s.warned = leads.size();
    if (!leads.empty()) {
        std::ranges::sort(leads);
        s.median_lead = (leads[leads.size() / 2] + leads[(leads.size() - 1) / 2]) / 2;
    }
    for (const WarningStory& w : view.data.warnings()) {
        const bool broke = breach_after(w, view) != nullptr;
        s.averted += !broke && w.verdict == Verdict::averted;
        s.wrong += !broke && w.verdict == Verdict::false_alarm;
        if (w.value_per_minute <= s.at_risk) continue;
        s.at_risk = w.value_per_minute;
        s.currency = w.currency;
    }
    return s;
}

std::string about_breaches(const Score& s, bool any_warning, size_t spikes) {
    if (s.breaches == 0) {
        if (any_warning) return "No promise was broken for a minute or longer.";
        return spikes == 0 ? "A calm time: no promise was broken and nothing had to be warned of."
                           : "No promise was broken and nothing had to be warned of.";
    }
    if (s.warned == 0) {
        return s.breaches == 1 ? "One promise was broken, without a warning ahead."
                               : fmt::format("{} promises were broken, none of them with a warning ahead.", s.breaches);
    }
    std::string which =
        fmt::format("{} of {} broken promises {}", s.warned, s.breaches, s.warned == 1 ? "was" : "were");
    if (s.warned == s.breaches) {
        which = s.breaches == 1   ? "The one broken promise was"
                : s.breaches == 2 ? "Both broken promises were"
                                  : fmt::format("All {} broken promises were", s.breaches);
    }
    return fmt::format("{} warned of {} ahead{}.", which, span_text(s.median_lead), s.warned > 1 ? " (median)" : "");
}

std::string lead_sentence(const ReportData& data, const Score& s) {
    std::string out = about_breaches(s, !data.warnings().empty(), data.spikes());
    if (s.averted != 0)
        out += fmt::format(" {} averted.", s.averted == 1 ? "One was" : fmt::format("{} were", s.averted));
    if (s.wrong != 0) out += fmt::format(" {} did not come true.", plural(s.wrong, "warning", "warnings"));
    return out;
}

std::string head(const std::string& app, const ReportData& data) {
    const Timeline& t = data.timeline();
    const bool one_day = date_text(t.start()) == date_text(t.end());
    const std::string range = fmt::format("{} {} to {}{} UTC", date_text(t.start()), to_clock(t.start()),
                                          one_day ? "" : date_text(t.end()) + " ", to_clock(t.end()));
    return fmt::format(
        "<header><p class=\"eyebrow\">Foreshock report</p><h1>{}</h1><p class=\"range\">{} · {} · {} events · "
        "{}</p></header>\n",
        html_escaped(app), range, span_text(t.end() - t.start()), grouped(data.events()),
        plural(data.services().size() + data.services_left_out(), "service", "services"));
}

std::string tile(const std::string& number, const std::string& what) {
    return fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>", html_escaped(number), what);
}

std::string tiles(const ReportData& data, const Score& s) {
    std::string out = "<section class=\"tiles\">";
    out += tile(std::to_string(data.warnings().size() + data.warnings_left_out()), "warnings");
    out += tile(std::to_string(s.breaches), "broken promises");
    if (s.breaches != 0) out += tile(fmt::format("{} of {}", s.warned, s.breaches), "warned of ahead");
    if (s.warned != 0) out += tile(span_text(s.median_lead), "median lead time");
    out += tile(grouped(data.spikes()), "demand spikes");
    if (s.at_risk > 0) out += tile(unit_text(s.at_risk, Unit::money, s.currency), "a minute at risk");
    return out + "</section>\n";
}

std::string legend() {
    return "<ul class=\"legend\"><li><i style=\"background:var(--warning)\"></i>warning open<li><i "
           "style=\"background:var(--breach)\"></i>promise broken"
           "<li><i style=\"background:var(--spike);opacity:.5\"></i>demand above its usual"
           "<li><i class=\"line\" style=\"border-color:var(--usual)\"></i>usual for the hour"
           "<li><i class=\"line\" style=\"border-color:var(--bound);border-top-style:dotted\"></i>limit or "
           "objective</ul>";
}

std::string overview(const std::vector<ServicePart>& parts, const ReportView& view) {
    std::vector<Lane> lanes;
    for (const ServicePart& p : parts) {
        if (p.eventful()) lanes.push_back({p.track->name, "#" + p.anchor, p.shading});
    }
    if (lanes.empty()) return {};
    return "<section class=\"card\"><h2>When what happened</h2>" + lanes_svg(lanes, view.all) + legend() +
           "</section>\n";
}

// A table of at most kListedWarnings rows; those beyond kOpenRows are folded away.
std::string table(const std::string& title, const std::string& heads, const std::vector<std::string>& rows,
                  size_t all) {
    if (rows.empty()) return {};
    const auto part = [&](size_t first, size_t last) {
        const auto from = rows.begin() + static_cast<ptrdiff_t>(first),
                   to = rows.begin() + static_cast<ptrdiff_t>(last);
        return fmt::format("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", heads,
                           fmt::join(from, to, ""));
    };
    const size_t open = rows.size() > kOpenRows + kFewRows ? kOpenRows : rows.size();
    std::string out = fmt::format("<section class=\"card\"><h2>{}</h2>", title) + part(0, open);
    if (rows.size() > open) {
        out += fmt::format("<details><summary>{} more{}</summary>{}</details>", rows.size() - open,
                           all == rows.size() ? "" : fmt::format(" of {}", all - open), part(open, rows.size()));
    }
    return out + "</section>\n";
}

std::string warnings_table(const ReportView& view) {
    std::vector<std::string> rows;
    for (const WarningStory& w : view.data.warnings()) {
        if (rows.size() == kListedWarnings) break;
        rows.push_back(
            fmt::format("<tr><td class=\"n\">{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td>"
                        "<td class=\"n\">{}</td><td>{}</td></tr>",
                        view.words.when(w.opened_at), html_escaped(w.service),
                        html_escaped(w.slo_text.empty() ? w.slo : w.slo_text),
                        w.breached_when_opened ? "–" : view.words.when(w.act_before), view.words.when(w.breach_at),
                        outcome_html(w, view)));
    }
    return table("Warnings",
                 "<th class=\"n\">Said at</th><th>Service</th><th>Promise</th><th class=\"n\">Act before</th>"
                 "<th class=\"n\">Breach expected</th><th>What came</th>",
                 rows, view.data.warnings().size() + view.data.warnings_left_out());
}

std::string breaches_table(const ReportView& view) {
    std::vector<std::string> rows;
    for (const Breach& b : view.breaches) {
        if (rows.size() == kListedWarnings) break;
        const auto lead = b.lead();
        const std::string kept_back = b.kept_back_by.empty() ? "" : ", kept back by " + html_escaped(b.kept_back_by);
        const std::string warned = lead ? "<span class=\"good\">" + span_text(*lead) + " ahead</span>"
                                        : "<span class=\"soft\">not ahead" + kept_back + "</span>";
        rows.push_back(
            fmt::format("<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td>"
                        "<td class=\"n\">{}</td></tr>",
                        view.words.when(b.start), span_text(b.end - b.start), html_escaped(b.service),
                        html_escaped(promise_of(view.data, b)), warned));
    }
    return table("Broken promises",
                 "<th class=\"n\">From</th><th class=\"n\">For</th><th>Service</th><th>Promise</th><th>Warned</th>",
                 rows, view.breaches.size());
}

std::string about_shown(const ReportView& view) {
    if (view.shown.start == view.all.start && view.shown.end == view.all.end) return {};
    return fmt::format("<p class=\"soft\">Below, the time with warnings and broken promises: {} to {}.</p>\n",
                       view.words.when(view.shown.start), view.words.when(view.shown.end));
}

std::string foot(const ReportData& data, size_t plotted) {
    std::string out =
        "<footer><p>Lines are means, the bands around them reach from the least to the greatest number of each stretch "
        "of ";
    out += span_text(data.timeline().bucket_length()) +
           ". Times are UTC. A promise counts as broken when its indicator was out of bounds for a minute.";
    const size_t all = data.services().size() + data.services_left_out();
    if (all > plotted)
        out += fmt::format(" {} of {} services are plotted: those with something to tell, then the busiest.", plotted,
                           all);
    return out + fmt::format("</p><p>Made by Foreshock {}.</p></footer>", kVersion);
}

}  // namespace

std::string html_page(const std::string& app, const ReportData& data) {
    std::string out =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\">"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">";
    out += fmt::format("<title>{} · Foreshock report</title><style>{}</style></head><body><main>\n", html_escaped(app),
                       kPageStyle);
    if (data.timeline().empty()) {
        return out + fmt::format(
                         "<header><p class=\"eyebrow\">Foreshock report</p><h1>{}</h1></header><p class=\"lead\">No "
                         "event was read.</p></main></body></html>\n",
                         html_escaped(app));
    }
    const ReportView view(data);
    const Score score = score_of(view);
    const auto parts = service_parts(view);
    out += head(app, data) + "<p class=\"lead\">" + lead_sentence(data, score) + "</p>\n" + tiles(data, score);
    out += overview(parts, view) + warnings_table(view) + breaches_table(view) + about_shown(view);
    for (const ServicePart& p : parts) out += service_html(p, view);
    return out + foot(data, parts.size()) + "</main></body></html>\n";
}

}  // namespace foreshock
