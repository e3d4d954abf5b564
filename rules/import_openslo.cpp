#include <algorithm>
#include <map>
#include <vector>

#include "rules/model_import.h"
#include "rules/problems.h"
#include "rules/values.h"
#include "rules/yaml.h"

namespace foreshock {
namespace {

constexpr std::string_view kOurs = "foreshock/";

std::string text_at(const YamlNode* node) { return node != nullptr && node->is_scalar() ? node->text : std::string{}; }

// The node at a path of keys; null when there is none.
const YamlNode* at(const YamlNode* node, std::initializer_list<std::string_view> path) {
    for (const std::string_view key : path) {
        const YamlEntry* entry = node != nullptr && node->is_map() ? node->find(key) : nullptr;
        node = entry != nullptr ? &entry->value : nullptr;
    }
    return node;
}

const YamlNode* first_item(const YamlNode* list) { return list != nullptr && list->is_sequence() && !list->items.empty() ? &list->items.front() : nullptr; }

struct ServiceDraft {
    std::vector<std::string> lines;  // below the service
    std::vector<std::string> slos;
};

class OpenSloReader {
public:
    OpenSloReader(Problems& notes, Problems& problems) : notes_(notes), problems_(problems) {}

    void take(const YamlNode& doc) {
        const std::string version = text_at(at(&doc, {"apiVersion"})), kind = text_at(at(&doc, {"kind"}));
        if (version != "openslo/v1") return problems_.add(doc.place, "apiVersion: expected openslo/v1, found " + in_quotes(version), "convert the document to OpenSLO v1 first");
        if (kind == "AlertCondition") conditions_[name_of(doc)] = &doc;
        else if (kind == "AlertPolicy") policies_[name_of(doc)] = &doc;
        else if (kind == "SLI") indicators_[name_of(doc)] = &doc;
        else if (kind == "Service") read_service(doc);
        else if (kind == "SLO") slos_.push_back(&doc);
        else notes_.add(doc.place, kind + " " + in_quotes(name_of(doc)) + " is not taken over", "sources and receivers belong to the program's configuration");
    }

    std::string finish() {
        for (const YamlNode* slo : slos_) read_slo(*slo);
        std::string out = "services:\n";
        for (const auto& [name, s] : services_) {
            out += "  " + yaml_text(name) + ":" + (s.lines.empty() && s.slos.empty() ? " {}" : "") + "\n";
            for (const std::string& line : s.lines) out += "    " + line + "\n";
            if (!s.slos.empty()) out += "    slos:\n";
            for (const std::string& slo : s.slos) out += "      " + slo + "\n";
        }
        return services_.empty() ? "services: {}\n" : out;
    }

private:
    static std::string name_of(const YamlNode& doc) { return text_at(at(&doc, {"metadata", "name"})); }
    static std::string annotation(const YamlNode& doc, std::string_view key) {
        return text_at(at(&doc, {"metadata", "annotations", std::string(kOurs) + std::string(key)}));
    }

    void read_service(const YamlNode& doc) {
        ServiceDraft& s = services_[name_of(doc)];
        const auto put = [&](std::string_view key, const std::string& value) {
            if (!value.empty()) s.lines.push_back(std::string(key) + ": " + yaml_text(value));
        };
        put("title", text_at(at(&doc, {"metadata", "displayName"})));
        std::string owner = annotation(doc, "owner");
        const YamlNode* team = at(&doc, {"metadata", "labels", "team"});
        if (owner.empty()) owner = team != nullptr && team->is_sequence() ? text_at(first_item(team)) : text_at(team);
        put("owner", owner);
        for (const std::string_view key : {"class", "value_per_minute", "currency", "time_zone"}) put(key, annotation(doc, key));
        if (const std::string calls = annotation(doc, "calls"); !calls.empty()) s.lines.push_back("calls: [" + calls + "]");
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
        const YamlNode* window = first_item(at(&spec, {"timeWindow"}));
        if (window == nullptr) return;
        const std::string duration = text_at(at(window, {"duration"})), rolling = text_at(at(window, {"isRolling"}));
        const std::string word = calendar_word(duration);
        if (rolling == "false" && !word.empty()) {
            out += ", calendar: " + word;
            const std::string zone = text_at(at(window, {"calendar", "timeZone"}));
            if (!zone.empty()) zones_[text_at(at(&spec, {"service"}))] = zone;
        } else if (rolling == "false") {
            notes_.add(window->place, "a calendar period of " + duration + " has no word here", "taken as a rolling one");
            out += ", period: " + rolling_period(duration);
        } else if (!duration.empty()) {
            out += ", period: " + rolling_period(duration);
        }
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

    // What is measured: by annotation, else by the kind of metric.
    bool add_indicator(const YamlNode& doc, const YamlNode& spec, const YamlNode* objective, std::string& out) {
        const YamlNode* indicator = at(&spec, {"indicator"});
        const auto referred = indicators_.find(text_at(at(&spec, {"indicatorRef"})));
        if (indicator == nullptr && referred != indicators_.end()) indicator = referred->second;
        std::string word = annotation(doc, "indicator");
        const bool ratio = at(indicator, {"spec", "ratioMetric"}) != nullptr;
        const YamlNode* value = at(objective, {"value"});
        if (word.empty() && ratio) word = "availability";
        if (word.empty() && value != nullptr) {
            const std::string metric = text_at(at(indicator, {"metadata", "name"}));
            if (metric.find("latency") == metric.npos && metric.find("duration") == metric.npos) return false;
            word = "p95_latency_ms";
            notes_.add(indicator->place, in_quotes(metric) + " is taken as the 95th percentile of latency in milliseconds", "annotate foreshock/indicator where it is another");
        }
        if (word.empty()) return false;
        out = "{indicator: " + word;
        std::string below = annotation(doc, "below");
        if (below.empty()) below = text_at(value);
        const bool availability = word == "availability" || word == "value_availability";
        if (!below.empty() && !availability) out += ", below: " + below;
        for (const std::string_view key : {"window", "resource", "metric"}) {
            if (const std::string own = annotation(doc, key); !own.empty()) out += ", " + std::string(key) + ": " + yaml_text(own);
        }
        return true;
    }

    void read_slo(const YamlNode& doc) {
        const YamlNode* spec = at(&doc, {"spec"});
        const std::string service = text_at(at(spec, {"service"})), name = name_of(doc);
        const YamlNode* objectives = at(spec, {"objectives"});
        const YamlNode* objective = first_item(objectives);
        if (service.empty() || name.empty() || objective == nullptr) {
            return problems_.add(doc.place, "an SLO needs metadata.name, spec.service and spec.objectives", "see the OpenSLO v1 specification");
        }
        ServiceDraft& s = services_[service];
        std::string out;
        if (!add_indicator(doc, *spec, objective, out)) {
            return notes_.add(doc.place, "SLO " + in_quotes(name) + " is not taken over: what it measures is not known here", "annotate foreshock/indicator, such as p95_latency_ms or error_ratio");
        }
        if (objectives->items.size() > 1) notes_.add(objectives->items[1].place, "SLO " + in_quotes(name) + " has several objectives; the first is taken", "write one document for each");
        const std::string target = text_at(at(objective, {"target"})), percent = text_at(at(objective, {"targetPercent"}));
        if (!target.empty() || !percent.empty()) out += ", objective: " + (target.empty() ? percent + "%" : target);
        const bool slices = text_at(at(spec, {"budgetingMethod"})) == "Timeslices";
        if (slices && out.find("availability") != out.npos) out += ", budget: windows";
        if (const std::string slice = text_at(at(objective, {"timeSliceWindow"})); slices && !slice.empty()) out += ", window: " + slice;
        add_period(*spec, out);
        add_burn(*spec, out);
        s.slos.push_back(yaml_text(name) + ": " + out + "}");
        if (const auto zone = zones_.find(service); zone != zones_.end()) {
            const std::string line = "time_zone: " + yaml_text(zone->second);
            if (std::ranges::find(s.lines, line) == s.lines.end()) s.lines.push_back(line);
        }
    }

    Problems& notes_;
    Problems& problems_;
    std::map<std::string, ServiceDraft> services_;
    std::map<std::string, const YamlNode*> conditions_, policies_, indicators_;
    std::map<std::string, std::string> zones_;  // by service
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
    out.yaml = reader.finish();
    if (!problems.empty()) return problems.take();
    out.notes = notes.take();
    return out;
}

}  // namespace foreshock
