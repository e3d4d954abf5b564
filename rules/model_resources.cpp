// Resources: which events are theirs, what they can take, how more of them is had.
#include "rules/model_reader.h"
#include "rules/values.h"

namespace foreshock {
namespace {

void read_expression(const Section& section, std::string_view key, std::string& into) {
    if (!section.read(key, into)) return;
    if (into.empty()) section.problem(key, "an empty expression matches everything", "write '^name$', or leave the key out");
    if (const auto error = expression_error(into)) {
        section.problem(key, "not a regular expression, at character " + std::to_string(error->position) + ": " + error->what,
                        "ECMAScript syntax; a backslash makes the next character plain");
    }
}

void read_labels(const Section& section, MatchRule& rule) {
    if (!section.read("labels", rule.labels)) return;
    if (rule.labels.empty()) section.problem("labels", "names no label", "write labels: {app: '^payment$'}, or leave it out");
    for (const auto& [name, expression] : rule.labels) {
        if (expression.empty()) section.problem("labels", "an empty expression for " + in_quotes(name) + " matches everything", "write '^value$', or '.' for any");
        if (const auto error = expression_error(expression)) {
            section.problem("labels", in_quotes(name) + " is not a regular expression, at character " + std::to_string(error->position) + ": " + error->what,
                            "ECMAScript syntax; a backslash makes the next character plain");
        }
    }
}

void read_match(const Section& section, ResourceModel& resource, ModelDraft& draft) {
    section.each_item("match", [&](const Section& item) {
        MatchRule rule;
        read_expression(item, "resource", rule.resource);
        read_expression(item, "host", rule.host);
        read_expression(item, "service", rule.service);
        read_expression(item, "metric", rule.metric);
        read_labels(item, rule);
        const auto from = read_time(item, "from", {}), to = read_time(item, "to", {});
        if (from) rule.from = *from;
        if (to) rule.to = *to;
        if (from && to && *to <= *from) item.problem("to", "is not after from");
        const bool any = rule.resource.empty() && rule.host.empty() && rule.service.empty() && rule.metric.empty() && rule.labels.empty();
        if (any && !item.node().entries.empty() && (from || to)) item.problem("from", "matches every metric", "name a resource, host, service, metric or label beside it");
        if (item.node().entries.empty()) section.problem("match", "matches every metric", "write match: {resource: '^name$'}, or leave it out to match by name");
        draft.places.emplace("resources." + resource.name + ".match[" + std::to_string(resource.match.size()) + "]", item.place());
        resource.match.push_back(std::move(rule));
    });
}

void read_scaling(const Section& section, ScalingModel& scaling) {
    using namespace std::chrono;
    section.read("unit", scaling.unit);
    section.read("step", scaling.step);
    section.read("min", scaling.min);
    section.read("max", scaling.max);
    section.read("lead_time", scaling.lead_time, Micros{0}, days{30});
    section.read("automatic", scaling.automatic);
    section.read("cost_per_hour", scaling.cost_per_hour);
    if (section.read("target_utilization", scaling.automatic_target) && (*scaling.automatic_target <= 0 || *scaling.automatic_target > 1)) {
        section.problem("target_utilization", "out of range", "above 0 and at most 1, such as 70%");
    }
    if (scaling.min && scaling.max && *scaling.min > *scaling.max) section.problem("min", "is above max", "swap them");
}

}  // namespace

void read_resource(ReadContext&, const Section& section, ResourceModel& resource, ModelDraft& draft) {
    if (section.read("service", resource.service)) {
        draft.references.push_back({NameReference::Kind::service, resource.service, "service", section.place_of("service")});
    }
    section.choice("kind", resource.kind);
    section.read("labels", resource.labels);
    read_match(section, resource, draft);
    section.each_named("metrics", [&](const std::string& name, Place place, const Section& metric) {
        resource.metrics.emplace_back().name = name;
        metric.read("limit", resource.metrics.back().limit);
        draft.places.emplace("resources." + resource.name + ".metrics." + name, place);
    });
    if (const auto scaling = section.section("scaling")) read_scaling(*scaling, resource.scaling.emplace());
}

}  // namespace foreshock
