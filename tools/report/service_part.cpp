#include "tools/report/service_part.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/report/html_page.h"
#include "tools/report/text.h"

namespace foreshock {
namespace {

constexpr size_t kMostGauges = 6;    // plotted for one service
constexpr double kLeastUse = 0.005;  // of its limit, to be plotted
constexpr size_t kMostShades = 120;  // of one kind in one figure
constexpr size_t kMostSentences = 40;
constexpr double kMostRatio = 100;  // beyond, the usual was next to nothing
constexpr double kCutPromise = 4;   // numbers beyond this many times the objective are cut off

std::vector<Span> merged(std::vector<Span> a, const std::vector<Span>& b) {
    a.insert(a.end(), b.begin(), b.end());
    std::ranges::sort(a, {}, &Span::start);
    std::vector<Span> out;
    for (const Span& s : a) {
        if (!out.empty() && s.start <= out.back().end)
            out.back().end = std::max(out.back().end, s.end);
        else
            out.push_back(s);
    }
    return out;
}

Micros total(const std::vector<Span>& spans) {
    Micros sum{0};
    for (const Span& s : spans) sum += s.length();
    return sum;
}

// Greater comes first.
std::tuple<Micros, size_t, bool, double> rank(const ServicePart& p) {
    return {total(p.shading.breaches), p.warnings.size(), !p.shading.spikes.empty(), p.track->volume.greatest_mean()};
}

// Resources of other services that it was warned for.
void add_warned_gauges(ServicePart& part, const ReportData& data) {
    for (const auto& [index, gauge] : data.gauges()) {
        const bool warned =
            std::ranges::any_of(part.warnings, [&](const WarningStory* w) { return w->resource == gauge.resource; });
        if (warned && std::ranges::find(part.gauges, &gauge) == part.gauges.end()) part.gauges.push_back(&gauge);
    }
}

// The stretch from the first to the last warning or breach with some time around it, unless that is most of the run.
Span stretch_to_show(const ReportData& data, const std::vector<Breach>& breaches, const Span& all) {
    Span out{kEndOfTime, kBeginningOfTime};
    const auto take = [&](EventTime start, EventTime end) {
        out.start = std::min(out.start, start);
        out.end = std::max(out.end, std::min(end, all.end));
    };
    for (const WarningStory& w : data.warnings()) take(w.opened_at, w.resolved_at);
    for (const Breach& b : breaches) take(b.start, b.end);
    if (out.end < out.start) return all;
    const Micros around = std::max<Micros>(std::chrono::minutes{45}, (out.end - out.start) / 4);
    out = {std::max(all.start, out.start - around), std::min(all.end, out.end + around)};
    return (out.end - out.start) * 2 > all.end - all.start ? all : out;
}

void add_gauges(std::map<ServiceIndex, ServicePart>& parts, const ReportData& data) {
    for (const auto& [index, gauge] : data.gauges()) {
        const auto part = parts.find(gauge.service);
        if (part != parts.end() && gauge.utilization.greatest() >= kLeastUse) part->second.gauges.push_back(&gauge);
    }
    for (auto& [index, part] : parts) {
        add_warned_gauges(part, data);
        std::ranges::stable_sort(part.gauges, std::greater<>{},
                                 [](const GaugeTrack* g) { return g->utilization.greatest(); });
    }
}

void add_strips_of_demand(std::vector<Strip>& out, const ServiceTrack& s) {
    if (s.volume.known()) {
        out.push_back({.title = "Transactions",
                       .note = "a minute",
                       .tone = "demand",
                       .track = &s.volume,
                       .baseline = &s.volume_baseline});
    }
    if (s.value.known() && s.value.greatest() > 0) {
        const std::string note = s.currency.empty() ? "a minute" : s.currency + " a minute";
        out.push_back(
            {.title = "Value", .note = note, .tone = "value", .track = &s.value, .baseline = &s.value_baseline});
    }
}

void add_strips_of_promises(std::vector<Strip>& out, const ServiceTrack& s) {
    bool latency = false, errors = false;
    for (const SloTrack& slo : s.slos) {
        if (!slo.value.known()) continue;
        const Unit unit = slo.indicator == Indicator::latency_quantile ? Unit::milliseconds
                          : is_ratio(slo.indicator)                    ? Unit::percent
                                                                       : Unit::plain;
        latency = latency || unit == Unit::milliseconds;
        errors = errors || unit == Unit::percent;
        out.push_back({.title = slo.name,
                       .note = slo.text,
                       .tone = "promise",
                       .track = &slo.value,
                       .bound = slo.below,
                       .at_most = kCutPromise * slo.below,
                       .unit = unit});
    }
    if (!latency && s.p95_ms.known()) {
        out.push_back({.title = "p95 latency",
                       .note = "no objective given",
                       .tone = "promise",
                       .track = &s.p95_ms,
                       .unit = Unit::milliseconds});
    }
    if (!errors && s.error_ratio.greatest_mean() > 0.002) {
        out.push_back({.title = "Errors",
                       .note = "no objective given",
                       .tone = "promise",
                       .track = &s.error_ratio,
                       .unit = Unit::percent});
    }
}

void add_strips_of_capacity(std::vector<Strip>& out, const ServicePart& part) {
    for (size_t i = 0; i < std::min(part.gauges.size(), kMostGauges); ++i) {
        const GaugeTrack& g = *part.gauges[i];
        const double most = g.utilization.greatest();
        out.push_back({.title = g.resource,
                       .note = g.metric,
                       .tone = "capacity",
                       .track = &g.utilization,
                       .bound = most > 0.25 ? 1.0 : kUnknown,
                       .at_most = 2,
                       .unit = Unit::percent});
    }
}

std::string facts(const ServicePart& p) {
    std::vector<std::string> parts;
    if (p.track->peak_ratio > kMostRatio) {
        parts.push_back(fmt::format("demand more than ×{:.0f} its usual", kMostRatio));
    } else if (p.track->peak_ratio > 0) {
        parts.push_back(fmt::format("demand up to ×{:.1f} its usual", p.track->peak_ratio));
    }
    const Micros broken = total(p.shading.breaches);
    if (!p.warnings.empty())
        parts.push_back(p.warnings.size() == 1 ? "1 warning" : fmt::format("{} warnings", p.warnings.size()));
    if (broken.count() > 0) parts.push_back("promises broken for " + span_text(broken));
    if (p.gauges.size() > kMostGauges)
        parts.push_back(fmt::format("the fullest {} of {} resource metrics", kMostGauges, p.gauges.size()));
    return parts.empty() ? "" : fmt::format("<p class=\"facts\">{}</p>", fmt::join(parts, " · "));
}

std::string sentences(const ServicePart& p, const ReportView& view) {
    if (p.warnings.empty()) return {};
    std::string out = fmt::format("<ul class=\"said{}\">", view.words.days() ? " days" : "");
    size_t n = 0;
    for (const WarningStory* w : p.warnings) {
        if (++n > kMostSentences) break;
        out += fmt::format("<li><time>{}</time>{} {}</li>", view.words.when(w->opened_at), html_sentence(w->sentence),
                           outcome_html(*w, view));
    }
    out += "</ul>";
    if (p.warnings.size() > kMostSentences)
        out += fmt::format("<p class=\"soft\">The first {} of {}.</p>", kMostSentences, p.warnings.size());
    return out;
}

}  // namespace

ReportView::ReportView(const ReportData& d)
    : data(d),
      breaches(d.breaches()),
      all{d.timeline().start(), d.timeline().end()},
      shown(stretch_to_show(d, breaches, all)),
      words(all.start, all.end) {}

std::vector<ServicePart> service_parts(const ReportView& view) {
    const ReportData& data = view.data;
    std::map<ServiceIndex, ServicePart> parts;
    std::map<std::string, ServicePart*> by_name;
    for (const auto& [index, track] : data.services()) {
        ServicePart& p = parts[index];
        p.track = &track;
        p.anchor = fmt::format("s{}", index);
        p.shading.spikes = merged(track.volume_spikes, track.value_spikes);
        by_name[track.name] = &p;
    }
    for (const WarningStory& w : data.warnings()) {
        const auto found = by_name.find(w.service);
        if (found == by_name.end()) continue;
        found->second->warnings.push_back(&w);
        found->second->shading.warnings.push_back({w.opened_at, w.resolved_at});
    }
    for (const Breach& b : view.breaches) {
        if (const auto found = by_name.find(b.service); found != by_name.end())
            found->second->shading.breaches.push_back({b.start, b.end});
    }
    add_gauges(parts, data);
    std::vector<ServicePart> out;
    for (auto& [index, p] : parts) {
        p.shading.warnings = merged(std::move(p.shading.warnings), {});
        p.shading.breaches = merged(std::move(p.shading.breaches), {});
        for (auto* spans : {&p.shading.warnings, &p.shading.breaches, &p.shading.spikes})
            keep_longest(*spans, kMostShades);
        out.push_back(std::move(p));
    }
    std::ranges::stable_sort(out, std::greater<>{}, rank);
    if (out.size() > kPlottedServices) out.resize(kPlottedServices);
    return out;
}

std::string service_html(const ServicePart& p, const ReportView& view) {
    std::vector<Strip> strips;
    add_strips_of_demand(strips, *p.track);
    add_strips_of_promises(strips, *p.track);
    add_strips_of_capacity(strips, p);
    const std::string& title = p.track->title.empty() ? p.track->name : p.track->title;
    std::string out = fmt::format("<section class=\"card\" id=\"{}\"><h2>{}</h2>", p.anchor, html_escaped(title));
    out += facts(p);
    if (!strips.empty())
        out += strips_svg(strips, view.data.timeline(), view.shown, p.shading,
                          "Demand, promises and capacity of " + p.track->name + " over time");
    return out + sentences(p, view) + "</section>\n";
}

const Breach* breach_after(const WarningStory& w, const ReportView& view) {
    if (w.breached_when_opened) return nullptr;
    const auto found = std::ranges::find_if(view.breaches, [&](const Breach& b) {
        return b.service == w.service && b.start > w.opened_at && b.start - w.opened_at <= LeadTimes::kHorizon;
    });
    return found == view.breaches.end() ? nullptr : &*found;
}

std::string outcome_html(const WarningStory& w, const ReportView& view) {
    if (w.breached_when_opened) return "<span class=\"soft\">said when it was broken already</span>";
    if (const Breach* b = breach_after(w, view)) {
        return fmt::format("<span class=\"bad\">broke at {}</span>, <span class=\"good\">{} after the warning</span>",
                           view.words.when(b->start), span_text(b->start - w.opened_at));
    }
    switch (w.verdict) {
        case Verdict::came_true:
            return "<span class=\"bad\">came true</span>";
        case Verdict::averted:
            return "<span class=\"good\">averted</span>";
        case Verdict::false_alarm:
            return "<span class=\"soft\">did not come true</span>";
        default:
            return w.resolved_at == kEndOfTime ? "<span class=\"soft\">still open at the end</span>"
                                               : "<span class=\"soft\">over</span>";
    }
}

std::string promise_of(const ReportData& data, const Breach& b) {
    for (const auto& [index, s] : data.services()) {
        if (s.name != b.service) continue;
        for (const SloTrack& slo : s.slos) {
            if (slo.name == b.slo) return slo.text;
        }
    }
    return b.slo;
}

std::string grouped(uint64_t n) {
    std::string out = std::to_string(n);
    for (size_t i = out.size(); i > 3; i -= 3) out.insert(i - 3, ",");
    return out;
}

}  // namespace foreshock
