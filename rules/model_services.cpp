// Services: their calls and their promises.
#include <algorithm>
#include <cctype>

#include "rules/model_reader.h"
#include "rules/values.h"

namespace foreshock {
namespace {

constexpr std::string_view kLatency = "_latency_ms";
constexpr double kLowestQuantile = 50, kHighestQuantile = 99.9;

// One item of `calls`: a name, or a map from the name to a section.
std::optional<Call> read_call(ReadContext& context, const YamlNode& item) {
    if (item.is_scalar() && !item.text.empty()) return Call{.service = item.text};
    if (!item.is_map() || item.entries.size() != 1) {
        context.problems.add(item.place, "calls: expected the name of a service, found " + describe(item),
                             "write name, or {name: {asynchronous: true}}");
        return std::nullopt;
    }
    const YamlEntry& entry = item.entries.front();
    const Section section(context, entry.value, "services.*.calls.*");
    Call call{.service = entry.key};
    section.read("asynchronous", call.asynchronous);
    section.read("optional", call.optional);
    return call;
}

void read_calls(ReadContext& context, const Section& section, ServiceModel& service, ModelDraft& draft) {
    const YamlNode* calls = section.value("calls");
    if (calls == nullptr) return;
    if (!calls->is_sequence()) {
        section.problem("calls", "expected a list of services, found " + describe(*calls), "write [first, second]");
        return;
    }
    for (const YamlNode& item : calls->items) {
        auto call = read_call(context, item);
        if (!call) continue;
        if (!draft.places.emplace("services." + service.name + ".calls." + call->service, item.place).second) {
            context.problems.add(item.place, "calls: " + in_quotes(call->service) + " stands twice", "keep one");
            continue;
        }
        draft.references.push_back({NameReference::Kind::service, call->service, "calls", item.place});
        service.calls.push_back(std::move(*call));
    }
}

// "p95_latency_ms": 0.95.
std::optional<double> latency_quantile(std::string_view indicator) {
    if (!indicator.starts_with('p') || !indicator.ends_with(kLatency)) return std::nullopt;
    return parse_number(indicator.substr(1, indicator.size() - 1 - kLatency.size()));
}

bool read_indicator(const Section& section, Slo& slo) {
    std::string text;
    if (!section.read("indicator", text)) return false;
    if (text == "error_ratio") {
        slo.indicator = Indicator::error_ratio;
    } else if (text == "metric") {
        slo.indicator = Indicator::metric;
    } else if (const auto percent = latency_quantile(text); !percent) {
        constexpr std::string_view kKnown[]{"p50_latency_ms", "p90_latency_ms", "p95_latency_ms", "p99_latency_ms", "error_ratio", "metric"};
        section.problem("indicator", "unknown indicator " + in_quotes(text), suggest(text, kKnown));
        return false;
    } else if (*percent < kLowestQuantile || *percent > kHighestQuantile) {
        section.problem("indicator", "no quantile to promise: " + in_quotes(text), "p50_latency_ms to p99.9_latency_ms");
        return false;
    } else {
        slo.quantile = *percent / 100;
    }
    return true;
}

void read_below(const Section& section, Slo& slo) {
    if (!section.read("below", slo.below)) return;
    if (slo.indicator == Indicator::latency_quantile) {
        const bool percentage = section.value("below")->text.ends_with('%');
        if (slo.below <= 0 || percentage) section.problem("below", "a latency in milliseconds has to be above 0", "such as 300");
    } else if (slo.indicator == Indicator::error_ratio && (slo.below <= 0 || slo.below > 1)) {
        section.problem("below", "an error ratio lies above 0 and at most at 1", "such as 0.01 or 1%");
    }
}

void read_metric_of_slo(const Section& section, Slo& slo, ModelDraft& draft) {
    section.read("resource", slo.resource);
    section.read("metric", slo.metric);
    for (const std::string_view key : {"resource", "metric"}) {
        if (slo.indicator == Indicator::metric && !section.has(key)) {
            section.problem("indicator", "a metric needs '" + std::string(key) + "' beside it");
        } else if (slo.indicator != Indicator::metric && section.has(key)) {
            section.problem(key, "only for 'indicator: metric'", "remove it, or change the indicator");
        }
    }
    if (slo.indicator == Indicator::metric && !slo.resource.empty()) {
        draft.references.push_back({NameReference::Kind::resource, slo.resource, "resource", section.place_of("resource")});
    }
}

void read_slo(const Section& section, Slo& slo, ModelDraft& draft) {
    using namespace std::chrono;
    const bool known = read_indicator(section, slo);
    if (known) read_below(section, slo);
    if (known) read_metric_of_slo(section, slo, draft);
    if (section.read("window", slo.window, milliseconds{1}, days{1})) draft.windows.emplace_back(slo.window, section.place_of("window"));
    if (section.read("objective", slo.objective) && (*slo.objective <= 0 || *slo.objective >= 1)) {
        section.problem("objective", "out of range", "above 0 and below 1, such as 99.5%");
    }
    section.read("period", slo.period, hours{1}, days{366});
}

}  // namespace

void read_service(ReadContext& context, const Section& section, ServiceModel& service, ZoneTable& zones, ModelDraft& draft) {
    section.read("title", service.title);
    section.read("owner", service.owner);
    section.choice("class", service.service_class);
    section.read("value_per_minute", service.value_per_minute);
    if (section.read("currency", service.currency)) {
        const auto is_letter = [](unsigned char c) { return c >= 'A' && c <= 'Z'; };
        if (service.currency.size() != 3 || !std::ranges::all_of(service.currency, is_letter)) {
            section.problem("currency", in_quotes(service.currency) + " is no currency", "three capital letters, such as EUR");
        }
    }
    service.utc_offsets = zones.read(section, "time_zone", service.time_zone);
    read_calls(context, section, service, draft);
    section.each_named("slos", [&](const std::string& name, Place place, const Section& slo) {
        service.slos.emplace_back().name = name;
        draft.places.emplace("services." + service.name + ".slos." + name, place);
        read_slo(slo, service.slos.back(), draft);
    });
}

}  // namespace foreshock
