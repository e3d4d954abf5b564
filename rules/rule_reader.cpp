#include "rules/rule_reader.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "engine/base/fnv1a.h"
namespace foreshock {
namespace {

constexpr size_t kLongestName = 100;
constexpr std::string_view kLabelKey = "label.";

std::string folder_of(const std::string& file) { return std::filesystem::path(file).parent_path().string(); }

}  // namespace

std::vector<std::string> files_that_fit(const std::string& path) {
    const std::filesystem::path whole(path);
    const std::string last = whole.filename().string();
    if (last.find_first_of("*?") == last.npos) return {path};
    std::vector<std::string> found;
    std::error_code error;
    const std::filesystem::path folder = whole.parent_path().empty() ? std::filesystem::path(".") : whole.parent_path();
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (matches_glob(last, entry.path().filename().string())) found.push_back((whole.parent_path() / entry.path().filename()).string());
    std::ranges::sort(found);
    return found;
}

std::string hash_text(std::string_view text) { return hex_text(Fnv1a{}.add(text).value()); }

std::string definition_of(const YamlNode& node, std::string_view used) {
    std::string text;
    append_canonical(text, node);
    return hash_text(text.append(used));
}

void RuleLoader::add(const Section& top, const std::string& folder, bool files_may_follow) {
    contexts_.push_back({problems_, folder, false});
    ReadContext& context = contexts_.back();
    if (const YamlNode* named = top.value("conditions")) {
        if (!named->is_map()) top.problem("conditions", "expected conditions by name, found " + describe(*named), "write name: {spike: {}}");
        for (const YamlEntry& e : named->entries) {
            const auto [at, is_new] = definitions_.emplace(e.key, Definition{&e.value, &context, e.place, false});
            if (!is_new) problems_.add(e.place, in_quotes(e.key) + " is defined twice", "first in " + problems_.file_name(at->second.place.file) + ":" + std::to_string(at->second.place.line) + "; keep one");
        }
    }
    const YamlNode* rules = top.value("rules");
    if (rules == nullptr) return;
    if (!rules->is_sequence()) return top.problem("rules", "expected a list of paths and rules, found " + describe(*rules), "begin each with '- '");
    for (const YamlNode& item : rules->items) {
        if (!item.is_scalar()) items_.push_back({&item, &context});
        else if (files_may_follow) add_files(item, folder);
        else problems_.add(item.place, "rules: a path in a file of rules", "name all files in the program's configuration");
    }
}

void RuleLoader::add_files(const YamlNode& item, const std::string& folder) {
    auto name = expand_environment(item.text);
    if (!name) return problems_.add(item.place, "rules: " + name.problems().front().message, name.problems().front().hint);
    const std::string path = path_below(folder, name.value());
    patterns_.push_back(path);
    const auto files = files_that_fit(path);
    if (files.empty()) problems_.add(item.place, "rules: no file fits " + in_quotes(path), "a path, with * and ? in its last part");
    for (const std::string& file : files) add_file(file, item.place);
}

void RuleLoader::add_file(const std::string& path, Place place) {
    if (std::ranges::find(files_, path) != files_.end()) return;
    files_.push_back(path);
    const auto text = read_file(path);
    if (!text) return problems_.add(place, "rules: " + text.problems().front().message, text.problems().front().hint);
    auto root = parse_yaml(text.value(), problems_.add_file(path), problems_);
    if (!root) return;
    roots_.push_back(std::move(*root));
    ReadContext context{problems_, folder_of(path), false};
    const Section top(context, roots_.back(), "");
    for (const YamlEntry& e : roots_.back().entries) {
        if (e.key == "rules" || e.key == "conditions" || find_key(e.key) == nullptr) continue;
        problems_.add(e.place, in_quotes(e.key) + " does not belong into a file of rules", "only rules and conditions do");
    }
    add(top, folder_of(path), false);
}

RulesDraft RuleLoader::read() {
    RulesDraft draft;
    std::map<std::string, Place> names;
    for (const Item& item : items_) {
        RuleDraft rule = read_rule(item);
        const auto [at, is_new] = names.emplace(rule.rule.name, rule.place);
        if (!is_new && !rule.rule.name.empty()) {
            problems_.add(rule.place, "a rule " + in_quotes(rule.rule.name) + " is there already", "in " + problems_.file_name(at->second.file) + ":" + std::to_string(at->second.line) + "; give one another name");
        }
        draft.rules.push_back(std::move(rule));
    }
    for (const auto& [name, definition] : definitions_) {
        draft.definitions.emplace(name, DefinitionDraft{definition.place, definition.used});
        if (!definition.used) (void)ConditionReader(definitions_).read(*definition.context, *definition.node);
    }
    return draft;
}

RuleDraft RuleLoader::read_rule(const Item& item) {
    const Section section(*item.context, *item.node, "rules[]");
    RuleDraft draft;
    draft.place = section.has("name") ? section.place_of("name") : item.node->place;
    read_head(section, draft.rule);
    ConditionReader reader(definitions_);
    if (const YamlNode* when = section.value("when")) draft.rule.when = reader.read(*item.context, *when);
    draft.places = reader.places();
    check_text(section, draft.rule);
    draft.rule.definition = definition_of(*item.node, reader.used());
    std::string waits_for;
    for (const std::string_view key : {"by", "services", "resources", "when"}) {
        waits_for.append(key) += '=';
        if (const YamlNode* value = section.value(key)) append_canonical(waits_for, *value);
    }
    draft.rule.condition = hash_text(waits_for.append(reader.used()));
    return draft;
}

void RuleLoader::read_head(const Section& section, Rule& rule) {
    if (section.read("name", rule.name)) {
        const auto fits = [](unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'; };
        if (rule.name.empty() || rule.name.size() > kLongestName || rule.name == "builtin" || rule.name == "calendar" || !std::ranges::all_of(rule.name, fits)) {
            section.problem("name", in_quotes(rule.name) + " is no name of a rule", "1 to 100 letters, digits, '.', '_' and '-'; 'builtin' and 'calendar' are taken");
        }
    }
    section.read("title", rule.title);
    section.read("version", rule.version, Range{1, 1e9});
    std::string by;
    if (section.read("by", by)) {
        constexpr std::string_view kKeys[]{"service", "resource", "label.", "everything"};
        if (by == "service") rule.by = RuleKey::service;
        else if (by == "resource") rule.by = RuleKey::resource;
        else if (by == "everything") rule.by = RuleKey::everything;
        else if (by.starts_with(kLabelKey) && by.size() > kLabelKey.size()) rule.by = RuleKey::label, rule.label = by.substr(kLabelKey.size());
        else if (by == "label" || by == kLabelKey) section.problem("by", "the label is not named", "write label.NAME, such as label.region");
        else section.problem("by", in_quotes(by) + " is nothing to judge by", nearest(by, kKeys).empty() ? "service, resource, label.NAME or everything" : suggest(by, kKeys));
    }
    section.read("services", rule.services);
    if (section.read("resources", rule.resources) && rule.by != RuleKey::resource) {
        section.problem("resources", "only with by: resource", "name the resource in the condition: pressure: {resource: db-1}");
    }
    section.choice("severity", rule.critical);
    section.read("text", rule.text);
    section.read("labels", rule.labels);
    section.read("links", rule.links);
    for (const std::string_view key : {"labels", "links"}) check_names(section, key);
    section.read("shadow", rule.shadow);
    section.read("resolve_after", rule.resolve_after, Micros{0}, kRuleRetention);
}

// Receivers take them as labels and annotations.
void RuleLoader::check_names(const Section& section, std::string_view key) {
    const YamlNode* value = section.value(key);
    if (value == nullptr) return;
    for (const YamlEntry& e : value->entries) {
        const auto fits = [](unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
        const bool good = !e.key.empty() && !(e.key[0] >= '0' && e.key[0] <= '9') && std::ranges::all_of(e.key, fits);
        if (!good) problems_.add(e.place, std::string(key) + ": " + in_quotes(e.key) + " is no name for receivers", "letters, digits and '_'");
    }
}

void RuleLoader::check_text(const Section& section, const Rule& rule) {
    for (size_t open = rule.text.find('{'); open != std::string::npos; open = rule.text.find('{', open + 1)) {
        const size_t close = rule.text.find('}', open);
        if (close == std::string::npos) return section.problem("text", "a brace is not closed", "such as {service}");
        const std::string field = rule.text.substr(open + 1, close - open - 1);
        if (field.starts_with(kLabelKey) && field.size() > kLabelKey.size()) continue;
        if (std::ranges::find(kRuleTextFields, field) != kRuleTextFields.end()) continue;
        section.problem("text", "nothing is called {" + field + "}", suggest(field, kRuleTextFields));
    }
}

RulePlan plan_of(RulesDraft draft, const std::string& model_hash) {
    RulePlan plan;
    std::string text = model_hash;
    for (RuleDraft& r : draft.rules) {
        text += ' ' + r.rule.definition;
        plan.rules.push_back(std::move(r.rule));
    }
    plan.hash = hash_text(text);
    return plan;
}

}  // namespace foreshock
