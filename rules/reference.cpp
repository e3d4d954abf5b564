#include "rules/reference.h"

#include <algorithm>

namespace foreshock {
namespace {

bool is_model_key(std::string_view path) {
    return path.starts_with("services") || path.starts_with("resources") || path.starts_with("calendar") || path.starts_with("views");
}

bool is_rule_key(std::string_view path) { return path.starts_with("rules[]") || path == "conditions"; }

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c;
    }
    return out;
}

// "pNN, ..." as it stands; words of a choice as "a, b, c".
std::string values_text(const KeyReference& key) {
    if (key.type != ValueType::choice) return escaped(key.values);
    std::string out;
    for (const std::string_view word : choice_words(key)) out += (out.empty() ? "" : ", ") + ("`" + std::string(word) + "`");
    return out;
}

void append_row(std::string& out, const KeyReference& key) {
    const std::string type(type_name(key.type));
    const std::string values = values_text(key);
    out += "| `" + std::string(key.path) + "` | " + type + (values.empty() ? "" : ": " + values) + " | ";
    if (!key.default_text.empty()) out += "`" + std::string(key.default_text) + "`";
    if (key.required) out += "required";
    out += " | " + escaped(key.description) + " |\n";
}

}  // namespace

std::string_view KeyReference::parent() const {
    const size_t dot = path.find_last_of('.');
    return dot == path.npos ? std::string_view{} : path.substr(0, dot);
}

const KeyReference* find_key(std::string_view path) {
    const auto table = config_reference();
    const auto at = std::ranges::find(table, path, &KeyReference::path);
    return at == table.end() ? nullptr : &*at;
}

std::vector<const KeyReference*> keys_of(std::string_view parent) {
    std::vector<const KeyReference*> out;
    for (const KeyReference& key : config_reference()) {
        if (key.parent() == parent) out.push_back(&key);
    }
    return out;
}

std::vector<std::string_view> choice_words(const KeyReference& key) {
    std::vector<std::string_view> out;
    std::string_view rest = key.values;
    while (!rest.empty()) {
        const size_t end = std::min(rest.find('|'), rest.size());
        out.push_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return out;
}

std::string_view type_name(ValueType type) {
    switch (type) {
        case ValueType::section: return "section";
        case ValueType::sections: return "section, or a list of them";
        case ValueType::named: return "section for each name";
        case ValueType::list: return "list";
        case ValueType::calls: return "list of names";
        case ValueType::model: return "path, paths or sections";
        case ValueType::rules: return "list of paths and rules";
        case ValueType::condition: return "condition";
        case ValueType::conditions: return "list of conditions";
        case ValueType::text: return "text";
        case ValueType::text_list: return "list of texts";
        case ValueType::text_map: return "texts by name";
        case ValueType::secret: return "text";
        case ValueType::secret_list: return "list of texts";
        case ValueType::number: return "number";
        case ValueType::positive: return "number above 0";
        case ValueType::integer: return "whole number";
        case ValueType::boolean: return "true or false";
        case ValueType::duration: return "duration";
        case ValueType::share: return "number or percentage";
        case ValueType::size: return "size";
        case ValueType::time: return "time";
        case ValueType::choice: return "one of";
        case ValueType::expression: return "regular expression";
    }
    return {};
}

std::string config_reference_markdown() {
    constexpr std::string_view kHead = "| key | value | default | meaning |\n|---|---|---|---|\n";
    std::string program = "**The program**\n\n" + std::string(kHead), model = "**The service model**\n\n" + std::string(kHead);
    std::string rules = "**Rules**\n\n" + std::string(kHead);
    for (const KeyReference& key : config_reference()) append_row(is_model_key(key.path) ? model : is_rule_key(key.path) ? rules : program, key);
    return program + "\n" + model + "\n" + rules +
           "\nDurations are written `250ms`, `10s`, `5m`, `1h30m`, `28d`; shares `99.5%` or `0.995`; sizes `256MiB`; times in RFC 3339. "
           "`.*` stands for any name, `[]` for each item of a list; a condition is written as `rules[].when` is. Paths are relative to the folder of the file that names them. "
           "In the program's part every value may hold `${NAME}` or `${NAME:-default}` from the environment, and texts by name and "
           "addresses may be `file:PATH`, which is replaced by what the file holds.\n";
}

}  // namespace foreshock
