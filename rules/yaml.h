// YAML text to a plain tree in which every key and value knows its place. The only user of yaml-cpp.
// Anchors, aliases and merge keys (`<<`) are resolved; a key written twice is a problem.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/problems.h"

namespace foreshock {

struct YamlEntry;

// Plain data, set up by parse_yaml, then read-only.
struct YamlNode {
    enum class Kind : uint8_t { null, scalar, sequence, map };

    Kind kind = Kind::null;
    bool quoted = false;             // scalar only: written in quotes, so it is text whatever it looks like
    Place place;                     // of the value; where there is none, of its key
    std::string text;                // scalar
    std::vector<YamlNode> items;     // sequence
    std::vector<YamlEntry> entries;  // map, in the order of the file

    bool is_null() const { return kind == Kind::null; }
    bool is_scalar() const { return kind == Kind::scalar; }
    bool is_sequence() const { return kind == Kind::sequence; }
    bool is_map() const { return kind == Kind::map; }
    const YamlEntry* find(std::string_view key) const;  // map; null when absent
};

struct YamlEntry {
    std::string key;
    Place place;  // of the key
    YamlNode value;
};

// Reads one document. Problems go to `problems`; nothing is returned when the text is no YAML at all. An empty text gives a
// null node.
std::optional<YamlNode> parse_yaml(std::string_view text, uint32_t file, Problems& problems);

// One text for all ways to write the same tree: comments, layout, quotes and anchors do not change it.
void append_canonical(std::string& out, const YamlNode& node);

// "a list", "a map", "nothing", "'text'": for messages.
std::string describe(const YamlNode& node);

}  // namespace foreshock
