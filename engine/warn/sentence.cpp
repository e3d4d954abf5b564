#include "engine/warn/sentence.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace foreshock {
namespace {

constexpr double kUnusual = 1.15;  // a ratio below is not worth a sentence

std::string formatted(const char* format, double x) {
    char text[64];
    std::snprintf(text, sizeof text, format, x);
    return text;
}

std::string without_zeros(std::string s) {
    if (s.find('.') == std::string::npos) return s;
    while (s.back() == '0') s.pop_back();
    if (s.back() == '.') s.pop_back();
    return s;
}

std::string quoted(const std::string& s) { return "`" + s + "`"; }

// "connections_used" -> "connections": what is said of a metric beside the name of its resource.
std::string plain_metric(const std::string& metric) {
    const size_t end = metric.find('_');
    return end == std::string::npos ? metric : metric.substr(0, end);
}

std::string minutes_until(EventTime t, EventTime now) {
    const double minutes = to_seconds(t - now) / 60;
    if (minutes < 1) return "now";
    return "in " + formatted("%.0f", minutes) + " min";
}

// The action: "raise `db-1` connections before 09:41 (in 6 min)".
std::string action(const WarningRevision& w) {
    std::string verb = "relieve " + quoted(w.resource.name);
    if (w.resource.name.empty()) {
        verb = "look at " + quoted(w.service);
    } else if (w.resource.kind == "connection_pool" || w.resource.kind == "thread_pool" || w.resource.kind == "rate_limit") {
        verb = "raise " + quoted(w.resource.name) + " " + plain_metric(w.resource.metric);
    } else if (w.resource.kind == "memory" || w.resource.kind == "disk" || w.resource.kind == "cpu") {
        verb = "add room to " + quoted(w.resource.name);
    } else if (w.resource.kind == "queue") {
        verb = "drain " + quoted(w.resource.name);
    }
    const bool soon = to_seconds(w.act_before - w.time) < 60;
    return verb + (soon ? " now" : " before " + to_clock(w.act_before) + " (" + minutes_until(w.act_before, w.time) + ")");
}

std::string why(const WarningRevision& w, const SentenceFacts& facts) {
    const bool demand = w.driver.kind == "volume" || w.driver.kind == "value";
    if (demand && w.driver.ratio >= kUnusual) {
        const bool other = w.driver.series.rfind(w.service + " ", 0) != 0;
        const std::string of = other ? " of " + quoted(w.driver.series.substr(0, w.driver.series.rfind(' '))) : "";
        std::string text = (w.driver.kind == "value" ? "Order value" : "Volume") + of + " is x" +
                           formatted("%.1f", w.driver.ratio) + " its usual for this hour";
        if (!w.driver.contributors.empty()) {
            const auto& c = w.driver.contributors.front();
            text += ", " + whole_percent(c.share) + " of the rise from " + c.dimension + " " + quoted(c.value);
        }
        return " " + text + ".";
    }
    if (!facts.announced.empty()) {
        const std::string ratio = facts.announced_ratio > 0 ? ", x" + without_zeros(formatted("%.1f", facts.announced_ratio)) + " expected" : "";
        return " Campaign " + quoted(facts.announced) + " is announced for " + to_clock(facts.announced_for) + ratio + ".";
    }
    if (w.driver.kind == "capacity_loss") return " Demand is as usual: the same work uses more of it than before.";
    return facts.from_trend_only ? " From its trend alone: no demand is known that explains it." : "";
}

std::string resource_text(const WarningRevision& w) {
    if (w.resource.name.empty() || std::isnan(w.resource.utilization)) return {};
    std::string text = " " + quoted(w.resource.name) + " is at " + whole_percent(w.resource.utilization);
    const double points = 100 * w.resource.slope_per_min;
    if (points >= 0.05) text += " and gains " + formatted("%.1f", points) + (points >= 0.95 && points < 1.05 ? " point" : " points") + " a minute";
    if (!w.advice.empty() && w.advice.front().amount > 0) {
        text += "; +" + without_zeros(formatted("%.1f", w.advice.front().amount)) + " " + w.advice.front().unit +
                (w.advice.front().amount > 1 ? "s keep" : " keeps") + " it below its knee";
    }
    return text + ".";
}

std::string at_risk(const WarningRevision& w) {
    if (!(w.impact.value_per_minute > 0)) return {};
    const std::string currency = w.impact.currency.empty() ? "" : w.impact.currency + " ";
    return " " + currency + readable_number(w.impact.value_per_minute) + " a minute are at risk.";
}

std::string resolved(const WarningRevision& w) {
    std::string text = w.service + ": over. " + w.slo_text;
    switch (w.verdict) {
        case Verdict::came_true: return text + " was broken since the warning of " + to_clock(w.opened_at) + " and holds again.";
        case Verdict::averted: return text + " held; what was warned of at " + to_clock(w.opened_at) + " was averted.";
        default: return text + " held; what was warned of at " + to_clock(w.opened_at) + " did not come.";
    }
}

std::string composite_text(const Slo& slo) {
    const size_t needs = slo.needs > 0 ? slo.needs : slo.parts.size();
    return (needs == slo.parts.size() ? "all " + std::to_string(needs) : std::to_string(needs) + " of " + std::to_string(slo.parts.size())) + " promises hold";
}

// An availability that is promised by its objective alone: broken while its budget burns as fast as the first of the usual rules says.
std::string availability_text(const std::string& name, const Slo& slo, const std::string& least) {
    const double factor = default_burn_rules().front().factor;
    const bool by_objective = slo.objective && std::abs(slo.below - std::min(1.0, factor * (1 - *slo.objective))) < 1e-9;
    if (!by_objective) return name + " > " + least;
    return name + " " + without_zeros(formatted("%.3f", 100 * *slo.objective)) + " % (error budget below x" + readable_number(factor) + ")";
}

}  // namespace

std::string whole_percent(double ratio) { return formatted("%.0f", 100 * ratio) + " %"; }

std::string readable_number(double x) {
    const double size = std::abs(x);
    if (size < 10) return without_zeros(formatted("%.2f", x));
    if (size < 100) return without_zeros(formatted("%.1f", x));
    const double unit = std::pow(10.0, std::floor(std::log10(size)) - 2);
    std::string digits = formatted("%.0f", std::round(size / unit) * unit);
    for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
    return (x < 0 ? "-" : "") + digits;
}

std::string promise_text(const Slo& slo) {
    const std::string below = without_zeros(formatted("%.3f", slo.below));
    const std::string share = without_zeros(formatted("%.2f", 100 * slo.below)) + " %", rest = without_zeros(formatted("%.3f", 100 * (1 - slo.below))) + " %";
    switch (slo.indicator) {
        case Indicator::latency_quantile: return "p" + without_zeros(formatted("%.1f", 100 * slo.quantile)) + " latency < " + below + " ms";
        case Indicator::error_ratio: return "error ratio < " + share;
        case Indicator::availability: return availability_text("availability", slo, rest);
        case Indicator::value_availability: return availability_text("availability by value", slo, rest);
        case Indicator::freshness: return (slo.resource.empty() ? "last transaction" : slo.metric + " of " + slo.resource) + " younger than " + below + " s";
        case Indicator::drop: return "volume less than " + share + " below its usual";
        case Indicator::composite: return slo.weighted ? "broken share of " + std::to_string(slo.parts.size()) + " promises < " + share : composite_text(slo);
        default: return slo.metric + " of " + slo.resource + " < " + below;
    }
}

std::string capacity_promise_text(const std::string& resource, double knee) {
    return resource + " below " + whole_percent(knee) + " of its limit";
}

std::string sentence_of(const WarningRevision& w, const SentenceFacts& facts) {
    if (w.state == WarningState::resolved) return resolved(w);
    const bool capacity = w.slo == "capacity";
    if (w.breached) {
        std::string text = w.service + ": " + w.slo_text + " is broken since " + to_clock(w.breach_at) + ".";
        if (!w.resource.name.empty()) {
            const std::string act = action(w);
            text += " " + std::string(1, static_cast<char>(act[0] - 'a' + 'A')) + act.substr(1) + ".";
        }
        return text + why(w, facts) + resource_text(w) + at_risk(w);
    }
    std::string text = w.service + ": " + action(w) + ", or ";
    text += capacity && !w.resource.name.empty() ? "it passes " + whole_percent(facts.knee) + " of its limit" : w.slo_text + " is breached";
    text += " at about " + to_clock(w.breach_at) + " (" + to_clock(w.breach_earliest) + " to " + to_clock(w.breach_latest) + ", 80 %).";
    return text + why(w, facts) + resource_text(w) + at_risk(w);
}

}  // namespace foreshock
