#include "rules/config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <filesystem>
#include <span>

#include "rules/model_draft.h"
#include "rules/program_reader.h"
#include "rules/rule_reader.h"

namespace foreshock {
namespace {

constexpr std::array<std::string_view, 4> kModelKeys{"services", "resources", "calendar", "views"};

// Rules may stand beside the model that they are about.
bool is_model_key(std::string_view key) { return std::ranges::find(kModelKeys, key) != kModelKeys.end() || key == "rules" || key == "conditions"; }

std::string folder_of(const std::string& file) { return std::filesystem::path(file).parent_path().string(); }

// Reads the model wherever it stands, and keeps what its hash is made of.
class ModelLoader {
public:
    ModelLoader(Problems& problems, std::string folder) : problems_(problems), folder_(std::move(folder)), rules_(problems) {}

    // Sections at the top of the program's configuration.
    void add_inline(const Section& top) {
        ReadContext context{problems_, folder_, false};
        rules_.add(top, folder_, true);
        add(context, top.under(context));
    }

    // The value of `model:`.
    void add_model_key(const Section& top) {
        const YamlNode* value = top.value("model");
        if (value == nullptr) return;
        if (value->is_map()) {
            ReadContext context{problems_, folder_, false};
            return add_model_only(context, *value, folder_);
        }
        for (const YamlNode& item : value->is_sequence() ? std::span(value->items) : std::span(value, 1)) {
            if (item.is_scalar()) add_file(item);
            else problems_.add(item.place, "model: expected a path, found " + describe(item), "write the path of a model file");
        }
    }

    ModelDraft& draft() { return draft_; }
    RuleLoader& rules() { return rules_; }
    const std::vector<std::string>& files() const { return files_; }

    // Everything that can change a warning, as text: the options in force and the model, wherever it was written.
    std::string hash(const EngineOptions& o) const {
        std::string text = "foreshock config 1\n";
        for (const auto d : {o.slots.length, o.slots.allowed_lateness, o.slots.clock_jump, o.warn.horizon, o.warn.repeat}) {
            text += std::to_string(d.count()) + ' ';
        }
        for (const auto n : {o.slots.max_open, o.bounds.services, o.bounds.metric_instances, o.bounds.hosts, o.bounds.dimension_values,
                             o.bounds.record_bytes, o.bounds.occurrences, o.bounds.open_warnings}) {
            text += std::to_string(n) + ' ';
        }
        const Calibration& c = o.warn.calibration;
        for (const double p : {o.warn.raise_probability, o.warn.clear_probability, c.slope, c.offset, c.interval}) text += std::to_string(std::llround(p * 1e9)) + ' ';
        for (const std::string& d : o.dimensions) text += std::to_string(d.size()) + ':' + d;
        for (const std::string& part : parts_) text += '\n' + part;
        return hash_text(text);
    }

private:
    void add_file(const YamlNode& item) {
        auto name = expand_environment(item.text);
        if (!name) return problems_.add(item.place, "model: " + name.problems().front().message, name.problems().front().hint);
        const std::string path = path_below(folder_, name.value());
        const auto text = read_file(path);
        if (!text) return problems_.add(item.place, "model: " + text.problems().front().message, text.problems().front().hint);
        ReadContext context{problems_, folder_of(path), false};
        files_.push_back(path);
        auto root = parse_yaml(text.value(), problems_.add_file(path), problems_);
        if (!root) return;
        roots_.push_back(std::move(*root));
        add_model_only(context, roots_.back(), folder_of(path));
    }

    // A map in which nothing but the model may stand.
    void add_model_only(ReadContext& context, const YamlNode& root, const std::string& folder) {
        const Section section(context, root, "");
        for (const YamlEntry& e : root.entries) {
            if (is_model_key(e.key) || find_key(e.key) == nullptr) continue;
            problems_.add(e.place, in_quotes(e.key) + " belongs to the program, not to a model file", "move it to the configuration that names this file");
        }
        rules_.add(section, folder, true);
        add(context, section);
    }

    void add(ReadContext& context, const Section& section) {
        read_model(context, section, draft_);
        for (size_t i = 0; i < kModelKeys.size(); ++i) {
            const YamlNode* value = section.value(kModelKeys[i]);
            if (value == nullptr) continue;
            std::string text;
            append_canonical(text, *value);
            if (text.size() > 2) parts_[i] += text.substr(1, text.size() - 2);  // without the brackets: one list over all files
        }
    }

    Problems& problems_;
    std::string folder_;
    ModelDraft draft_;
    RuleLoader rules_;
    std::vector<std::string> files_;
    std::deque<YamlNode> roots_;  // of the model's files, while their rules are not read
    std::array<std::string, kModelKeys.size()> parts_;
};

Diagnostic place_only(const Problems& problems, const Place& place) {
    Diagnostic d;
    d.file = problems.file_name(place.file);
    d.line = place.line;
    d.column = place.column;
    return d;
}

}  // namespace

Result<Config> load_config_text(std::string_view text, const std::string& file_name) {
    Problems problems;
    const auto root = parse_yaml(text, problems.add_file(file_name), problems);
    if (!root) return problems.take();
    Config config;
    config.file = file_name;
    ReadContext context{problems, folder_of(file_name)};
    const Section top(context, *root, "");
    read_program(top, config);
    ModelLoader loader(problems, context.folder);
    loader.add_inline(top);
    loader.add_model_key(top);
    check_model(loader.draft(), config.engine.slots.length, problems);
    RulesDraft rules = loader.rules().read();
    check_rules(rules, loader.draft().model, problems);
    if (!problems.empty()) return problems.take();
    note_model(loader.draft(), problems);
    config.model = std::move(loader.draft().model);
    config.model.hash = loader.hash(config.engine);
    note_rules(rules, config.model, problems);
    config.doubts = problems.take();
    for (const RuleDraft& r : rules.rules)
        for (size_t n = 0; n < r.places.size(); ++n) config.places.emplace("rules." + r.rule.name + "[" + std::to_string(n) + "]", place_only(problems, r.places[n]));
    config.rules = plan_of(std::move(rules), config.model.hash);
    config.rule_patterns = loader.rules().patterns();
    config.model_files = loader.files();
    for (const auto& [name, place] : loader.draft().places) config.places.emplace(name, place_only(problems, place));
    for (const Notice& n : loader.draft().notices) {
        Diagnostic d = place_only(problems, n.place);
        d.message = n.message;
        d.hint = n.hint;
        config.notices.push_back(std::move(d));
    }
    return config;
}

Result<Config> load_config(const std::string& path) {
    const auto text = read_file(path);
    if (text) return load_config_text(text.value(), path);
    Diagnostic d = text.problems().front();
    d.file = path;
    return d;
}

std::vector<std::string> files_of(const Config& config) {
    std::vector<std::string> files{config.file};
    files.insert(files.end(), config.model_files.begin(), config.model_files.end());
    for (const std::string& pattern : config.rule_patterns) {
        const auto fitting = files_that_fit(pattern);
        files.insert(files.end(), fitting.begin(), fitting.end());
    }
    return files;
}

Diagnostics check_config(const std::vector<std::string>& paths) {
    Diagnostics all;
    for (const std::string& path : paths) {
        const auto config = load_config(path);
        if (config) continue;
        for (const Diagnostic& d : config.problems()) {
            const auto same = [&](const Diagnostic& other) { return other.text() == d.text(); };
            if (std::ranges::none_of(all, same)) all.push_back(d);
        }
    }
    return all;
}

}  // namespace foreshock
