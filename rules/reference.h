// Every key of the configuration: one table, used by the parser, by `check --reference` and by README.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace foreshock {

enum class ValueType : uint8_t {
    section,        // a map of known keys
    sections,       // a section, or a list of such sections
    named,          // a map from names of the user to sections
    list,           // a list of sections
    calls,          // a list of names, each plain or as a map from the name to a section
    model,          // a path, a list of paths, or the sections of a model
    rules,          // a list of paths of rule files and of rules
    condition,      // what a rule asks for: one of the keys of rules[].when, and perhaps within and for
    conditions,     // a list of them
    text,
    text_list,      // a list of texts, or one text
    text_map,       // a map from keys of the user to texts that may be secrets
    secret,         // a text that may be a secret: ${NAME}, file:PATH
    secret_list,
    number,         // any finite number
    positive,       // a number above zero
    integer,
    boolean,
    duration,
    share,          // 0..1 or a percentage
    size,           // bytes
    time,           // RFC 3339; a date or time without an offset is meant in the entry's time zone
    choice,         // one of the words in `values`
    expression,     // regular expression, ECMAScript
};

// Paths: `a.b` is key b in section a, `a.*` any name, `a[]` each item of a list.
struct KeyReference {
    std::string_view path;
    ValueType type;
    std::string_view default_text;  // empty: none
    std::string_view values;        // choice: the words in the order of the enum, joined by '|'; else range or unit
    std::string_view description;
    bool required = false;

    std::string_view name() const { return path.substr(path.find_last_of('.') + 1); }
    std::string_view parent() const;
};

// The whole table, in the order in which people write it. Parents stand before their children.
std::span<const KeyReference> config_reference();

// The row of a path; null when there is none.
const KeyReference* find_key(std::string_view path);
// The keys of a section, in the order of the table.
std::vector<const KeyReference*> keys_of(std::string_view parent);

std::vector<std::string_view> choice_words(const KeyReference& key);
std::string_view type_name(ValueType type);

// The configuration reference as Markdown tables, one for the program's part, one for the model's.
std::string config_reference_markdown();

}  // namespace foreshock
