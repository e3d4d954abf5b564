// Reading one section of the configuration: every key is looked up in the reference, so that the parser and the pages
// that people read cannot drift apart.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "rules/problems.h"
#include "rules/reference.h"
#include "rules/secrets.h"
#include "rules/yaml.h"

namespace foreshock {

// What all readers of one configuration share.
struct ReadContext {
    Problems& problems;
    std::string folder;       // of the file at hand: relative paths start here
    bool environment = true;  // ${NAME} is filled in (the program's part)
};

// Inclusive limits of a value, and how a message names them.
struct Range {
    double least = -std::numeric_limits<double>::infinity();
    double most = std::numeric_limits<double>::infinity();
};

// One worker only. The readers leave `into` as it is when the key is absent or its value is a problem (which is reported);
// they return true when a good value was read. A key that is not in the reference is a bug, not a problem.
class Section {
public:
    // Reports a node that is no map, and every key that the reference does not know. `path` as in the reference.
    Section(ReadContext& context, const YamlNode& node, std::string path);

    // The same section read under another context; its keys are not checked again.
    Section under(ReadContext& context) const { return Section(context, node_, path_, Checked{}); }

    const std::string& path() const { return path_; }
    const YamlNode& node() const { return node_; }
    ReadContext& context() const { return context_; }
    Place place() const { return node_.place; }
    // Place of the value of a key; of the section when it is absent.
    Place place_of(std::string_view key) const;
    bool has(std::string_view key) const { return value(key) != nullptr; }
    // The value of a key; null when it is absent or written without a value.
    const YamlNode* value(std::string_view key) const;
    void problem(std::string_view key, const std::string& message, std::string hint = {}) const;

    bool read(std::string_view key, std::string& into) const;                // text
    bool read(std::string_view key, std::vector<std::string>& into) const;   // text_list
    bool read(std::string_view key, std::vector<SecretText>& into) const;    // secret_list
    bool read(std::string_view key, std::map<std::string, SecretText>& into) const;  // text_map
    bool read(std::string_view key, SecretText& into) const;                 // secret
    bool read(std::string_view key, std::vector<std::pair<std::string, std::string>>& into) const;  // text_map, as written, by name
    bool read(std::string_view key, bool& into) const;                       // boolean
    bool read(std::string_view key, double& into, Range range = {}) const;   // number, positive, share
    bool read(std::string_view key, std::optional<double>& into, Range range = {}) const;
    bool read(std::string_view key, uint32_t& into, Range range) const;      // integer, size
    bool read(std::string_view key, Micros& into, Micros least, Micros most) const;  // duration

    // The number of the word among the words of the reference.
    template <class E>
    bool choice(std::string_view key, E& into) const {
        const auto i = word(key);
        if (i) into = static_cast<E>(*i);
        return i.has_value();
    }
    // A section below; empty when it is absent.
    std::optional<Section> section(std::string_view key) const;
    // Each entry of a `named` value, in the order of the file: its name, where that stands, and its section.
    void each_named(std::string_view key, const std::function<void(const std::string&, Place, const Section&)>& visit) const;
    // Each item of a `list` or `sections` value.
    void each_item(std::string_view key, const std::function<void(const Section&)>& visit) const;
    // The one key of a section that is a choice between forms (`kafka:` or `files:`); empty, with a problem, when there is
    // none or more than one.
    std::optional<std::string> only_key() const;

private:
    struct Checked {};
    Section(ReadContext& context, const YamlNode& node, std::string path, Checked)
        : context_(context), node_(node), path_(std::move(path)) {}

    const KeyReference& row(std::string_view key) const;
    void check_keys() const;
    std::optional<std::string> scalar(std::string_view key) const;
    std::optional<std::string> scalar_of(const KeyReference& key, const YamlNode& value) const;
    std::optional<SecretText> secret_of(std::string_view name, const YamlNode& value) const;
    std::optional<double> number(const KeyReference& key, const std::string& written) const;
    std::optional<size_t> word(std::string_view key) const;
    const YamlNode* text_map(std::string_view key) const;  // null: not there, or no map, which is reported
    void wrong(const KeyReference& key, const YamlNode& value) const;

    ReadContext& context_;
    const YamlNode& node_;
    std::string path_;
};

}  // namespace foreshock
