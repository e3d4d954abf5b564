#include "rules/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace foreshock {
namespace {

constexpr size_t kMostNodes = 500'000;  // aliases of aliases must not eat the memory
constexpr size_t kMostBytes = 16 << 20;
constexpr size_t kDeepest = 64;

// Thrown inside the parser only, to leave it.
struct Stop {};

size_t count_nodes(const YamlNode& node) {
    size_t n = 1;
    for (const YamlNode& item : node.items) n += count_nodes(item);
    for (const YamlEntry& entry : node.entries) n += count_nodes(entry.value);
    return n;
}

// Builds the tree from the parser's events.
class Builder : public YAML::EventHandler {
public:
    Builder(uint32_t file, Problems& problems) : file_(file), problems_(problems) {}

    YamlNode take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        YamlNode node;
        node.place = place_of(mark);
        add(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto known = anchors_.find(anchor);
        if (known == anchors_.end()) {  // an alias inside its own anchor
            problems_.add(place_of(mark), "an alias cannot stand inside the value that it names");
            throw Stop{};
        }
        count(count_nodes(known->second), mark);
        add(known->second, 0);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
        count(1, mark);
        YamlNode node;
        node.kind = YamlNode::Kind::scalar;
        node.quoted = tag == "!";
        node.place = place_of(mark);
        node.text = value;
        add(std::move(node), anchor);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        open(YamlNode::Kind::sequence, mark, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        open(YamlNode::Kind::map, mark, anchor);
    }
    void OnMapEnd() override { close(); }

private:
    struct Open {
        YamlNode node;
        YAML::anchor_t anchor = 0;
        bool key_read = false;
        YamlEntry entry;  // its key has been read, its value comes next
        std::map<std::string, std::pair<size_t, bool>> known;  // key: its position, and whether it came by `<<`
    };

    Place place_of(const YAML::Mark& mark) const {
        return {file_, static_cast<uint32_t>(mark.line + 1), static_cast<uint32_t>(mark.column + 1)};
    }

    void count(size_t nodes, const YAML::Mark& mark) {
        nodes_ += nodes;
        if (nodes_ <= kMostNodes) return;
        problems_.add(place_of(mark), "the document grows too large here", "aliases of aliases multiply; write less of them");
        throw Stop{};
    }

    void open(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        count(1, mark);
        if (open_.size() >= kDeepest) {
            problems_.add(place_of(mark), "nested too deeply");
            throw Stop{};
        }
        Open& o = open_.emplace_back();
        o.node.kind = kind;
        o.node.place = place_of(mark);
        o.anchor = anchor;
    }

    void close() {
        Open done = std::move(open_.back());
        open_.pop_back();
        add(std::move(done.node), done.anchor);
    }

    void add(YamlNode node, YAML::anchor_t anchor) {
        if (anchor != 0) anchors_[anchor] = node;
        if (open_.empty()) {
            root_ = std::move(node);
        } else if (Open& in = open_.back(); in.node.is_sequence()) {
            in.node.items.push_back(std::move(node));
        } else if (!in.key_read) {
            start_entry(in, node);
        } else {
            in.key_read = false;
            if (node.is_null()) node.place = in.entry.place;
            in.entry.value = std::move(node);
            finish_entry(in, std::move(in.entry));
        }
    }

    void start_entry(Open& in, const YamlNode& key) {
        if (!key.is_scalar()) problems_.add(key.place, "a key must be plain text, not " + describe(key));
        in.entry = YamlEntry{.key = key.text, .place = key.place, .value = {}};
        in.key_read = true;
    }

    void finish_entry(Open& in, YamlEntry entry) {
        if (entry.key == "<<") return merge(in, entry);
        std::vector<YamlEntry>& entries = in.node.entries;
        const auto [at, is_new] = in.known.try_emplace(entry.key, entries.size(), false);
        auto& [position, merged] = at->second;
        if (is_new) {
            entries.push_back(std::move(entry));
        } else if (merged) {
            merged = false;
            entries[position] = std::move(entry);  // what the map itself says wins over what was merged into it
        } else {
            problems_.add(entry.place, in_quotes(entry.key) + " is written twice",
                          "first in line " + std::to_string(entries[position].place.line) + "; keep one");
        }
    }

    void merge(Open& in, const YamlEntry& entry) {
        const YamlNode& from = entry.value;
        if (!from.is_map()) {
            problems_.add(entry.place, "'<<' merges a map, not " + describe(from), "write <<: *name of an anchored map");
            return;
        }
        for (const YamlEntry& e : from.entries) {
            if (in.known.try_emplace(e.key, in.node.entries.size(), true).second) in.node.entries.push_back(e);
        }
    }

    uint32_t file_;
    Problems& problems_;
    YamlNode root_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, YamlNode> anchors_;
    size_t nodes_ = 0;
};

// True when one of the lines is indented by a tab. YAML forbids that, and yaml-cpp then complains of something else.
bool indented_by_tab(std::string_view text, int first_line, int last_line) {
    for (int line = 0; line <= last_line && !text.empty(); ++line) {
        const std::string_view here = text.substr(0, text.find('\n'));
        const size_t indent = std::min(here.find_first_not_of(" \t"), here.size());
        if (line >= first_line && here.substr(0, indent).find('\t') != here.npos) return true;
        text.remove_prefix(std::min(here.size() + 1, text.size()));
    }
    return false;
}

void report_syntax(const YAML::Exception& e, std::string_view text, uint32_t file, Problems& problems) {
    const Place place{file, static_cast<uint32_t>(e.mark.line + 1), static_cast<uint32_t>(e.mark.column + 1)};
    const bool tab = e.msg.find("tab") != std::string::npos || indented_by_tab(text, e.mark.line - 1, e.mark.line);
    problems.add(e.mark.is_null() ? Place{file} : place, "not valid YAML: " + e.msg,
                 tab ? "indent with spaces" : "check indentation, quotes and brackets here and in the line above");
}

}  // namespace

const YamlEntry* YamlNode::find(std::string_view key) const {
    const auto at = std::ranges::find(entries, key, &YamlEntry::key);
    return at == entries.end() ? nullptr : &*at;
}

std::optional<YamlNode> parse_yaml(std::string_view text, uint32_t file, Problems& problems) {
    if (text.size() > kMostBytes) {
        problems.add({file}, "larger than 16 MiB: this is no configuration");
        return std::nullopt;
    }
    Builder builder(file, problems);
    try {
        std::istringstream in{std::string(text)};
        YAML::Parser parser(in);
        parser.HandleNextDocument(builder);
        YamlNode root = builder.take();
        Builder rest(file, problems);
        if (parser.HandleNextDocument(rest)) {
            if (const YamlNode second = rest.take(); !second.is_null()) {
                problems.add(second.place, "a second document begins here", "one document a file: remove the line '---'");
            }
        }
        return root;
    } catch (const YAML::Exception& e) {
        report_syntax(e, text, file, problems);
    } catch (const Stop&) {  // reported where it was thrown
    }
    return std::nullopt;
}

void append_canonical(std::string& out, const YamlNode& node) {
    switch (node.kind) {
        case YamlNode::Kind::null: out += '~'; break;
        case YamlNode::Kind::scalar: out += std::to_string(node.text.size()) + ':' + node.text; break;
        case YamlNode::Kind::sequence:
            out += '[';
            for (const YamlNode& item : node.items) append_canonical(out, item);
            out += ']';
            break;
        case YamlNode::Kind::map:
            out += '{';
            for (const YamlEntry& entry : node.entries) {
                out += std::to_string(entry.key.size()) + ':' + entry.key;
                append_canonical(out, entry.value);
            }
            out += '}';
            break;
    }
}

std::string describe(const YamlNode& node) {
    switch (node.kind) {
        case YamlNode::Kind::null: return "nothing";
        case YamlNode::Kind::scalar: return in_quotes(node.text);
        case YamlNode::Kind::sequence: return "a list";
        case YamlNode::Kind::map: return "a map";
    }
    return {};
}

}  // namespace foreshock
