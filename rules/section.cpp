#include "rules/section.h"

#include <algorithm>
#include <span>

#include "rules/values.h"

namespace foreshock {
namespace {

// "such as ..." for a value of a type; what stood there may lead to a better hint.
std::string example_of(const KeyReference& key, const YamlNode& found) {
    switch (key.type) {
        case ValueType::duration:
            if (found.is_scalar() && parse_number(found.text)) return "say the unit: " + found.text + "s";
            return "such as 250ms, 10s, 5m, 1h30m, 28d";
        case ValueType::share: return key.name() == "below" ? "such as 300 or 0.01" : "such as 99.5% or 0.995";
        case ValueType::size: return "such as 256MiB";
        case ValueType::number:
        case ValueType::positive: return key.values.empty() ? "such as 600" : "such as 600, " + std::string(key.values) + ", without a unit";
        case ValueType::integer: return std::string(key.values);
        case ValueType::boolean: return "true or false";
        case ValueType::text_list:
        case ValueType::secret_list: return "write [first, second]";
        case ValueType::list: return "begin each item with '- '";
        case ValueType::text_map: return "write name: text";
        case ValueType::text: return std::string(key.values);
        default: return {};
    }
}

std::string_view article(std::string_view noun) { return noun.starts_with("one of") || noun.starts_with("true") || noun.starts_with("texts") || noun.starts_with("section for") ? "" : "a "; }

bool takes_text(ValueType t) { return t == ValueType::text || t == ValueType::time || t == ValueType::expression; }

void check_type(bool right, const KeyReference& key) { check(right, "key read as another type than the reference says", key.path); }

}  // namespace

Section::Section(ReadContext& context, const YamlNode& node, std::string path)
    : context_(context), node_(node), path_(std::move(path)) {
    if (node_.is_map() || node_.is_null()) {
        check_keys();
        return;
    }
    context_.problems.add(node_.place, "expected a section with keys, found " + describe(node_), "write key: value, indented below");
}

const KeyReference& Section::row(std::string_view key) const {
    const std::string path = path_.empty() ? std::string(key) : path_ + "." + std::string(key);
    const KeyReference* found = find_key(path);
    check(found != nullptr, "key without a row in the reference", path);
    return *found;
}

void Section::check_keys() const {
    const auto rows = keys_of(path_);
    std::vector<std::string_view> names;
    for (const KeyReference* r : rows) names.push_back(r->name());
    for (const YamlEntry& e : node_.entries) {
        if (std::ranges::find(names, e.key) != names.end()) continue;
        context_.problems.add(e.place, "unknown key " + in_quotes(e.key), suggest(e.key, names));
    }
    for (const KeyReference* r : rows) {
        if (!r->required || has(r->name())) continue;
        const YamlEntry* empty = node_.find(r->name());
        context_.problems.add(empty != nullptr ? empty->place : node_.place, "'" + std::string(r->name()) + "' is missing",
                              std::string(r->description));
    }
}

Place Section::place_of(std::string_view key) const {
    const YamlEntry* entry = node_.find(key);
    return entry == nullptr ? node_.place : entry->value.place;
}

const YamlNode* Section::value(std::string_view key) const {
    const YamlEntry* entry = node_.find(key);
    return entry == nullptr || entry->value.is_null() ? nullptr : &entry->value;
}

void Section::problem(std::string_view key, const std::string& message, std::string hint) const {
    context_.problems.add(place_of(key), std::string(key) + ": " + message, std::move(hint));
}

void Section::wrong(const KeyReference& key, const YamlNode& found) const {
    const std::string_view type = type_name(key.type);
    const bool hidden = key.type == ValueType::secret || key.type == ValueType::secret_list || key.type == ValueType::text_map;
    const std::string what = hidden && found.is_scalar() ? "a text" : describe(found);
    context_.problems.add(found.place, std::string(key.name()) + ": expected " + std::string(article(type)) + std::string(type) + ", found " + what,
                          example_of(key, found));
}

std::optional<std::string> Section::scalar_of(const KeyReference& key, const YamlNode& found) const {
    if (!found.is_scalar()) {
        wrong(key, found);
        return std::nullopt;
    }
    if (!context_.environment) return found.text;
    auto expanded = expand_environment(found.text);
    if (expanded) return std::move(expanded.value());
    const Diagnostic& d = expanded.problems().front();
    context_.problems.add(found.place, std::string(key.name()) + ": " + d.message, d.hint);
    return std::nullopt;
}

std::optional<std::string> Section::scalar(std::string_view key) const {
    const YamlNode* found = value(key);
    return found == nullptr ? std::nullopt : scalar_of(row(key), *found);
}

bool Section::read(std::string_view key, std::string& into) const {
    check_type(takes_text(row(key).type), row(key));
    auto text = scalar(key);
    if (text) into = std::move(*text);
    return text.has_value();
}

bool Section::read(std::string_view key, std::vector<std::string>& into) const {
    const KeyReference& r = row(key);
    check_type(r.type == ValueType::text_list, r);
    const YamlNode* found = value(key);
    if (found == nullptr) return false;
    std::vector<std::string> out;
    bool good = true;
    for (const YamlNode& item : found->is_sequence() ? std::span(found->items) : std::span(found, 1)) {
        auto text = scalar_of(r, item);
        if (text && std::ranges::find(out, *text) != out.end()) {
            context_.problems.add(item.place, in_quotes(*text) + " stands twice in " + std::string(key), "keep one");
        }
        good = good && text;
        if (text) out.push_back(std::move(*text));
    }
    if (good) into = std::move(out);
    return good;
}

std::optional<SecretText> Section::secret_of(std::string_view name, const YamlNode& found) const {
    auto secret = resolve_secret(name, found.text, context_.folder);
    if (secret) return std::move(secret.value());
    const Diagnostic& d = secret.problems().front();
    context_.problems.add(found.place, std::string(name) + ": " + d.message, d.hint);
    return std::nullopt;
}

bool Section::read(std::string_view key, std::vector<SecretText>& into) const {
    const KeyReference& r = row(key);
    check_type(r.type == ValueType::secret_list, r);
    const YamlNode* found = value(key);
    if (found == nullptr) return false;
    std::vector<SecretText> out;
    for (const YamlNode& item : found->is_sequence() ? std::span(found->items) : std::span(found, 1)) {
        if (!item.is_scalar()) wrong(r, item);
        auto secret = item.is_scalar() ? secret_of(key, item) : std::nullopt;
        if (!secret) return false;
        out.push_back(std::move(*secret));
    }
    into = std::move(out);
    return true;
}

const YamlNode* Section::text_map(std::string_view key) const {
    const KeyReference& r = row(key);
    check_type(r.type == ValueType::text_map, r);
    const YamlNode* found = value(key);
    if (found == nullptr || found->is_map()) return found;
    wrong(r, *found);
    return nullptr;
}

bool Section::read(std::string_view key, std::map<std::string, SecretText>& into) const {
    const YamlNode* found = text_map(key);
    if (found == nullptr) return false;
    bool good = true;
    for (const YamlEntry& e : found->entries) {
        if (!e.value.is_scalar()) {
            context_.problems.add(e.value.place, e.key + ": expected a text, found " + describe(e.value));
            good = false;
        } else if (auto secret = secret_of(e.key, e.value)) {
            into[e.key] = std::move(*secret);
        } else {
            good = false;
        }
    }
    return good;
}

bool Section::read(std::string_view key, std::vector<std::pair<std::string, std::string>>& into) const {
    const YamlNode* found = text_map(key);
    if (found == nullptr) return false;
    std::map<std::string, std::string> texts;
    for (const YamlEntry& e : found->entries) {
        if (e.value.is_scalar()) texts[e.key] = e.value.text;
        else context_.problems.add(e.value.place, e.key + ": expected a text, found " + describe(e.value));
    }
    into.assign(texts.begin(), texts.end());
    return texts.size() == found->entries.size();
}

bool Section::read(std::string_view key, SecretText& into) const {
    const KeyReference& r = row(key);
    check_type(r.type == ValueType::secret, r);
    const YamlNode* found = value(key);
    if (found == nullptr) return false;
    if (!found->is_scalar()) wrong(r, *found);
    auto secret = found->is_scalar() ? secret_of(key, *found) : std::nullopt;
    if (secret) into = std::move(*secret);
    return secret.has_value();
}

bool Section::read(std::string_view key, bool& into) const {
    check_type(row(key).type == ValueType::boolean, row(key));
    const auto text = scalar(key);
    if (!text) return false;
    const auto parsed = parse_boolean(*text);
    if (parsed) into = *parsed;
    else wrong(row(key), *value(key));
    return parsed.has_value();
}

bool Section::read(std::string_view key, double& into, Range range) const {
    const KeyReference& r = row(key);
    const bool share = r.type == ValueType::share;
    check_type(share || r.type == ValueType::number || r.type == ValueType::positive, r);
    const auto text = scalar(key);
    if (!text) return false;
    const auto x = share ? parse_share(*text) : parse_number(*text);
    if (!x) {
        wrong(r, *value(key));
        return false;
    }
    if (*x < range.least || *x > range.most || (r.type == ValueType::positive && *x <= 0)) {
        problem(key, *text + " is out of range", r.type == ValueType::positive ? "a number above 0" : std::string(r.values));
        return false;
    }
    into = *x;
    return true;
}

bool Section::read(std::string_view key, std::optional<double>& into, Range range) const {
    double x = 0;
    if (!read(key, x, range)) return false;
    into = x;
    return true;
}

bool Section::read(std::string_view key, uint32_t& into, Range range) const {
    const KeyReference& r = row(key);
    check_type(r.type == ValueType::integer || r.type == ValueType::size, r);
    const auto text = scalar(key);
    if (!text) return false;
    std::optional<double> x;
    if (r.type == ValueType::size) {
        if (const auto bytes = parse_size(*text)) x = static_cast<double>(*bytes);
    } else if (const auto whole = parse_integer(*text)) {
        x = static_cast<double>(*whole);
    }
    if (!x) {
        wrong(r, *value(key));
        return false;
    }
    if (*x < range.least || *x > range.most) {
        problem(key, *text + " is out of range", std::string(r.values));
        return false;
    }
    into = static_cast<uint32_t>(*x);
    return true;
}

bool Section::read(std::string_view key, Micros& into, Micros least, Micros most) const {
    const KeyReference& r = row(key);
    check_type(r.type == ValueType::duration, r);
    const auto text = scalar(key);
    if (!text) return false;
    const auto parsed = parse_duration(*text);
    if (!parsed) {
        wrong(r, *value(key));
        return false;
    }
    if (*parsed < least || *parsed > most) {
        problem(key, *text + " is out of range", std::string(r.values));
        return false;
    }
    into = *parsed;
    return true;
}

std::optional<size_t> Section::word(std::string_view key) const {
    const KeyReference& r = row(key);
    check_type(r.type == ValueType::choice, r);
    const auto text = scalar(key);
    if (!text) return std::nullopt;
    const auto words = choice_words(r);
    const auto at = std::ranges::find(words, *text);
    if (at != words.end()) return static_cast<size_t>(at - words.begin());
    problem(key, in_quotes(*text) + " is not known", suggest(*text, words));
    return std::nullopt;
}

std::optional<Section> Section::section(std::string_view key) const {
    const KeyReference& r = row(key);
    check_type(r.type == ValueType::section, r);
    const YamlEntry* entry = node_.find(key);
    if (entry == nullptr) return std::nullopt;
    return Section(context_, entry->value, std::string(r.path));
}

void Section::each_named(std::string_view key, const std::function<void(const std::string&, Place, const Section&)>& visit) const {
    const KeyReference& r = row(key);
    check_type(r.type == ValueType::named, r);
    const YamlNode* found = value(key);
    if (found == nullptr) return;
    if (!found->is_map()) return wrong(r, *found);
    for (const YamlEntry& e : found->entries) {
        if (e.key.empty()) context_.problems.add(e.place, "an empty name");
        visit(e.key, e.place, Section(context_, e.value, std::string(r.path) + ".*"));
    }
}

void Section::each_item(std::string_view key, const std::function<void(const Section&)>& visit) const {
    const KeyReference& r = row(key);
    check_type(r.type == ValueType::list || r.type == ValueType::sections, r);
    const YamlNode* found = value(key);
    if (found == nullptr) return;
    if (r.type == ValueType::list && !found->is_sequence()) return wrong(r, *found);
    const std::string path = std::string(r.path) + (r.type == ValueType::list ? "[]" : "");
    for (const YamlNode& item : found->is_sequence() ? std::span(found->items) : std::span(found, 1)) {
        visit(Section(context_, item, path));
    }
}

std::optional<std::string> Section::only_key() const {
    if (node_.is_map() && node_.entries.size() == 1) return node_.entries.front().key;
    std::string forms;
    for (const KeyReference* r : keys_of(path_)) forms += (forms.empty() ? "" : ", ") + std::string(r->name());
    if (node_.entries.size() > 1) {
        context_.problems.add(node_.entries[1].place, "one item holds several forms", "begin each with '- ': " + forms);
    } else if (node_.is_map() || node_.is_null()) {
        context_.problems.add(node_.place, "an empty item", "one of " + forms);
    }
    return std::nullopt;
}

}  // namespace foreshock
