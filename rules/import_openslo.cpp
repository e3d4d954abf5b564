#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

#include "rules/model_import.h"
#include "rules/openslo_latency.h"
#include "rules/problems.h"
#include "rules/values.h"
#include "rules/yaml.h"

namespace foreshock {
namespace {

constexpr std::string_view kOurs = "foreshock/";
constexpr double kLittleLatency = 10;  // milliseconds; less is hardly promised

std::string text_at(const YamlNode* node) { return node != nullptr && node->is_scalar() ? node->text : std::string{}; }

const YamlNode* at(const YamlNode* node, std::initializer_list<std::string_view> path) { return node_at(node, path); }

const YamlNode* first_item(const YamlNode* list) { return list != nullptr && list->is_sequence() && !list->items.empty() ? &list->items.front() : nullptr; }

// A line of the model, and what in the documents it comes from.
struct Line {
    std::string text;
    Place place;
};

struct ServiceDraft {
    Place place;
    std::vector<Line> lines;  // below the service
    std::vector<Line> slos;
    Line time_zone;
};

class OpenSloReader {
public:
    OpenSloReader(Problems& notes, Problems& problems) : notes_(notes), problems_(problems) {}

    void take(const YamlNode& doc) {
        const std::string version = text_at(at(&doc, {"apiVersion"})), kind = text_at(at(&doc, {"kind"}));
        if (version != "openslo/v1") return problems_.add(doc.place, "apiVersion: expected openslo/v1, found " + in_quotes(version), "convert the document to OpenSLO v1 first");
        if (kind != "SLO" && !name_of(doc).empty() && !once(kind + ' ' + name_of(doc), doc)) return;
        if (kind == "AlertCondition") conditions_[name_of(doc)] = &doc;
        else if (kind == "AlertPolicy") policies_[name_of(doc)] = &doc;
        else if (kind == "SLI") indicators_[name_of(doc)] = &doc;
        else if (kind == "Service") read_service(doc);
        else if (kind == "SLO") slos_.push_back(&doc);
        else notes_.add(doc.place, kind + " " + in_quotes(name_of(doc)) + " is not taken over", "sources and receivers belong to the program's configuration");
    }

    // The model as lines.
    std::vector<Line> finish() {
        for (const YamlNode* slo : slos_) read_slo(*slo);
        if (services_.empty()) return {{"services: {}", {}}};
        std::vector<Line> out{{"services:", {}}};
        const auto add = [&](const std::string& indent, const Line& line) { out.push_back({indent + line.text, line.place}); };
        for (auto& [name, s] : services_) {
            if (!s.time_zone.text.empty()) s.lines.push_back({"time_zone: " + yaml_text(s.time_zone.text), s.time_zone.place});
            add("  ", {yaml_text(name) + ":" + (s.lines.empty() && s.slos.empty() ? " {}" : ""), s.place});
            for (const Line& line : s.lines) add("    ", line);
            if (!s.slos.empty()) add("    ", {"slos:", s.place});
            for (const Line& slo : s.slos) add("      ", slo);
        }
        if (!resources_.empty()) add("", {"resources:", {}});
        for (const auto& [name, resource] : resources_) add("  ", resource);
        return out;
    }

private:
    static std::string name_of(const YamlNode& doc) { return text_at(at(&doc, {"metadata", "name"})); }
    static const YamlNode* annotation_node(const YamlNode& doc, std::string_view key) {
        return at(&doc, {"metadata", "annotations", std::string(kOurs) + std::string(key)});
    }
    static std::string annotation(const YamlNode& doc, std::string_view key) { return text_at(annotation_node(doc, key)); }
    static Place place_of(const YamlNode* node, const YamlNode& otherwise) { return node != nullptr ? node->place : otherwise.place; }

    // Is it the first of its name? Another one is a problem.
    bool once(const std::string& name, const YamlNode& doc) {
        const Place place = place_of(at(&doc, {"metadata", "name"}), doc);
        const auto [first, is_new] = seen_.emplace(name, place);
        if (!is_new) problems_.add(place, "metadata.name: " + name + " is there already", "first in line " + std::to_string(first->second.line) + "; give one another name");
        return is_new;
    }

    ServiceDraft& service(const std::string& name, Place place) { return services_.emplace(name, ServiceDraft{place, {}, {}, {}}).first->second; }

    void read_service(const YamlNode& doc) {
        if (name_of(doc).empty()) return problems_.add(doc.place, "a Service needs metadata.name", "see the OpenSLO v1 specification");
        ServiceDraft& s = service(name_of(doc), place_of(at(&doc, {"metadata", "name"}), doc));
        const auto put = [&](std::string_view key, const YamlNode* value) {
            if (const std::string text = text_at(value); !text.empty()) s.lines.push_back({std::string(key) + ": " + yaml_text(text), value->place});
        };
        put("title", at(&doc, {"metadata", "displayName"}));
        const YamlNode* owner = annotation_node(doc, "owner");
        const YamlNode* team = at(&doc, {"metadata", "labels", "team"});
        put("owner", owner != nullptr ? owner : team != nullptr && team->is_sequence() ? first_item(team) : team);
        for (const std::string_view key : {"class", "value_per_minute", "currency"}) put(key, annotation_node(doc, key));
        if (const YamlNode* zone = annotation_node(doc, "time_zone")) s.time_zone = {text_at(zone), zone->place};
        if (const YamlNode* calls = annotation_node(doc, "calls")) s.lines.push_back({"calls: [" + text_at(calls) + "]", calls->place});
    }

    // "1M" and the like as our words.
    static std::string calendar_word(const std::string& duration) {
        constexpr std::pair<std::string_view, std::string_view> kWords[]{{"1d", "day"}, {"1w", "week"}, {"7d", "week"}, {"1M", "month"}, {"1Q", "quarter"}, {"1Y", "year"}};
        for (const auto& [theirs, ours] : kWords) if (duration == theirs) return std::string(ours);
        return {};
    }
    static std::string rolling_period(const std::string& duration) {
        if (duration.ends_with('M')) return std::to_string(30 * std::max(1, std::atoi(duration.c_str()))) + "d";
        if (duration.ends_with('Q')) return std::to_string(90 * std::max(1, std::atoi(duration.c_str()))) + "d";
        if (duration.ends_with('Y')) return "365d";
        return duration;
    }

    void add_period(const YamlNode& spec, std::string& out) {
        const YamlNode* windows = at(&spec, {"timeWindow"});
        const YamlNode* window = first_item(windows);
        if (windows != nullptr && window == nullptr) problems_.add(windows->place, "timeWindow: expected a list, found " + describe(*windows), "begin its entry with '- '");
        if (window == nullptr) return;
        const std::string duration = text_at(at(window, {"duration"})), rolling = text_at(at(window, {"isRolling"}));
        const std::string word = calendar_word(duration);
        if (rolling == "false" && !word.empty()) {
            out += ", calendar: " + word;
            if (const YamlNode* zone = at(window, {"calendar", "timeZone"})) add_zone(service(text_at(at(&spec, {"service"})), {}).time_zone, *zone);
        } else if (rolling == "false") {
            notes_.add(window->place, "a calendar period of " + duration + " has no word here", "taken as a rolling one");
            out += ", period: " + rolling_period(duration);
        } else if (!duration.empty()) {
            out += ", period: " + rolling_period(duration);
        }
    }

    // A service has one time zone here: the first.
    void add_zone(Line& known, const YamlNode& zone) {
        if (known.text.empty()) known = {zone.text, zone.place};
        else if (known.text != zone.text) notes_.add(zone.place, "timeZone: " + in_quotes(zone.text) + " is not taken over", "the periods of a service have one time zone, here " + known.text + " of line " + std::to_string(known.place.line));
    }

    void add_burn(const YamlNode& spec, std::string& out) {
        std::string burn;
        const YamlNode* policies = at(&spec, {"alertPolicies"});
        for (const YamlNode& p : policies != nullptr && policies->is_sequence() ? policies->items : std::vector<YamlNode>{}) {
            const std::string ref = p.is_scalar() ? p.text : text_at(at(&p, {"alertPolicyRef"}));
            const auto policy = policies_.find(ref);
            const YamlNode* body = at(&p, {"spec"}) != nullptr ? &p : policy == policies_.end() ? nullptr : policy->second;
            const YamlNode* item = first_item(at(body, {"spec", "conditions"}));
            const auto condition = conditions_.find(text_at(at(item, {"conditionRef"})));
            const YamlNode* c = at(condition == conditions_.end() ? item : condition->second, {"spec", "condition"});
            const auto lookback = parse_duration(text_at(at(c, {"lookbackWindow"})));
            const auto after = parse_duration(text_at(at(c, {"alertAfter"})));
            const std::string factor = text_at(at(c, {"threshold"}));
            if (!lookback || factor.empty()) {
                notes_.add(p.place, "alert policy " + in_quotes(ref) + " names no burn rate that can be found", "give its documents, too");
                continue;
            }
            burn += (burn.empty() ? "" : ", ") + ("{long: " + duration_text(*lookback)) + ", short: " + duration_text(after && *after > Micros{0} && *after <= *lookback ? *after : *lookback / 12) + ", factor: " + factor + "}";
        }
        if (!burn.empty()) out += ", burn: [" + burn + "]";
    }

    // What is measured: by annotation, else by the kind of metric. Empty, with a note, where that is not known.
    std::string indicator_of(const YamlNode& doc, const YamlNode* indicator, const YamlNode* objective, const LatencyWords& latency) {
        if (const std::string own = annotation(doc, "indicator"); !own.empty()) return own;
        if (at(indicator, {"spec", "ratioMetric"}) != nullptr) return "availability";
        const YamlNode* value = at(objective, {"value"});
        const YamlNode* ref = at(&doc, {"spec", "indicatorRef"});
        if (ref != nullptr && indicator == nullptr) {
            leave_out(doc, ref->place, "no SLI is called " + in_quotes(ref->text), "give its document, too");
        } else if (value == nullptr || !latency.named) {
            leave_out(doc, doc.place, "what it measures is not known here", "annotate foreshock/indicator, such as p95_latency_ms or error_ratio");
        } else {
            return (latency.percentile.empty() ? "p95" : "p" + latency.percentile) + "_latency_ms";
        }
        return {};
    }

    void note_guess(const YamlNode& indicator, const std::string& value, const LatencyWords& latency) {
        const std::string metric = text_at(at(&indicator, {"metadata", "name"}));
        const bool quantile = latency.percentile.empty(), unit = latency.in_ms == 0;
        if (!quantile && !unit) return;
        const std::string what = (quantile ? "the 95th percentile of latency" : "") + std::string(quantile && unit ? " in " : "") + (unit ? "milliseconds" : "");
        const bool little = unit && parse_number(value).value_or(kLittleLatency) < kLittleLatency;
        notes_.add(indicator.place, in_quotes(metric) + " is taken as " + what, little ? value + " ms is little: are these seconds? Then annotate foreshock/below with the milliseconds" : "annotate foreshock/indicator" + std::string(unit ? " and foreshock/below" : "") + " where it is another");
    }

    void leave_out(const YamlNode& doc, Place place, const std::string& why, const std::string& hint) {
        notes_.add(place, "SLO " + in_quotes(name_of(doc)) + " is not taken over: " + why, hint);
    }

    // `op` and `value` as below or above; false where that cannot be said here.
    bool add_threshold(const YamlNode& doc, const YamlNode& objective, const std::string& indicator, bool ratio, const LatencyWords& latency, std::string& out) {
        const bool availability = indicator == "availability" || indicator == "value_availability";
        if (const std::string own = annotation(doc, "below"); !own.empty()) return out += ", below: " + yaml_text(own), true;
        const YamlNode* value = at(&objective, {"value"});
        if (value == nullptr) return true;
        const YamlNode* op = at(&objective, {"op"});
        if (ratio) return notes_.add(value->place, "value: belongs to threshold metrics", "not taken over: a ratio has its target"), true;
        const std::string word = op == nullptr ? "lt" : text_at(op);
        const auto number = parse_number(text_at(value));
        if (!number) return problems_.add(value->place, "value: expected a number, found " + describe(*value), "such as 300"), false;
        if (word != "lt" && word != "lte" && word != "gt" && word != "gte") return problems_.add(op->place, "op: " + in_quotes(word) + " is no operator", "one of lt, lte, gt, gte"), false;
        if (op == nullptr && !availability) notes_.add(value->place, "op: is missing", "taken as lt");
        if (op != nullptr && word.starts_with('g') != availability) {
            leave_out(doc, op->place, "'" + word + " " + text_at(value) + "' cannot be said of " + indicator, availability ? "an availability stays above something" : "what is promised here stays below something");
            return false;
        }
        char text[32];
        std::snprintf(text, sizeof text, "%.10g", *number * (indicator.ends_with("_latency_ms") && latency.in_ms > 0 ? latency.in_ms : 1));
        out += std::string(availability ? ", above: " : ", below: ") + text;
        return true;
    }

    // The share that has to keep it; false where it is none.
    bool add_objective(const YamlNode& objective, std::string& out) {
        const YamlNode* target = at(&objective, {"target"});
        const YamlNode* percent = at(&objective, {"targetPercent"});
        const YamlNode* node = target != nullptr ? target : percent;
        if (node == nullptr) return problems_.add(objective.place, "an objective needs target or targetPercent", "such as target: 0.995"), false;
        const auto number = parse_number(text_at(node));
        if (!number || *number <= 0 || *number >= (target != nullptr ? 1 : 100)) {
            const bool share = target != nullptr && number && *number > 1 && *number < 100;
            problems_.add(node->place, (target != nullptr ? "target: " : "targetPercent: ") + describe(*node) + " is out of range",
                          share ? "write targetPercent: " + node->text : target != nullptr ? "above 0 and below 1, such as 0.995" : "above 0 and below 100, such as 99.5");
            return false;
        }
        out += ", objective: " + node->text + (target != nullptr ? "" : "%");
        return true;
    }

    // Slices are windows. What part of a slice has to be good is known of availabilities only.
    void add_slices(const YamlNode& doc, const YamlNode& objective, bool availability, std::string& out) {
        const YamlNode* method = at(&doc, {"spec", "budgetingMethod"});
        const YamlNode* target = at(&objective, {"timeSliceTarget"});
        const YamlNode* window = at(&objective, {"timeSliceWindow"});
        const bool slices = text_at(method) == "Timeslices";
        if (text_at(method) == "RatioTimeslices") notes_.add(method->place, "budgetingMethod: RatioTimeslices has no word here", "taken as " + std::string(availability ? "Occurrences" : "Timeslices"));
        if (slices && availability) out += ", budget: windows";
        if (slices && availability && target != nullptr && out.find(", above:") == out.npos) out += ", above: " + yaml_text(text_at(target));
        else if (target != nullptr) notes_.add(target->place, "timeSliceTarget is not taken over", availability ? "only slices have one: budgetingMethod: Timeslices" : "a window is good or bad as a whole");
        if (slices && availability && target == nullptr && out.find(", above:") == out.npos) notes_.add(objective.place, "timeSliceTarget: is missing", "a window is bad that burns the budget 14.4 times too fast");
        if (!annotation(doc, "window").empty()) return;
        if (slices && window != nullptr) out += ", window: " + yaml_text(text_at(window));
        else if (window != nullptr) notes_.add(window->place, "timeSliceWindow is not taken over", "only slices have one: budgetingMethod: Timeslices");
    }

    // OpenSLO has no resources: those that are named become resources of the service.
    void add_annotated(const YamlNode& doc, const std::string& service, std::string& out) {
        for (const std::string_view key : {"window", "resource", "metric"}) {
            if (const std::string own = annotation(doc, key); !own.empty()) out += ", " + std::string(key) + ": " + yaml_text(own);
        }
        const YamlNode* resource = annotation_node(doc, "resource");
        if (resource == nullptr || !resources_.emplace(resource->text, Line{yaml_text(resource->text) + ": {service: " + yaml_text(service) + "}", resource->place}).second) return;
        notes_.add(resource->place, "foreshock/resource: " + in_quotes(resource->text) + " is added by its name only", "add which metrics are its own, and their limits");
    }

    bool is_composite(const YamlNode& objectives) const {
        return std::ranges::any_of(objectives.items, [](const YamlNode& o) { return at(&o, {"indicatorRef"}) != nullptr || at(&o, {"indicator"}) != nullptr || at(&o, {"compositeWeight"}) != nullptr; });
    }

    void read_slo(const YamlNode& doc) {
        const YamlNode* spec = at(&doc, {"spec"});
        const std::string service_name = text_at(at(spec, {"service"})), name = name_of(doc);
        const YamlNode* objectives = at(spec, {"objectives"});
        const YamlNode* objective = first_item(objectives);
        if (service_name.empty() || name.empty() || objective == nullptr) {
            return problems_.add(doc.place, "an SLO needs metadata.name, spec.service and a list spec.objectives", "see the OpenSLO v1 specification");
        }
        if (!once("SLO " + name + " of " + service_name, doc)) return;
        ServiceDraft& s = service(service_name, at(spec, {"service"})->place);
        if (is_composite(*objectives)) return leave_out(doc, objective->place, "it is a composite of several indicators", "write one SLO for each, and join them here: indicator: composite, of: [" + service_name + ".NAME, ...]");
        const YamlNode* indicator = at(spec, {"indicator"});
        const auto referred = indicators_.find(text_at(at(spec, {"indicatorRef"})));
        if (indicator == nullptr && referred != indicators_.end()) indicator = referred->second;
        const LatencyWords latency = latency_words(doc, indicator);
        const std::string word = indicator_of(doc, indicator, objective, latency);
        std::string out = "{indicator: " + yaml_text(word);
        const bool ratio = at(indicator, {"spec", "ratioMetric"}) != nullptr;
        const bool good = !word.empty() && add_threshold(doc, *objective, word, ratio, latency, out) && add_objective(*objective, out);
        if (!good) return;
        if (annotation(doc, "indicator").empty() && !ratio) note_guess(*indicator, text_at(at(objective, {"value"})), latency);
        if (objectives->items.size() > 1) notes_.add(objectives->items[1].place, "SLO " + in_quotes(name) + " has several objectives; the first is taken", "write one document for each");
        add_annotated(doc, service_name, out);
        add_slices(doc, *objective, word == "availability" || word == "value_availability", out);
        add_period(*spec, out);
        add_burn(*spec, out);
        s.slos.push_back({yaml_text(name) + ": " + out + "}", place_of(at(&doc, {"metadata", "name"}), doc)});
    }

    Problems& notes_;
    Problems& problems_;
    std::map<std::string, ServiceDraft> services_;
    std::map<std::string, const YamlNode*> conditions_, policies_, indicators_;
    std::map<std::string, Place> seen_;      // "SLO latency of web"
    std::map<std::string, Line> resources_;  // that SLOs name
    std::vector<const YamlNode*> slos_;
};

// Documents of a stream, each with blank lines before it so that places stay right.
std::vector<std::string> documents(std::string_view text) {
    std::vector<std::string> out(1);
    size_t lines = 0;
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        const std::string_view line = text.substr(0, end);
        ++lines;
        if (line.starts_with("---")) out.emplace_back(lines, '\n');
        else out.back() += line;
        text.remove_prefix(end);
    }
    return out;
}

}  // namespace

std::string yaml_text(std::string_view text) {
    const bool plain = !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == '/' || c == '%'; }) &&
                       text[0] != '-' && text[0] != '%' && text[0] != '.';
    if (plain) return std::string(text);
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? "''" : std::string(1, c == '\n' || c == '\r' ? ' ' : c);
    return out + "'";
}

Result<ImportedModel> import_openslo(std::string_view text, const std::string& file_name) {
    Problems problems, notes;
    const uint32_t file = problems.add_file(file_name);
    notes.add_file(file_name);
    std::vector<YamlNode> docs;
    for (const std::string& d : documents(text)) {
        auto root = parse_yaml(d, file, problems);
        if (root && !root->is_null()) docs.push_back(std::move(*root));
    }
    OpenSloReader reader(notes, problems);
    for (const YamlNode& d : docs) reader.take(d);
    ImportedModel out;
    const std::vector<Line> lines = reader.finish();
    if (!problems.empty()) return problems.take();
    for (const Line& line : lines) {
        out.yaml += line.text + "\n";
        out.sources.push_back(Diagnostic{file_name, line.place.line, line.place.column, {}, {}});
    }
    out.notes = notes.take();
    return out;
}

}  // namespace foreshock
