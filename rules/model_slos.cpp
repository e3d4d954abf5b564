// Promises: indicator, threshold, objective and its period, error budget, corrections.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "rules/model_reader.h"
#include "rules/values.h"

namespace foreshock {
namespace {

using namespace std::chrono;

constexpr std::string_view kLatency = "_latency_ms";
constexpr double kLowestQuantile = 50, kHighestQuantile = 99.9;
constexpr double kFastBurn = 14.4;  // times the budget; what an availability may fall to within its window unless written

// "p95_latency_ms": 0.95.
std::optional<double> latency_quantile(std::string_view indicator) {
    if (!indicator.starts_with('p') || !indicator.ends_with(kLatency)) return std::nullopt;
    return parse_number(indicator.substr(1, indicator.size() - 1 - kLatency.size()));
}

struct NamedIndicator {
    std::string_view name;
    Indicator indicator;
};
constexpr NamedIndicator kIndicators[]{
    {"error_ratio", Indicator::error_ratio},   {"availability", Indicator::availability}, {"value_availability", Indicator::value_availability},
    {"metric", Indicator::metric},             {"freshness", Indicator::freshness},       {"drop", Indicator::drop},
    {"composite", Indicator::composite},
};

bool read_indicator(const Section& section, Slo& slo) {
    std::string text;
    if (!section.read("indicator", text)) return false;
    const auto named = std::ranges::find(kIndicators, text, &NamedIndicator::name);
    if (named != std::end(kIndicators)) {
        slo.indicator = named->indicator;
    } else if (const auto percent = latency_quantile(text); !percent) {
        std::vector<std::string_view> known{"p50_latency_ms", "p90_latency_ms", "p95_latency_ms", "p99_latency_ms"};
        for (const NamedIndicator& i : kIndicators) known.push_back(i.name);
        section.problem("indicator", "unknown indicator " + in_quotes(text), suggest(text, known));
        return false;
    } else if (*percent < kLowestQuantile || *percent > kHighestQuantile) {
        section.problem("indicator", "no quantile to promise: " + in_quotes(text), "p50_latency_ms to p99.9_latency_ms");
        return false;
    } else {
        slo.quantile = *percent / 100;
    }
    return true;
}

bool is_availability(Indicator i) { return i == Indicator::availability || i == Indicator::value_availability; }

void read_above(const Section& section, Slo& slo) {
    double above = 0;
    if (section.has("below")) {
        section.problem("below", "an availability stays above something", "write above: 99.9%");
    } else if (section.read("above", above)) {
        if (above <= 0 || above >= 1) section.problem("above", "out of range", "above 0 and below 1, such as 99%");
        slo.below = 1 - above;
    } else if (slo.objective) {
        slo.below = std::min(1.0, kFastBurn * (1 - *slo.objective));
    } else {
        section.problem("indicator", "an availability needs 'objective' or 'above' beside it", "write objective: 99.9%");
    }
}

void read_below(const Section& section, Slo& slo) {
    if (section.has("above")) section.problem("above", "only for availabilities", "write below");
    if (slo.indicator == Indicator::composite && !slo.weighted) {
        if (section.has("below")) section.problem("below", "only for a composite by 'combine: weighted'", "remove it");
        slo.below = 0.5;  // of 0 or 1
        return;
    }
    if (!section.has("below")) return section.problem("below", "is missing", "the promise: the indicator stays below this");
    const bool seconds = slo.indicator == Indicator::freshness;
    const auto time = parse_duration(section.value("below")->text);
    if (time && (seconds || slo.indicator == Indicator::latency_quantile) && !parse_number(section.value("below")->text)) {
        char number[32];
        std::snprintf(number, sizeof number, "%.10g", static_cast<double>(time->count()) / (seconds ? 1e6 : 1e3));
        return section.problem("below", "expected a number, found " + describe(*section.value("below")), "write " + std::string(number) + ": it is in " + (seconds ? "seconds" : "milliseconds"));
    }
    if (!section.read("below", slo.below)) return;
    const bool ratio = slo.indicator == Indicator::error_ratio || slo.indicator == Indicator::drop || slo.indicator == Indicator::composite;
    const bool percentage = section.value("below")->text.ends_with('%');
    if (slo.indicator == Indicator::latency_quantile && (slo.below <= 0 || percentage)) {
        section.problem("below", "a latency in milliseconds has to be above 0", "such as 300");
    } else if (slo.indicator == Indicator::freshness && (slo.below <= 0 || percentage)) {
        section.problem("below", "an age in seconds has to be above 0", "such as 60");
    } else if (ratio && (slo.below <= 0 || slo.below > 1)) {
        const std::string what = slo.indicator == Indicator::error_ratio ? "an error ratio" : "a share";
        section.problem("below", what + " lies above 0 and at most at 1", "such as 0.01 or 1%");
    }
}

void read_metric_of_slo(const Section& section, Slo& slo, ModelDraft& draft) {
    section.read("resource", slo.resource);
    section.read("metric", slo.metric);
    const bool may = slo.indicator == Indicator::metric || slo.indicator == Indicator::freshness;
    const bool must = slo.indicator == Indicator::metric || section.has("resource") || section.has("metric");
    for (const std::string_view key : {"resource", "metric"}) {
        if (may && must && !section.has(key)) {
            section.problem("indicator", "a metric needs '" + std::string(key) + "' beside it");
        } else if (!may && section.has(key)) {
            section.problem(key, "only for 'indicator: metric' or 'freshness'", "remove it, or change the indicator");
        }
    }
    if (may && !slo.resource.empty()) {
        draft.references.push_back({NameReference::Kind::resource, slo.resource, "resource", section.place_of("resource")});
    }
}

// Parts are kept as they were written; check_promises tells service and SLO apart.
void read_parts(ReadContext& context, const Section& section, const std::string& path, Slo& slo, ModelDraft& draft) {
    const YamlNode* of = section.value("of");
    const bool composite = slo.indicator == Indicator::composite;
    for (const std::string_view key : {"of", "combine", "needs"}) {
        if (!composite && section.has(key)) section.problem(key, "only for 'indicator: composite'", "remove it, or change the indicator");
    }
    if (!composite) return;
    if (of == nullptr || !of->is_sequence() || of->items.empty()) {
        return section.problem("of", "expected a list of promises", "write of: [payment.availability, stock.latency]");
    }
    for (const YamlNode& item : of->items) {
        const bool plain = item.is_scalar() && !item.text.empty();
        if (!plain && (!item.is_map() || item.entries.size() != 1)) {
            context.problems.add(item.place, "of: expected the name of a promise, found " + describe(item), "write service.slo, or {service.slo: {weight: 2}}");
            continue;
        }
        SloPart part{plain ? item.text : item.entries.front().key, {}, 1};
        if (!plain) Section(context, item.entries.front().value, "services.*.slos.*.of.*").read("weight", part.weight);
        if (!draft.places.emplace(path + ".of." + part.service, item.place).second) context.problems.add(item.place, "of: " + in_quotes(part.service) + " stands twice", "keep one");
        slo.parts.push_back(std::move(part));
    }
    enum class Combine : uint8_t { all, weighted } combine{};
    section.choice("combine", combine);
    slo.weighted = combine == Combine::weighted;
    section.read("needs", slo.needs, Range{1, 1000});
    if (slo.needs > slo.parts.size()) section.problem("needs", "more than there are parts", "at most " + std::to_string(slo.parts.size()));
    if (slo.weighted && slo.needs > 0) section.problem("needs", "a weighted composite has no number of parts", "keep one of needs and combine");
}

void read_budgeting(const Section& section, Slo& slo) {
    if (slo.indicator == Indicator::availability) slo.budgeting = Budgeting::transactions;
    if (slo.indicator == Indicator::value_availability) slo.budgeting = Budgeting::value;
    const bool countable = slo.indicator == Indicator::latency_quantile || slo.indicator == Indicator::error_ratio || is_availability(slo.indicator);
    section.choice("budget", slo.budgeting);
    if (slo.budgeting != Budgeting::windows && !countable) {
        section.problem("budget", "this indicator is no count of transactions", "write budget: windows, or leave it out");
    } else if (slo.budgeting == Budgeting::value && slo.indicator == Indicator::latency_quantile) {
        section.problem("budget", "what slow transactions were worth is not counted", "write budget: transactions");
    }
    enum class Missing : uint8_t { excluded, bad } missing{};
    section.choice("missing", missing);
    slo.missing_is_bad = missing == Missing::bad;
    if (slo.missing_is_bad && slo.budgeting != Budgeting::windows) {
        section.problem("missing", "transactions that never came cannot be counted", "write budget: windows, or leave it out");
    }
    enum class Maintenance : uint8_t { counted, excluded } maintenance{};
    section.choice("maintenance", maintenance);
    slo.without_maintenance = maintenance == Maintenance::excluded;
    section.read("least_failures", slo.least_failures, Range{1, 1'000'000});
}

void read_period(const Section& section, Slo& slo) {
    if (section.read("objective", slo.objective) && (*slo.objective <= 0 || *slo.objective >= 1)) {
        section.problem("objective", "out of range", "above 0 and below 1, such as 99.5%");
    }
    section.read("period", slo.period, hours{1}, days{366});
    if (!section.has("calendar")) return;
    enum class Calendar : uint8_t { day, week, month, quarter, year } calendar{};
    if (section.choice("calendar", calendar)) slo.period_kind = static_cast<PeriodKind>(static_cast<uint8_t>(calendar) + 1);
    if (section.has("period")) section.problem("period", "'calendar' stands instead of a rolling period", "keep one of them");
}

void read_burn(const Section& section, Slo& slo) {
    if (!section.has("burn")) return;
    slo.burn.clear();
    section.each_item("burn", [&](const Section& item) {
        BurnRule rule;
        item.read("long", rule.long_window, minutes{1}, hours{72});
        item.read("short", rule.short_window, minutes{1}, hours{72});
        item.read("factor", rule.factor);
        for (const auto& [key, window] : {std::pair{"long", rule.long_window}, std::pair{"short", rule.short_window}}) {
            const Micros step = window <= hours{1} ? Micros{minutes{1}} : window <= hours{6} ? Micros{minutes{10}} : Micros{hours{1}};
            if (window % step != Micros{0}) item.problem(key, duration_text(window) + " is no multiple of " + duration_text(step), "minutes to 1h, tens of minutes to 6h, hours to 72h");
        }
        if (rule.short_window > rule.long_window) item.problem("short", "is longer than 'long'", "swap them");
        slo.burn.push_back(rule);
    });
}

int64_t in_units(double x, Budgeting b) { return std::llround(x * static_cast<double>(units_of(b))); }

void read_corrections(const Section& section, const ServiceModel& service, Slo& slo) {
    section.each_item("corrections", [&](const Section& item) {
        Correction c;
        const auto start = read_time(item, "start", service.utc_offsets), end = read_time(item, "end", service.utc_offsets);
        item.read("exclude", c.exclude);
        double bad = 0, total = 0;
        item.read("bad", bad);
        item.read("total", total);
        item.read("author", c.author);
        item.read("reason", c.reason);
        c.bad = in_units(bad, slo.budgeting);
        c.total = in_units(total, slo.budgeting);
        if (start) c.start = *start;
        if (c.exclude && !end) item.problem("exclude", "needs 'end' beside it", "time that does not count has an end");
        if (start && end && *end <= *start) end_not_after_start(item, *start, service.utc_offsets);
        if (end) c.end = *end;
        if (c.exclude && (item.has("bad") || item.has("total"))) item.problem("exclude", "time that does not count has no numbers to correct", "keep exclude, or bad and total");
        if (!c.exclude && !item.has("bad") && !item.has("total")) item.problem("start", "this corrects nothing", "write exclude: true, or bad: -120");
        slo.corrections.push_back(std::move(c));
    });
}

}  // namespace

void read_slo(ReadContext& context, const Section& section, const ServiceModel& service, Slo& slo, ModelDraft& draft) {
    const bool known = read_indicator(section, slo);
    read_period(section, slo);
    if (known) {
        read_parts(context, section, "services." + service.name + ".slos." + slo.name, slo, draft);
        is_availability(slo.indicator) ? read_above(section, slo) : read_below(section, slo);
        read_metric_of_slo(section, slo, draft);
        read_budgeting(section, slo);
    }
    if (section.read("window", slo.window, milliseconds{1}, days{1})) draft.windows.emplace_back(slo.window, section.place_of("window"));
    read_burn(section, slo);
    read_corrections(section, service, slo);
}

}  // namespace foreshock
